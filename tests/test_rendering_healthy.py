"""What a card says where no fault was found: never more than was seen."""

import pytest

from bot.domain.diagnosis import Cause, Mode, Part
from bot.domain.mitigation import MitigationKind
from bot.domain.probe import ProbeKind
from bot.domain.severity import Severity
from tests.builders import a_preview, a_result
from tests.sayings import WELL, WORDS, a_card, a_diagnosis, a_healthy_card


def test_healthy_with_visible_users_says_all_fine():
    said = WORDS.wording(a_healthy_card(tuple(Part), results=(*WELL, a_result(ProbeKind.TRAFFIC))))

    assert said.header == "All fine: Ideogram, us, users"
    assert said.lead == "*V3 image in 5.8 s, downloaded.* Users are fine so far."


def test_a_service_that_calls_itself_healthy_speaks_for_itself_alone():
    said = WORDS.wording(a_healthy_card())
    refused = a_card(diagnosis=a_diagnosis(Cause.SAFETY, Severity.P3), results=WELL)

    assert said.header == "All fine as far as seen: Ideogram, us"
    assert said.lead == "*V3 image in 5.8 s, downloaded.* Health says fine; users not seen."
    assert WORDS.wording(refused).lead.startswith("*Health says fine; users not seen. Do now:")


def test_healthy_never_claims_more_than_was_seen():
    unseen = WORDS.wording(a_healthy_card((Part.IDEOGRAM,), results=WELL[:2]))
    we_unseen = WORDS.wording(a_healthy_card((Part.IDEOGRAM, Part.USERS)))
    quick = WORDS.wording(a_healthy_card(mode=Mode.QUICK))

    assert we_unseen.header == "All fine as far as seen: Ideogram, users"
    assert unseen.header == "Ideogram works; users not seen"
    assert quick.header == "No fault found by free checks"
    assert quick.lead.startswith("*Generation was not tried.*")


def test_fallback_still_on_asks_to_disable_it():
    end = a_preview(kind=MitigationKind.DISABLE_FALLBACK)

    said = WORDS.wording(a_healthy_card(fallback_on=True, offers=(end,)))

    assert said.header == "Ideogram is back, fallback still on"
    assert said.text.endswith("Open to disable fallback.")


def test_two_keys_that_differ_are_said():
    auth = a_result(ProbeKind.AUTH, facts={"key_note": "A (0a1b2c3d) is another key than B (1f2e)"})

    said = WORDS.wording(a_healthy_card(results=(auth,)))

    assert "*Key*  A (0a1b2c3d) is another key than B (1f2e)" in said.rows


@pytest.mark.parametrize(
    ("warnings", "end"),
    [
        ((), "has fallen."),
        (("5 pods × 8 = 40, limit 10.",), "has fallen: 5 pods × 8 = 40, limit 10."),
    ],
)
def test_restoring_concurrency_is_no_step_to_hurry_with_and_says_the_sum(warnings, end):
    restore = a_preview(kind=MitigationKind.RESTORE_CONCURRENCY, warnings=warnings)

    said = WORDS.wording(a_healthy_card(offers=(restore,)))

    assert "*Fewer requests are sent at once, on purpose.*" in said.lead
    assert "Do now" not in said.lead
    assert said.lead.endswith(end)


def test_a_healthy_card_says_each_thing_once():
    said = WORDS.wording(a_healthy_card())

    assert "V3 image" in said.lead
    assert "V3 image" not in "".join(said.rows)


def test_free_checks_never_say_that_ideogram_is_back():
    said = WORDS.wording(a_healthy_card(mode=Mode.QUICK, fallback_on=True))

    assert said.header == "No fault found by free checks, fallback still on"
    assert said.lead.startswith("*Generation was not tried, and users still see placeholders.*")
    assert "Ideogram is back" not in said.text + said.lead
    assert "come again" not in said.lead


def test_requests_that_mostly_fail_are_nothing_that_works():
    few = a_result(
        ProbeKind.TRAFFIC,
        detail="2 of 2 requests failed in 1 min",
        facts={"requests": 2, "failed": 2},
    )

    said = WORDS.wording(a_healthy_card(results=(*WELL, few), fallback_on=True))

    assert "2 of 2 requests" not in "".join(said.rows)
