"""Words while a mitigation is in force: whole texts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.message import IncidentCard
from bot.domain.mitigation import MitigationKind
from bot.domain.recovery import begun
from bot.slack.cards import controls
from tests.builders import ANA, NIGHT, a_preview, a_run, an_incident
from tests.sayings import HOSTILE, WORDS

MINUTE = timedelta(minutes=1)
LATER = NIGHT + 45 * MINUTE
RUN = a_run(id="3f2a91c4d5e6", rolled_out_at=NIGHT)
RECOVERY = begun(RUN, 10 * MINUTE)
CHECKED = replace(RECOVERY, last_at=NIGHT, last_said="503 in 0.4 s")
BACK = replace(RECOVERY, in_a_row=3, last_at=NIGHT, last_said="image in 5.8 s")
OFFER = a_preview(kind=MitigationKind.DISABLE_FALLBACK)
WHEN = "<!date^1795143840^{time}|03:04 UTC>"


def test_it_is_back_says_what_was_seen_and_what_to_press():
    said = WORDS.wording(IdeogramIsBack(RUN, BACK, ANA, OFFER))

    assert said.text == (
        "<@U0ANA> Ideogram is back: 3 images in a row for ideogram-service. "
        "Fallback is still on. Do now: Disable Fallback."
    )
    assert said.lead == (
        "<@U0ANA> *Ideogram is back.* Fallback is still on for ideogram-service. "
        "Do now: Disable Fallback."
    )
    assert said.rows == (f"*Works*  3 images in a row, the last at {WHEN}: image in 5.8 s",)
    assert said.context.endswith("nothing is undone by itself")


def test_its_button_is_what_ends_the_mitigation():
    (button,) = controls(IdeogramIsBack(RUN, BACK, ANA, OFFER)).shown

    assert (button.preview, button.is_primary) == (OFFER, True)
    assert controls(IdeogramIsBack(RUN, BACK, ANA)).shown == ()


def test_without_a_button_it_says_why_and_what_to_type():
    message = IdeogramIsBack(RUN, BACK, ANA, why_not="It is paused.", by_hand="kubectl set env")

    said = WORDS.wording(message)

    assert said.lead.endswith("Nothing is switched back by itself.")
    assert said.rows[1] == "*No button*  It is paused. By hand: `kubectl set env`"


def test_a_reminder_says_how_long_it_is_on_and_what_was_seen():
    reminded = replace(CHECKED, next_reminder_at=NIGHT)

    said = WORDS.wording(StillInForce(RUN, reminded, ANA, LATER))

    assert said.text == "<@U0ANA> Fallback on for 45 min: ideogram-service."
    assert said.lead == (
        f"<@U0ANA> *Fallback on for 45 min* for ideogram-service.\nLast check {WHEN}: 503 in 0.4 s."
    )
    assert said.context == (
        f"M-3f2a91 · prod-eu/default · next reminder {WHEN} · `/ideogram mitigate` ends it"
    )


def test_the_last_reminder_says_so():
    said = WORDS.wording(StillInForce(RUN, replace(CHECKED, next_reminder_at=None), ANA, LATER))

    assert "this was the last reminder" in said.context


def test_a_reminder_says_when_nothing_was_checked():
    unchecked = WORDS.wording(StillInForce(RUN, RECOVERY, ANA, LATER))
    reduced = WORDS.wording(StillInForce(RUN, begun(RUN, None), ANA, LATER))

    assert unchecked.lead.endswith("Ideogram was not checked since.")
    assert reduced.lead.endswith("for ideogram-service.")


def test_the_incidents_card_shows_the_last_check():
    checked = WORDS.wording(IncidentCard(an_incident(), recovery=CHECKED)).context
    unchecked = WORDS.wording(IncidentCard(an_incident(), recovery=RECOVERY)).context

    assert checked.endswith(f" · Fallback on since {WHEN} · last check {WHEN}: 503 in 0.4 s")
    assert unchecked.endswith(f" · Fallback on since {WHEN}")


@pytest.mark.parametrize("kind", list(MitigationKind))
def test_every_kind_has_a_word_for_being_on(kind):
    run = a_run(kind=kind)

    assert " on for 45 min" in WORDS.wording(StillInForce(run, RECOVERY, ANA, LATER)).text


def test_foreign_words_stay_words():
    hostile = replace(BACK, last_said=HOSTILE)

    said = [
        WORDS.wording(IdeogramIsBack(RUN, hostile, ANA, why_not=HOSTILE)),
        WORDS.wording(StillInForce(RUN, hostile, ANA, LATER)),
        WORDS.wording(IncidentCard(an_incident(), recovery=hostile)),
    ]

    assert all("<!channel>" not in "\n".join((*one.rows, one.lead, one.context)) for one in said)
