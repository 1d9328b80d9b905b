"""An incident from its declaration to its postmortem."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause, Origin
from bot.domain.errors import (
    BadCommandError,
    InvalidTransitionError,
    UnknownIncidentError,
    UserError,
)
from bot.domain.ids import ChannelId, IncidentId, ServiceName, TriageId
from bot.domain.incident import Status
from bot.domain.message import (
    Answer,
    AnswerKind,
    IncidentCard,
    Note,
    Postmortem,
    StatusUpdate,
    TriageCard,
)
from bot.domain.policy import Policy
from bot.domain.request import (
    Acknowledge,
    Declare,
    PostUpdate,
    Resolve,
    RunTriage,
    ShowHelp,
    ShowStatus,
    ShowTimeline,
    WritePostmortem,
)
from bot.domain.service import Service
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind
from tests.builders import ANA, BEN, INCIDENTS, NIGHT, a_service, asked
from tests.fakes.messenger import FakeMessenger
from tests.usecases.nights import DELIVERY, WORDS, Heard, Night

ELSEWHERE = ChannelId("C0ONCALL")


def an_update(night: Night, **changes) -> PostUpdate:
    words = {
        "asked": asked(),
        "incident_id": night.storage.incidents[-1].id,
        "severity": Severity.P2,
        "status": "mitigated",
        "impact": "Users see placeholders",
        "cause": "Ideogram answers 503",
        "action": "Fallback on",
        "next_update_at": NIGHT + timedelta(minutes=30),
    }
    return PostUpdate(**(words | changes))


async def test_an_incident_takes_everything_over_from_its_triage():
    night = Night()

    incident = await night.at_night()

    assert (incident.name, incident.title) == ("INC-1", "Ideogram is down, not us")
    assert (incident.cause, incident.origin) == (Cause.OUTAGE, Origin.PROVIDER)
    assert (incident.severity, incident.owner) == (Severity.P1, ANA)
    assert incident.acknowledged_at == NIGHT


async def test_the_triage_card_shrinks_to_a_pointer():
    night = Night()

    incident = await night.at_night()

    card = night.message("T-1/card")
    assert isinstance(card, TriageCard)
    assert card.incident_id == incident.id


async def test_a_triage_declares_once():
    night = Night()
    await night.at_night()

    with pytest.raises(UserError, match="INC-1 is open for ideogram-service already"):
        await night.declared(triage_id=TriageId(1))


async def test_who_declares_beside_an_open_incident_is_told_of_it():
    night = Night()
    await night.at_night()

    await night.declared(title="Something else")

    said = "INC-2 is open, you own it. INC-1 is open for ideogram-service, too."
    assert night.heard.messages[-1] == Answer(AnswerKind.DONE, text=said)


async def test_a_triage_that_nobody_knows_declares_nothing():
    with pytest.raises(UserError, match="not known any more"):
        await Night().declared(triage_id=TriageId(7))


async def test_an_incident_declared_by_hand_has_the_persons_words():
    night = Night()

    incident = await night.declared(title="  <!channel> {{ 7*7 }} ", severity=Severity.P3)

    assert (incident.title, incident.severity) == ("<!channel> {{ 7*7 }}", Severity.P3)
    assert incident.cause is None


async def test_without_wishes_it_is_a_p2_with_a_plain_title():
    incident = await Night().declared()

    assert (incident.severity, incident.title) == (Severity.P2, "Trouble with image generation")


async def test_an_overlong_title_is_cut():
    incident = await Night().declared(title="x" * 5000)

    assert len(incident.title) == 120


async def test_the_next_update_is_promised_by_severity():
    policy = Policy(update_every={Severity.P1: timedelta(minutes=30)})

    incident = await Night(policy=policy).at_night()

    assert incident.next_update_at == NIGHT + timedelta(minutes=30)


async def test_an_incident_declared_elsewhere_is_announced():
    night = Night()

    await night.declare(Declare(asked(channel=ELSEWHERE)), None, night.heard)

    note = night.message("INC-1/declared")
    assert isinstance(note, Note)


async def test_a_press_declares_inside_its_own_transaction():
    night = Night()
    night.break_ideogram()
    card = await night.triaged()

    async with night.storage() as uow:
        incident = await night.declare.declare(
            uow,
            triage_id=card.triage_id,
            service=ServiceName("ideogram-service"),
            by=BEN,
            at=NIGHT,
            channel=INCIDENTS,
        )

    assert (incident.owner, incident.triage_id) == (BEN, card.triage_id)


async def test_declaring_lands_on_the_timeline_with_evidence():
    night = Night()

    await night.at_night()

    lines = [(event.kind, event.evidence.ref) for event in night.storage.events]
    assert lines == [
        (EventKind.TRIAGED, "T-1"),
        (EventKind.DECLARED, "INC-1"),
        (EventKind.ACKNOWLEDGED, "INC-1"),
    ]


async def test_another_person_takes_over():
    night = Night()
    await night.at_night()

    await night.acknowledge(Acknowledge(asked(by=BEN)), DELIVERY, night.heard)

    assert night.storage.incidents[-1].owner == BEN
    assert night.heard.messages[-1] == Answer(AnswerKind.DONE, text="You have INC-1.")


async def test_taking_what_one_has_changes_nothing():
    night = Night()
    await night.at_night()
    lines = len(night.storage.events)

    await night.acknowledge(Acknowledge(asked()), None, night.heard)

    assert len(night.storage.events) == lines


async def test_without_an_incident_there_is_nothing_to_take():
    with pytest.raises(UnknownIncidentError, match="No incident is open"):
        await Night().acknowledge(Acknowledge(asked()), None, Heard())


async def test_with_several_open_the_person_must_say_which():
    night = Night()
    await night.declared()
    await night.declared()

    with pytest.raises(UserError, match="Several incidents are open: INC-2"):
        await night.acknowledge(Acknowledge(asked()), None, Heard())
    await night.acknowledge(Acknowledge(asked(by=BEN), IncidentId(1)), None, night.heard)

    assert night.storage.tables.incidents[IncidentId(1)].owner == BEN


async def test_an_update_goes_to_the_thread_and_is_shown_in_the_channel():
    night = Night()
    await night.at_night()

    await night.update(an_update(night), DELIVERY, night.heard)

    row = next(one for one in night.storage.sendings if one.key == "INC-1/update/1")
    assert (row.parent, row.broadcast) == ("INC-1/card", True)
    assert isinstance(row.message, StatusUpdate)
    assert row.message.action == "Fallback on"


async def test_an_update_from_another_channel_also_goes_to_the_incidents_channel():
    night = Night()
    await night.declare(Declare(asked(channel=ELSEWHERE)), None, night.heard)

    await night.update(an_update(night), None, night.heard)

    channels = {one.key: one.channel for one in night.storage.sendings if "update" in one.key}
    assert channels == {"INC-1/update/1": ELSEWHERE, "INC-1/update/1/public": INCIDENTS}


async def test_an_update_changes_the_incident_and_its_card():
    night = Night()
    await night.at_night()

    await night.update(an_update(night), None, night.heard)

    incident = night.storage.incidents[-1]
    card = night.message("INC-1/card")
    assert isinstance(card, IncidentCard)
    assert card.incident == incident
    assert (incident.status, incident.severity) == (Status.MITIGATED, Severity.P2)
    assert EventKind.STATUS_CHANGED in [event.kind for event in night.storage.events]


async def test_a_change_of_severity_stands_on_the_timeline():
    night = Night()
    await night.at_night()

    await night.update(an_update(night), None, night.heard)
    await night.update(an_update(night), None, night.heard)

    kind = EventKind.UPDATE_POSTED
    said = [one.facts["severity"] for one in night.storage.events if one.kind is kind]
    assert said == ["now P2", ""]


async def test_a_second_update_without_a_change_of_status_is_one_line():
    night = Night()
    await night.at_night()

    await night.update(an_update(night, status="investigating"), None, night.heard)

    kinds = [event.kind for event in night.storage.events]
    assert EventKind.STATUS_CHANGED not in kinds
    assert kinds.count(EventKind.UPDATE_POSTED) == 1


async def test_a_form_sent_after_the_end_brings_nothing_back():
    night = Night()
    incident = await night.at_night()
    await night.resolve(Resolve(asked(), incident.id), None, night.heard)

    with pytest.raises(InvalidTransitionError, match="INC-1 is resolved: the update was not sent"):
        await night.update(an_update(night, status="investigating"), None, night.heard)

    assert night.storage.incidents[-1].status is Status.RESOLVED


@pytest.mark.parametrize("status", ["resolved", "fine"])
async def test_an_update_cannot_resolve(status):
    night = Night()
    await night.at_night()

    with pytest.raises(BadCommandError):
        await night.update(an_update(night, status=status), None, Heard())


async def resolved(night: Night, root_cause: str | None = None):
    request = Resolve(asked(by=BEN), night.storage.incidents[-1].id, root_cause)
    await night.resolve(request, DELIVERY, night.heard)
    return night.storage.incidents[-1]


async def test_resolving_uploads_the_postmortem_in_the_same_step():
    night = Night()
    night.messenger.names = {ANA: "Ana", BEN: "Ben"}
    await night.at_night()
    night.clock.advance(timedelta(minutes=40))

    incident = await resolved(night, "Ideogram's database failed")

    file = next(one for one in night.storage.sendings if "postmortem" in one.key)
    assert isinstance(file.message, Postmortem)
    assert (incident.status, incident.resolved_by) == (Status.RESOLVED, BEN)
    assert file.message.incident == incident
    assert dict(file.message.people) == {ANA: "Ana", BEN: "Ben"}
    assert file.message.clocks.to_resolve == timedelta(minutes=40)


async def test_the_postmortem_links_the_evidence_of_its_lines():
    night = Night()
    await night.at_night()
    async with night.storage() as uow:
        await uow.outbox.linked("T-1/card", "https://chat.example.com/T-1")

    await resolved(night)

    document = next(one.message for one in night.storage.sendings if "postmortem" in one.key)
    links = {line.event.evidence.ref: line.link for line in document.lines}
    assert links["T-1"] == "https://chat.example.com/T-1"
    assert "https://chat.example.com/T-1" in WORDS.document(document)


class NamelessMessenger(FakeMessenger):
    """Never says who is who."""

    async def name(self, user):
        await asyncio.Event().wait()


async def test_a_chat_that_does_not_know_names_does_not_hold_up_the_resolve():
    night = Night()
    slow = NamelessMessenger(night.clock)
    night.people = replace(night.people, messenger=slow, within=timedelta(0))
    await night.at_night()
    night.resolve = replace(night.resolve, people=night.people)

    incident = await resolved(night)

    file = next(one for one in night.storage.sendings if "postmortem" in one.key)
    assert isinstance(file.message, Postmortem)
    assert (incident.is_open, file.message.people) == (False, ())


async def test_the_root_cause_may_be_skipped():
    night = Night()
    await night.at_night()

    incident = await resolved(night)

    assert incident.root_cause is None


async def test_an_incident_is_resolved_once():
    night = Night()
    await night.at_night()
    await resolved(night)

    with pytest.raises(InvalidTransitionError, match="INC-1 is resolved already"):
        await resolved(night)


async def test_resolving_needs_no_inbox_row():
    night = Night()
    await night.declared()

    await night.resolve(Resolve(asked(), IncidentId(1)), None, night.heard)

    assert not night.storage.incidents[-1].is_open


async def test_a_fresh_postmortem_is_a_new_file():
    night = Night()
    await night.at_night()
    await resolved(night)
    night.clock.advance(timedelta(minutes=1))

    await night.write(WritePostmortem(asked()), DELIVERY, night.heard)
    await night.write(WritePostmortem(asked(), IncidentId(1)), None, night.heard)

    files = [one.key for one in night.storage.sendings if "postmortem" in one.key]
    assert files == ["INC-1/postmortem/20261120-030400", "INC-1/postmortem/20261120-030500"]


async def test_a_postmortem_of_nothing_is_refused():
    with pytest.raises(UnknownIncidentError, match="There was no incident yet"):
        await Night().write(WritePostmortem(asked()), None, Heard())


async def test_the_status_lists_what_is_open():
    night = Night()
    await night.declared()

    await night.status(ShowStatus(asked()), None, night.heard)

    assert night.heard.messages[-1].incidents[0].name == "INC-1"


async def test_the_timeline_is_shown_oldest_first():
    night = Night()
    await night.at_night()

    await night.timeline(ShowTimeline(asked()), None, night.heard)

    lines = night.heard.messages[-1].lines
    assert next(line.event.kind for line in lines) is EventKind.TRIAGED


async def test_help_names_the_services():
    night = Night()

    await night.help(ShowHelp(asked()), None, night.heard)

    assert night.heard.messages[-1].services == ("ideogram-service",)


async def test_a_verdict_of_another_service_leaves_the_incident_alone():
    night = Night()
    other: Service = a_service(name=ServiceName("painter"))
    await night.at_night()
    triage = replace(night.triage, services=[night.service, other])

    await triage(RunTriage(asked(), other.name), DELIVERY, night.heard)

    kinds = [event.kind for event in night.storage.events]
    assert kinds.count(EventKind.TRIAGED) == 1
