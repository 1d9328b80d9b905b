"""What forms and views read."""

from dataclasses import replace

import pytest

from bot.domain.draft import Seen
from bot.domain.errors import UnavailableError, UnknownIncidentError, UserError
from bot.domain.ids import IncidentId, MitigationId, ServiceName, TriageId
from bot.domain.incident import Status
from bot.domain.mitigation import MitigationKind, State
from bot.domain.triage import Triage
from bot.usecases.lookup import Lookup
from tests.builders import INCIDENTS, NIGHT, a_run, an_incident
from tests.fakes.storage import FakeStorage
from tests.sayings import a_card
from tests.usecases.pressing import World

T_118 = TriageId(118)
TRIAGED = an_incident(triage_id=T_118)


def a_lookup(storage):
    return Lookup(storage=storage, mitigations=World().mitigations)


async def remembered(incident, *runs):
    storage = FakeStorage()
    card = a_card()
    triage = Triage(T_118, ServiceName("ideogram-service"), INCIDENTS, NIGHT, card, ended_at=NIGHT)
    async with storage() as uow:
        await uow.incidents.save(incident)
        await uow.triages.save(triage, claimed_until=None)
        for run in runs:
            await uow.mitigations.insert(run, holder="h", claimed_until=NIGHT)
    return storage, card


async def test_an_incident_comes_with_the_newest_facts_about_it():
    run = a_run(incident_id=TRIAGED.id)
    storage, card = await remembered(TRIAGED, run)

    seen = await a_lookup(storage).incident(TRIAGED.id)

    assert seen == Seen(TRIAGED, card.diagnosis, card.results, run)


async def test_what_is_in_force_is_known_until_something_ends_it():
    on = a_run(id=MitigationId("m1"), state=State.EFFECTIVE, incident_id=TRIAGED.id)
    undone = replace(on, undone_by=MitigationId("m2"))
    off = replace(on, id=MitigationId("m2"), kind=MitigationKind.DISABLE_FALLBACK)
    rolling = replace(on, state=State.WATCHING)

    for runs, standing in (((on,), (on,)), ((undone,), ()), ((on, off), ()), ((rolling,), ())):
        storage, _ = await remembered(TRIAGED, *runs)
        assert (await a_lookup(storage).incident(TRIAGED.id)).standing == standing


async def test_the_only_open_incident_needs_no_name():
    storage, _ = await remembered(an_incident())

    assert await a_lookup(storage).incident(None) == Seen(an_incident())


async def test_a_resolved_incident_has_no_form():
    storage, _ = await remembered(an_incident(status=Status.RESOLVED))

    with pytest.raises(UserError, match="INC-42 is resolved already"):
        await a_lookup(storage).incident(IncidentId(42))


async def test_an_unknown_incident_is_named():
    with pytest.raises(UnknownIncidentError):
        await a_lookup(FakeStorage()).incident(IncidentId(7))


async def test_a_triage_is_read_as_its_card():
    storage, card = await remembered(an_incident())

    assert await a_lookup(storage).triage(T_118) == card


async def test_a_triage_that_is_gone_says_what_to_do():
    with pytest.raises(UserError, match="Run /ideogram triage again"):
        await a_lookup(FakeStorage()).triage(TriageId(1))


async def test_a_database_that_is_away_is_no_missing_triage():
    storage = FakeStorage()
    storage.is_away = True

    with pytest.raises(UnavailableError):
        await a_lookup(storage).triage(T_118)
