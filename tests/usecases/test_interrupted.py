"""Triages whose process went away."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.diagnosis import Mode
from bot.domain.ids import OutboxKey
from bot.domain.message import TriageState
from bot.domain.probe import ProbeKind
from bot.domain.request import TriageAll
from bot.domain.triage_table import TriageTable
from tests.builders import asked
from tests.usecases.nights import Night, until


async def test_an_abandoned_triage_is_said_to_be_interrupted():
    night = Night()
    stuck = night.probes[ProbeKind.GENERATE_V3]
    stuck.waits_for = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        dying = group.create_task(night.triaged())
        await until(lambda: stuck.subjects)
        dying.cancel()
    night.clock.advance(timedelta(minutes=1))

    await night.interrupted()
    await night.interrupted()

    triage = night.storage.triages[-1]
    assert (triage.card.state, triage.card.spent) == (TriageState.INTERRUPTED, Decimal("0.08"))
    assert triage.ended_at == night.clock.now()


async def test_a_triage_that_still_runs_is_left_alone():
    night = Night()
    stuck = night.probes[ProbeKind.GENERATE_V3]
    stuck.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged())
        await until(lambda: stuck.subjects)
        await night.interrupted()
        stuck.waits_for.set()

    assert night.storage.triages[-1].card.state is TriageState.FINAL


async def test_a_table_cut_short_says_so_instead_of_a_card_for_each_of_its_lines():
    night = Night()
    stuck = night.probes[ProbeKind.GENERATE_V3]
    stuck.waits_for = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        dying = group.create_task(
            night.triage_all(TriageAll(asked(), Mode.FULL), None, night.heard)
        )
        await until(lambda: stuck.subjects)
        dying.cancel()
    night.clock.advance(timedelta(minutes=10))

    await night.interrupted()

    (table,) = night.storage.messages
    assert isinstance(table, TriageTable)
    assert (table.is_interrupted, table.waiting, table.spent) == (True, 1, Decimal("0.08"))
    assert night.storage.triages[0].card.state is TriageState.INTERRUPTED


async def test_a_line_of_a_table_that_nobody_remembers_ends_all_the_same():
    night = Night()
    await night.triaged()
    lost = replace(night.storage.triages[0], ended_at=None, table=OutboxKey("gone"))
    async with night.storage() as uow:
        await uow.triages.save(lost, claimed_until=None)

    await night.interrupted()

    assert night.storage.triages[0].ended_at == night.clock.now()
