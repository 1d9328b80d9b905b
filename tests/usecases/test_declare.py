"""Declaring an incident: from a triage, by hand, within a press; each once."""

from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause, Origin
from bot.domain.errors import UserError
from bot.domain.ids import ChannelId, ServiceName, TriageId
from bot.domain.message import Answer, AnswerKind, Note, TriageCard
from bot.domain.policy import Policy
from bot.domain.request import Declare
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind
from tests.builders import ANA, BEN, INCIDENTS, NIGHT, asked
from tests.usecases.nights import Night

ELSEWHERE = ChannelId("C0ONCALL")


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
    assert night.heard.said[-1] == Answer(AnswerKind.DONE, text=said)


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
