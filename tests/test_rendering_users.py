"""What a card says of users: how many fail, and when that was."""

import pytest

from bot.domain.diagnosis import AlsoSeen, Cause, Origin
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.builders import a_result
from tests.sayings import WELL, WORDS, a_card, a_diagnosis, a_healthy_card

SEEN = {"state": "seen", "requests": 340, "window_seconds": 300.0}


def test_a_gap_in_what_is_known_of_users_is_said_once():
    gap = AlsoSeen(Cause.MONITORING_GAP, Origin.US, Severity.P4)
    limited = AlsoSeen(Cause.RATE_LIMIT, Origin.US, Severity.P2)

    alone = WORDS.wording(a_card(diagnosis=a_diagnosis(also_seen=(gap,))))
    both = WORDS.wording(a_card(diagnosis=a_diagnosis(also_seen=(limited, gap))))

    assert not any("Also seen" in row for row in alone.rows)
    assert "*Also seen*  We send too many requests at once (P2)" in both.rows


def test_users_who_fail_are_counted_on_the_lock_screen_and_in_the_first_sentence():
    users = a_result(
        ProbeKind.TRAFFIC,
        Outcome.UNHEALTHY,
        detail="338 of 340 requests failed in 5 min (338 5xx)",
        facts=SEEN | {"failed": 338},
    )

    said = WORDS.wording(a_card(results=(users,), diagnosis=a_diagnosis(Cause.OUTAGE)))

    assert "338 of 340 requests failed." in said.text
    assert said.lead.startswith("*338 of 340 requests failed. Do now:")
    assert said.rows[0] == "*Hurts*  338 of 340 requests failed in 5 min (338 5xx)"


def test_users_who_get_pictures_are_counted_too():
    users = a_result(ProbeKind.TRAFFIC, facts=SEEN | {"failed": 0})

    said = WORDS.wording(a_card(results=(users,), diagnosis=a_diagnosis(Cause.OUTAGE)))

    assert "0 of 340 user requests failed in 5 min." in said.lead


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"failed": 1, "count_unsafe": 90}, "90 of 340 requests were refused as unsafe."),
        ({"failed": 0, "downloads": 60, "downloads_lost": 8}, "8 of 60 pictures were lost."),
        ({"failed": 9, "downloads": 60, "downloads_lost": 8}, "9 of 340 requests failed."),
        ({"failed": 0, "p95_seconds": 41}, "0 of 340 user requests failed in 5 min."),
    ],
)
def test_what_hurts_users_most_is_counted_and_nobody_calls_them_unseen(found, words):
    users = a_result(ProbeKind.TRAFFIC, Outcome.UNHEALTHY, facts=SEEN | found)

    said = WORDS.wording(
        a_card(results=(*WELL, users), diagnosis=a_diagnosis(Cause.SAFETY, Severity.P3))
    )

    assert said.lead.startswith(f"*{words} Do now:")


@pytest.mark.parametrize(
    ("outcome", "found"), [(Outcome.HEALTHY, {}), (Outcome.UNHEALTHY, {"count_unsafe": 90})]
)
def test_a_service_that_calls_itself_down_is_heard_before_its_requests_of_a_minute_ago(
    outcome, found
):
    sick = a_result(ProbeKind.APP_HEALTH, Outcome.UNHEALTHY, facts={"state": "down"})
    users = a_result(ProbeKind.TRAFFIC, outcome, facts=SEEN | {"failed": 0} | found)

    said = WORDS.wording(a_card(results=(sick, users), diagnosis=a_diagnosis(Cause.OWN_SERVICE)))

    assert said.lead.startswith("*Users get errors. Do now:")


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ({"fallback": "on"}, "health says fallback · before the fallback: 56 of 121 failed"),
        ({"generation": "off"}, "health says fallback · before the fallback: 56 of 121 failed"),
        ({"fallback": "off"}, "health says fallback · 56 of 121 failed"),
    ],
)
def test_requests_that_failed_before_placeholders_are_told_from_those_of_now(switch, words):
    shown = a_result(ProbeKind.APP_HEALTH, detail="says fallback", facts={"state": "fallback"})
    pods = a_result(ProbeKind.WORKLOAD, facts=switch)
    users = a_result(
        ProbeKind.TRAFFIC,
        Outcome.UNHEALTHY,
        detail="56 of 121 failed",
        facts=SEEN | {"failed": 56},
    )

    said = WORDS.wording(a_healthy_card(results=(shown, pods, users), fallback_on=True))

    assert said.rows[0] == f"*Hurts*  {words}"
