"""What a triage card tells people to do: a button, a command, a step of their own."""

from dataclasses import replace

from bot.domain.diagnosis import Cause, HumanStep, Rollout
from bot.domain.ids import IncidentId, MitigationId
from bot.domain.message import NotOffered
from bot.domain.mitigation import MitigationKind
from bot.domain.press import action_name
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.builders import a_preview, a_result, a_run
from tests.sayings import WORDS, a_card, a_diagnosis


def test_without_a_button_the_command_is_what_to_do():
    why = "Reading the Deployment failed: no connection."
    without = NotOffered(MitigationKind.ENABLE_FALLBACK, why, "kubectl x")

    said = WORDS.wording(a_card(not_offered=(without,)))

    assert said.text.endswith("Users get errors. Open for the command to enable fallback.")
    assert said.lead == (
        "*Users get errors. Do now: run this command.* Ideogram answers with server errors. "
        "The command gives users placeholders.\n`kubectl x`"
    )
    assert said.rows[-1] == f"*No Enable Fallback button*  {why}"


def test_with_neither_button_nor_command_nobody_waits_with_placeholders_that_are_not_there():
    said = WORDS.wording(a_card())
    shown = WORDS.wording(a_card(fallback_on=True))

    assert "Do now: Tell users, and wait for Ideogram.*" in said.lead
    assert "*Users see placeholders. Do now: Wait for Ideogram with placeholders.*" in shown.lead


def test_money_comes_before_a_switch_while_the_service_still_copes():
    step = HumanStep(1, "Ask the billing owner to top up")
    broke = a_diagnosis(Cause.CREDITS_EXHAUSTED, Severity.P2, steps=(step,))
    coping = a_result(ProbeKind.APP_HEALTH, Outcome.UNHEALTHY, facts={"state": "degraded"})

    said = WORDS.wording(a_card(diagnosis=broke, results=(coping,), offers=(a_preview(),)))
    down = replace(broke, severity=Severity.P1)
    urgent = WORDS.wording(a_card(diagnosis=down, offers=(a_preview(),)))

    assert said.lead.startswith(
        "*Some users get errors; the service may show placeholders already. "
        "Do now: Ask the billing owner to top up.*"
    )
    assert urgent.lead.startswith("*Users get errors. Do now: Enable Fallback.*")


def test_a_card_names_the_incident_that_is_open_already():
    said = WORDS.wording(a_card(open_incident=IncidentId(7), offers=(a_preview(),)))

    assert said.lead.endswith("*INC-7* is open for ideogram-service: a press joins it.")


def test_a_mitigation_has_one_name_everywhere():
    for kind in MitigationKind:
        for undoes, label in ((None, f"button.{kind}"), (MitigationId("m"), f"button.undo.{kind}")):
            name = action_name(a_run(kind=kind, undoes=undoes))

            assert WORDS.label(label) == name
            assert WORDS.confirm(a_preview(kind=kind, undoes=undoes)).confirm == name


def test_a_suspect_that_this_bot_made_is_called_one():
    facts = {"revision": 15, "revision_age_seconds": 200, "image": "app:2"}
    deployed = a_result(ProbeKind.WORKLOAD, facts=facts | {"revision_cause": "faster queue"})
    switched = replace(deployed, facts=dict(deployed.facts) | {"revision_by": "this bot (INC-1)"})
    ours = a_diagnosis(Cause.OWN_SERVICE)

    theirs, own = (
        WORDS.wording(a_card(diagnosis=ours, results=(one,))).lead for one in (deployed, switched)
    )

    assert "Suspect: revision 15, 3 min old, “faster queue”, image app:2." in theirs
    assert "Suspect: revision 15, changed by this bot (INC-1) 3 min ago, image app:2." in own


def test_a_command_is_shown_as_it_must_be_typed():
    without = NotOffered(MitigationKind.ENABLE_FALLBACK, "no", "kubectl set env 'A=*&'")

    assert "`kubectl set env 'A=*&amp;'`" in WORDS.wording(a_card(not_offered=(without,))).lead


def test_a_step_of_a_person_stands_with_its_command():
    step = HumanStep(1, "Restart the Deployment", Rollout.RESTART)
    stale = replace(a_diagnosis(Cause.STALE_KEY, Severity.P1), steps=(step,))

    said = WORDS.wording(a_card(diagnosis=stale, by_hand="kubectl x"))

    assert "Do now: Restart the Deployment.*" in said.lead
    assert said.lead.endswith("\n`kubectl x`")


def test_what_a_person_does_stands_beside_what_a_button_does():
    steps = (HumanStep(1, "Ask the billing owner to top up"), HumanStep(2, "Wait"))
    diagnosis = a_diagnosis(Cause.CREDITS_EXHAUSTED, steps=steps)

    pressed = WORDS.wording(a_card(results=(), diagnosis=diagnosis, offers=(a_preview(),)))
    by_hand = WORDS.wording(a_card(results=(), diagnosis=diagnosis))

    assert pressed.rows == ("*Next*  Ask the billing owner to top up · Wait",)
    assert "Do now: Ask the billing owner to top up.*" in by_hand.lead
    assert by_hand.rows == ("*Next*  Wait",)
