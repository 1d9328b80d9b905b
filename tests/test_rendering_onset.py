"""Since when users suffer, as people read it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.draft import Seen
from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.domain.message import IncidentCard, TriageCard
from bot.domain.mitigation import MitigationKind, State
from bot.domain.onset import Counted, Onset, Sign, to_facts
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.relief import Relief
from bot.domain.timeline import Evidence, TimelineLine, onset_event
from bot.terminal import plain
from tests.builders import NIGHT, a_result, a_run, an_incident
from tests.sayings import SICK, WORDS, a_card, a_diagnosis, a_postmortem

BEGAN = NIGHT - timedelta(minutes=8)
ONSET = Onset(Sign.FAILING, BEGAN, before=False, hit=338, requests=340, until=NIGHT)
BEFORE = replace(ONSET, before=True)
AT = "<!date^1795143360^{time}|02:56 UTC>"
EASED = "<!date^1795144020^{time}|03:07 UTC>"
PLACEHOLDERS = Relief(MitigationKind.ENABLE_FALLBACK, NIGHT + timedelta(minutes=3))
CALM = Counted(0, 120, NIGHT + timedelta(minutes=9))


def seen(onset=ONSET, **changes) -> TriageCard:
    counted = {"state": "seen", "window_seconds": 300.0, "requests": 340, "failed": 338}
    facts = counted | to_facts(onset)
    traffic = a_result(
        ProbeKind.TRAFFIC, Outcome.UNHEALTHY, detail="338 of 340 requests failed", facts=facts
    )
    return a_card(results=(*SICK[:3], traffic), **changes)


def hit(**changes):
    return an_incident(
        **({"onset": ONSET, "impact": "99 % of requests failed since 02:56 UTC"} | changes)
    )


def impact(incident, relief=None):
    return WORDS.wording(IncidentCard(incident, relief=relief)).rows[0].partition("  ")[2]


def test_the_card_says_since_when_in_the_readers_own_zone():
    said = WORDS.wording(seen())

    assert said.lead.startswith(f"*Users get errors since {AT}. Do now: ")
    assert plain(said.lead).startswith("Users get errors since 02:56 UTC. Do now: ")


def test_a_lock_screen_names_the_zone_and_holds_no_markup():
    text = WORDS.wording(seen()).text

    assert "99 % of requests failed since 02:56 UTC. " in text
    assert "<" not in text


def test_trouble_older_than_the_metrics_began_before_them():
    said = WORDS.wording(seen(BEFORE))

    assert f"Users get errors since before {AT}." in said.lead
    assert "since before 02:56 UTC" in said.text


@pytest.mark.parametrize(
    ("onset", "words", "text"),
    [
        (replace(ONSET, hit=20), "Some users get errors", "6 % of requests failed"),
        (
            replace(ONSET, sign=Sign.RATE_LIMITED, hit=60),
            "Requests of users are refused as too many",
            "18 % of requests were refused as too many",
        ),
        (
            replace(ONSET, sign=Sign.REFUSED, hit=60),
            "Prompts of users are refused as unsafe",
            "18 % of requests were refused as unsafe",
        ),
        (replace(ONSET, sign=Sign.SLOW, hit=0), "Users wait too long", "Requests took too long"),
    ],
)
def test_every_sign_has_its_words(onset, words, text):
    said = WORDS.wording(seen(onset))

    assert said.lead.startswith(f"*{words} since {AT}.")
    assert f"{text} since 02:56 UTC" in said.text


def test_without_an_onset_the_card_says_what_it_said():
    said = WORDS.wording(seen(None))

    assert "338 of 340 requests failed. Do now" in said.lead
    assert "since" not in said.lead + said.text


def test_users_with_placeholders_are_not_said_to_get_errors():
    said = WORDS.wording(seen(fallback_on=True))

    assert "Users see placeholders" in said.lead
    assert "since" not in said.lead


def test_a_healthy_card_has_no_onset():
    card = seen(diagnosis=a_diagnosis(Cause.HEALTHY, None, origin=None))

    assert "errors since" not in WORDS.wording(card).lead


def test_the_draft_of_an_update_says_the_share_and_since_when():
    draft = WORDS.draft(Seen(hit(impact="")))

    assert draft.impact == "99 % of requests failed since 02:56 UTC"


def test_the_draft_after_a_fallback_says_what_was_before():
    run = a_run(state=State.EFFECTIVE, finished_at=NIGHT)
    draft = WORDS.draft(Seen(hit(), mitigation=run))

    assert draft.impact == (
        "Users see placeholders instead of new images; "
        "before, 99 % of requests failed since 02:56 UTC"
    )


@pytest.mark.parametrize(
    "words",
    [
        "99 % of requests failed since 02:56 UTC",
        "Users get errors.",
        "338 of 340 requests failed.",
        (
            "Users see placeholders instead of new images; "
            "before, 99 % of requests failed since 02:56 UTC"
        ),
    ],
)
def test_impact_is_the_share_since_the_onset_then_what_helped_then_what_is_left(words):
    began = f"99 % of requests failed since {AT}"

    assert impact(hit(impact=words)) == began
    assert impact(hit(impact=words), PLACEHOLDERS) == f"{began}, placeholders since {EASED}"
    assert (
        impact(hit(impact=words, users=CALM), PLACEHOLDERS)
        == f"{began}, placeholders since {EASED}, 0 % fail now"
    )


@pytest.mark.parametrize("few", [Counted(0, 0, NIGHT), Counted(2, 2, NIGHT)])
def test_impact_with_too_few_requests_after_a_change_claims_no_share(few):
    silent = hit(users=few)

    assert impact(silent, PLACEHOLDERS).endswith(f", placeholders since {EASED}")


def test_impact_of_an_incident_that_is_over_says_no_now():
    over = {"status": Status.RESOLVED, "resolved_at": NIGHT + timedelta(minutes=3)}
    ended = replace(PLACEHOLDERS, until=NIGHT + timedelta(minutes=3))

    assert impact(hit(users=CALM, **over)).endswith(f"since {AT}, resolved {EASED}")
    assert impact(hit(users=CALM, **over), ended).endswith(f"placeholders {EASED}\u2013{EASED}")


def test_what_a_person_typed_about_the_impact_stays_beside_an_onset():
    assert impact(hit(impact="Half of our partners wait.")) == "Half of our partners wait."


def test_an_incident_says_that_it_began_before_it_was_seen():
    said = WORDS.wording(IncidentCard(hit(started_at=NIGHT)))
    before = WORDS.wording(IncidentCard(hit(started_at=NIGHT, onset=BEFORE)))

    assert "began <!date^1795143360^" in said.context
    assert "began before <!date^1795143360^" in before.context


def test_a_postmortem_tells_the_onset_from_when_it_was_seen_and_declared():
    over = hit(
        started_at=NIGHT,
        declared_at=NIGHT + timedelta(minutes=1),
        acknowledged_at=NIGHT + timedelta(minutes=1),
        mitigated_at=NIGHT + timedelta(minutes=3),
        resolved_at=NIGHT + timedelta(minutes=22),
        status=Status.RESOLVED,
    )
    line = TimelineLine(onset_event(IncidentId(42), ONSET, Evidence("T-118")), None)

    document = WORDS.document(a_postmortem(incident=over, lines=(line,)))

    assert "**Date:** 2026-11-20 | **Duration:** 0h 30m" in document
    assert (
        "**Started:** 2026-11-20 02:56:00, by users' requests: 99 % of requests failed "
        "(338 of 340) from then to 03:04 | **First seen:** 2026-11-20 03:04:00 | "
        "**Declared:** 2026-11-20 03:05:00"
    ) in document
    assert "| notice | 8 min |\n| acknowledge | 60 s |\n| mitigate | 11 min |" in document
    assert "- 2026-11-20 02:56:00 - Trouble began: Users get errors - T-118" in document


def test_a_postmortem_of_trouble_older_than_the_metrics_claims_no_length():
    over = hit(
        onset=BEFORE,
        started_at=NIGHT,
        resolved_at=NIGHT + timedelta(minutes=22),
        status=Status.RESOLVED,
    )
    line = TimelineLine(onset_event(IncidentId(42), BEFORE, Evidence("T-118")), None)

    document = WORDS.document(a_postmortem(incident=over, lines=(line,)))

    assert "**Duration:** more than 0h 30m" in document
    assert "**Started:** before 2026-11-20 02:56:00" in document
    assert "| notice | more than 8 min |" in document
    assert "Trouble began: Users get errors · or earlier - T-118" in document
