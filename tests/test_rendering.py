"""The words of cards: every state of a triage, every cause, incidents."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.diagnosis import (
    AlsoSeen,
    Cause,
    HumanStep,
    Mode,
    NotLookedAt,
    Origin,
    Part,
    Rollout,
)
from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.domain.message import (
    Answer,
    AnswerKind,
    IncidentCard,
    NotOffered,
    TriageState,
)
from bot.domain.mitigation import MitigationKind, State
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.builders import ANA, NIGHT, a_preview, a_result, a_run, an_incident
from tests.sayings import (
    SICK,
    WELL,
    WORDS,
    a_card,
    a_diagnosis,
    a_healthy_card,
)


def test_an_outage_says_what_is_broken_whose_it_is_and_what_to_do():
    card = a_card(offers=(a_preview(expected=timedelta(seconds=48)),))

    said = WORDS.wording(card)

    assert said.text == (
        "P1 ideogram-service: Ideogram is down, not us (503). "
        "Users get errors. Open to enable fallback."
    )
    assert said.header == "P1 · Ideogram is down, not us"
    assert said.lead == (
        "*Users get errors. Do now: Enable Fallback.* Ideogram answers with server errors. "
        "Enable Fallback gives users placeholders in about 48 s."
    )
    assert said.rows == (
        "*Fails*  V3 503 in 0.4 s",
        "*Hurts*  health says down in 18 ms",
        "*Works*  DNS, key accepted (secret ideogram-secrets), 4/4 pods",
        "*Not seen*  picture (no picture was made)",
    )
    assert said.context == (
        "T-118 · full · seen from prod-eu · <!date^1795143840^{time}|03:04 UTC> · 6.2 s · "
        "$0.00 spent, $1.00 left · branch 5xx on every call · a V3 200 would change this"
    )


def test_a_partial_outage_is_worded_milder():
    card = a_card(diagnosis=a_diagnosis(severity=Severity.P2))

    assert WORDS.wording(card).header == "P2 · Ideogram fails in part, not us"


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("state", list(TriageState)[1:-1])
def test_every_cause_has_words_for_every_slot(cause, state):
    said = WORDS.wording(a_card(diagnosis=a_diagnosis(cause), state=state))

    assert all((said.text, said.header, said.lead, said.rows, said.context))
    assert len(said.header) <= 70


def test_no_two_causes_share_a_header():
    headers = {WORDS.wording(a_card(diagnosis=a_diagnosis(cause))).header for cause in Cause}

    assert len(headers) == len(Cause)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (
            "no key: set IDEOGRAM_API_KEY",
            "*The bot has no key it may use, and users are not visible.",
        ),
        ("cut off", "*What would decide could not be measured, and users are not visible."),
    ],
)
def test_what_could_not_be_judged_names_the_key_where_that_is_missing(why, words):
    found = a_diagnosis(
        Cause.UNDETERMINED,
        origin=None,
        evidence=(ProbeKind.GENERATE_V3,),
        not_looked_at=(
            NotLookedAt(ProbeKind.DOWNLOAD, "no picture"),
            NotLookedAt(ProbeKind.GENERATE_V3, why),
        ),
    )

    assert WORDS.wording(a_card(diagnosis=found)).lead.startswith(words)


def test_a_gap_in_what_is_known_of_users_is_said_once():
    gap = AlsoSeen(Cause.MONITORING_GAP, Origin.US, Severity.P4)
    limited = AlsoSeen(Cause.RATE_LIMIT, Origin.US, Severity.P2)

    alone = WORDS.wording(a_card(diagnosis=a_diagnosis(also_seen=(gap,))))
    both = WORDS.wording(a_card(diagnosis=a_diagnosis(also_seen=(limited, gap))))

    assert not any("Also seen" in row for row in alone.rows)
    assert "*Also seen*  We send too many requests at once (P2)" in both.rows


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


def test_undetermined_says_how_to_treat_it_and_what_to_fix():
    step = HumanStep(2, "set IDEOGRAM_API_KEY")
    hidden = a_diagnosis(Cause.UNDETERMINED, Severity.P1, origin=None, steps=(step,))

    said = WORDS.wording(a_card(diagnosis=hidden, results=()))
    fine = WORDS.wording(a_card(diagnosis=replace(hidden, severity=Severity.P4)))

    assert said.header == "Cannot judge · treat as P1"
    assert said.rows == ("*Fix*  set IDEOGRAM_API_KEY",)
    assert fine.header == "Cannot judge · users are fine"


def test_a_running_triage_says_which_checks_are_in_and_which_are_not():
    card = a_card(
        state=TriageState.RUNNING,
        diagnosis=None,
        duration=None,
        results=SICK[:2],
        pending=(ProbeKind.GENERATE_V3,),
    )

    said = WORDS.wording(card)

    assert said.lead == (
        "*ideogram-service: 2 of 3 checks answered.* The slowest may take a minute."
    )
    assert said.rows == (
        "*Works*  DNS, key accepted (secret ideogram-secrets)",
        "*Waiting for*  V3",
    )


def test_a_verdict_that_may_still_change_is_marked():
    said = WORDS.wording(a_card(state=TriageState.SO_FAR))

    assert said.header == "So far: Ideogram is down, not us"
    assert "no buttons yet" in said.lead


def test_a_verdict_without_its_buttons_yet_says_that_they_follow():
    said = WORDS.wording(a_card(state=TriageState.JUDGED))

    assert said.text.endswith(
        "Ideogram is down, not us (503). Users get errors. The buttons follow."
    )
    assert said.header == "P1 · Ideogram is down, not us"
    assert "*Users get errors. The buttons follow once the cluster answers.*" in said.lead


def test_an_interrupted_triage_says_so_and_what_to_do():
    said = WORDS.wording(a_card(state=TriageState.INTERRUPTED, cost=Decimal("0.08")))

    assert said.header == "Triage was interrupted"
    assert said.lead.endswith("A paid request may have been sent and is not repeated. "
                              "Do now: Run Again.")  # fmt: skip


def test_a_declared_triage_points_to_its_incident_and_keeps_its_evidence():
    step = HumanStep(2, "Send nothing twice")

    said = WORDS.wording(a_card(incident_id=IncidentId(42), diagnosis=a_diagnosis(steps=(step,))))

    assert said.header == "See INC-42"
    assert said.lead == "*INC-42* has taken over: Ideogram is down, not us."
    assert [row.split("  ")[0] for row in said.rows] == [
        "*Fails*", "*Hurts*", "*Works*", "*Not seen*",
    ]  # fmt: skip


def test_what_else_was_seen_and_what_cannot_run_follow_the_four_rows():
    also = AlsoSeen(Cause.RATE_LIMIT, Origin.US, Severity.P2)
    diagnosis = a_diagnosis(also_seen=(also,), contradictions=("quote refused, images come",))
    without = NotOffered(MitigationKind.ENABLE_FALLBACK, "The Role forbids it.", "kubectl x")

    said = WORDS.wording(a_card(diagnosis=diagnosis, not_offered=(without,)))

    assert said.rows[-3:] == (
        "*Also seen*  We send too many requests at once (P2)",
        "*Does not fit*  quote refused, images come",
        "*No Enable Fallback button*  The Role forbids it.",
    )


def test_a_fresh_incident_asks_for_somebody():
    said = WORDS.wording(IncidentCard(an_incident()))

    assert said.header == "INC-42 · P1 · INVESTIGATING"
    assert said.lead == "*Ideogram is down.* Nobody has it yet. Do now: Acknowledge."
    assert said.rows == ("*Owner*  nobody yet",)


def test_a_mitigated_incident_says_what_users_get_since_when():
    incident = an_incident(
        status=Status.MITIGATED,
        impact="99 % of requests failed",
        cause=Cause.OUTAGE,
        origin=Origin.PROVIDER,
        owner=ANA,
        acknowledged_at=NIGHT,
        next_update_at=NIGHT,
    )
    run = a_run(state=State.EFFECTIVE, finished_at=NIGHT + timedelta(seconds=47))

    said = WORDS.wording(IncidentCard(incident, last=run))

    assert said.text.startswith("INC-42 MITIGATED: Ideogram is down. Users see placeholders since")
    assert said.rows == (
        "*Impact*  99 % of requests failed",
        "*Cause*  Ideogram is down, not us (provider)",
        "*Action*  Enable Fallback: effective in 47 s",
        "*Next update*  <!date^1795143840^{time}|03:04 UTC>",
        "*Owner*  <@U0ANA>",
    )


def test_status_lists_open_incidents_or_says_that_there_is_none():
    full = WORDS.wording(Answer(AnswerKind.STATUS, incidents=(an_incident(owner=ANA),)))
    empty = WORDS.wording(Answer(AnswerKind.STATUS))

    assert full.text == "1 open: INC-42 INVESTIGATING"
    assert full.rows[0].startswith("*INC-42 · P1 · INVESTIGATING*  Ideogram is down")
    assert empty.text == "No open incident."


def test_our_own_fault_names_the_suspect():
    facts = {
        "revision": 15,
        "revision_age_seconds": 720,
        "revision_cause": "faster",
        "image": "a:2",
    }
    pods = a_result(ProbeKind.WORKLOAD, Outcome.UNHEALTHY, detail="2/4 pods ready", facts=facts)

    undo = HumanStep(1, "Undo the newest deploy", Rollout.UNDO)
    ours = a_diagnosis(Cause.OWN_SERVICE, steps=(undo,))
    said = WORDS.wording(a_card(results=(pods,), diagnosis=ours))

    assert "Suspect: revision 15, 12 min old, “faster”, image a:2." in said.lead
    assert said.rows == ("*Fails*  2/4 pods ready",)


SEEN = {"state": "seen", "requests": 340, "window_seconds": 300.0}


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


def test_an_image_that_came_too_late_has_no_status_of_a_failure():
    late = replace(WELL[0], outcome=Outcome.UNHEALTHY)

    said = WORDS.wording(a_card(results=(late,), diagnosis=a_diagnosis(Cause.SLOW, Severity.P2)))

    assert said.text.startswith("P2 ideogram-service: Ideogram is slow, not us.")


def test_nobody_calls_ideogram_down_who_got_an_image_from_it():
    seen = a_card(results=WELL, diagnosis=a_diagnosis(Cause.OUTAGE, Severity.P1))

    assert WORDS.wording(seen).header == "P1 · Ideogram fails in part, not us"


@pytest.mark.parametrize(
    ("concurrency", "in_flight", "limit", "sum_"),
    [
        ("8", 32, 40, "4 pods × 8 = 32 requests at once; Ideogram takes 40."),
        ("8", 32, None, "4 pods × 8 = 32 requests at once; Ideogram takes 10 by default."),
        ("20", 20, None, "Up to 20 requests at once; Ideogram takes 10 by default."),
    ],
)
def test_a_rate_limit_says_the_arithmetic(concurrency, in_flight, limit, sum_):
    seen = {"concurrency": concurrency, "replicas": 4, "in_flight": in_flight}
    pods = a_result(ProbeKind.WORKLOAD, facts=seen)
    named = {} if limit is None else {"max_inflight": limit}
    full = a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, facts=named)

    said = WORDS.wording(a_card(results=(full, pods), diagnosis=a_diagnosis(Cause.RATE_LIMIT)))

    assert sum_ in said.lead


def test_a_rate_limit_of_pods_that_nobody_saw_has_no_arithmetic():
    full = a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, facts={"max_inflight": 10})

    said = WORDS.wording(a_card(results=(full,), diagnosis=a_diagnosis(Cause.RATE_LIMIT)))

    assert "at once" not in said.lead


def test_what_a_person_does_stands_beside_what_a_button_does():
    steps = (HumanStep(1, "Ask the billing owner to top up"), HumanStep(2, "Wait"))
    diagnosis = a_diagnosis(Cause.CREDITS_EXHAUSTED, steps=steps)

    pressed = WORDS.wording(a_card(results=(), diagnosis=diagnosis, offers=(a_preview(),)))
    by_hand = WORDS.wording(a_card(results=(), diagnosis=diagnosis))

    assert pressed.rows == ("*Next*  Ask the billing owner to top up · Wait",)
    assert "Do now: Ask the billing owner to top up.*" in by_hand.lead
    assert by_hand.rows == ("*Next*  Wait",)


def test_requests_that_mostly_fail_are_nothing_that_works():
    few = a_result(
        ProbeKind.TRAFFIC,
        detail="2 of 2 requests failed in 1 min",
        facts={"requests": 2, "failed": 2},
    )

    said = WORDS.wording(a_healthy_card(results=(*WELL, few), fallback_on=True))

    assert "2 of 2 requests" not in "".join(said.rows)
