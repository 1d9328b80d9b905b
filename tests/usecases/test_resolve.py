"""Resolving an incident, once, with its postmortem; and a postmortem written anew."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import InvalidTransitionError, UnknownIncidentError
from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.domain.message import Postmortem
from bot.domain.request import Resolve, WritePostmortem
from tests.builders import ANA, BEN, asked
from tests.fakes.messenger import FakeAnswers, FakeMessenger
from tests.usecases.nights import DELIVERY, WORDS, Night


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
        await Night().write(WritePostmortem(asked()), None, FakeAnswers())
