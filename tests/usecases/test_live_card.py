"""The card of a triage that is still being measured."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.diagnosis import Cause, Measurements, Mode
from bot.domain.errors import UnavailableError
from bot.domain.ids import IncidentId, TriageId
from bot.domain.message import TriageCard, TriageState
from bot.domain.mitigation import MitigationKind
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.service import Call
from bot.domain.triage import Triage
from bot.ports import Storage
from bot.usecases.live_card import CLAIM, LiveCard, Offered, Progress
from tests.builders import NIGHT, a_preview, a_result
from tests.sayings import a_diagnosis
from tests.usecases.nights import Night, until


async def shown_while(night: Night, waiting: ProbeKind, state: TriageState, **asking):
    """Hold one probe back until the card is in this state; return that card and the last one."""
    probe = night.probes[waiting]
    probe.waits_for = asyncio.Event()

    def is_shown() -> bool:
        rows = [one for one in night.storage.sendings if one.key == "T-1/card"]
        return (
            bool(rows)
            and isinstance(rows[0].message, TriageCard)
            and (rows[0].message.state is state and bool(rows[0].message.results))
        )

    async with asyncio.TaskGroup() as group:
        running = group.create_task(night.triaged(**asking))
        await until(is_shown)
        shown = night.message("T-1/card")
        probe.waits_for.set()
    assert isinstance(shown, TriageCard)
    return shown, running.result()


async def test_a_verdict_that_stands_has_its_buttons_before_the_end():
    night = Night()
    night.break_ideogram()

    early, final = await shown_while(night, ProbeKind.WORKLOAD, TriageState.EARLY)

    assert early.diagnosis is not None
    assert early.diagnosis.cause is Cause.OUTAGE
    assert [one.kind for one in early.offers] == [MitigationKind.ENABLE_FALLBACK]
    assert final.offers == early.offers


async def test_a_verdict_that_may_fall_is_marked_and_has_no_buttons():
    night = Night()
    night.break_ideogram()

    so_far, final = await shown_while(night, ProbeKind.GENERATE_V3, TriageState.SO_FAR)

    assert so_far.diagnosis is not None
    assert (so_far.diagnosis.cause, so_far.offers) == (Cause.OUTAGE, ())
    assert final.state is TriageState.FINAL


async def test_a_quick_triage_waits_for_nothing_that_it_does_not_send():
    night = Night()

    running, _ = await shown_while(night, ProbeKind.WORKLOAD, TriageState.RUNNING, mode=Mode.QUICK)

    assert running.pending == (ProbeKind.WORKLOAD,)


@dataclass(slots=True)
class Meanwhile:
    """A storage that is slow enough for something to happen before its first transaction."""

    storage: Storage
    happens: Callable[[], None]
    is_over: bool = False

    def __call__(self):
        if not self.is_over:
            self.is_over = True
            self.happens()
        return self.storage()


async def a_night_in_pieces() -> tuple[Night, Triage, Progress, list[ProbeResult]]:
    """Triage an outage; return it as if it still ran, and what was measured."""
    night = Night()
    night.break_ideogram()
    await night.triaged()
    triage = night.storage.triages[-1]
    measured = [one for one in triage.card.results if one.kind is not ProbeKind.STATUS_PAGE]
    card = replace(triage.card, state=TriageState.RUNNING, diagnosis=None, offers=())
    running = replace(triage, card=card)
    return night, running, Progress(blank=Measurements(tuple(Call), Mode.FULL, {})), measured


async def test_a_verdict_that_falls_while_the_card_is_painted_is_shown_next():
    night, running, progress, (first, *others) = await a_night_in_pieces()

    def fall() -> None:
        for result in others:
            progress.add(result)

    async def no_offers(cause: Cause) -> Offered:
        return (), ()

    live = LiveCard(storage=Meanwhile(night.storage, fall), clock=night.clock)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(live(running, progress, no_offers))
        progress.add(first)
        await until(lambda: night.message("T-1/card").state is TriageState.EARLY)
        progress.finish()


@dataclass(slots=True)
class HangingCluster:
    """Offers one button, once it may answer."""

    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, cause: Cause) -> Offered:
        await self.answers.wait()
        return (a_preview(),), ()


async def test_a_verdict_does_not_wait_for_a_cluster_that_hangs_and_gets_its_buttons_later():
    night, running, progress, results = await a_night_in_pieces()
    cluster = HangingCluster()

    def shown() -> TriageCard:
        return night.message("T-1/card")

    live = LiveCard(storage=night.storage, clock=night.clock, buttons_within=timedelta(0))
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(live(running, progress, cluster))
        for result in results:
            progress.add(result)
        await until(lambda: shown().state is TriageState.JUDGED)
        judged = shown()
        cluster.answers.set()
        await until(lambda: shown().state is TriageState.EARLY)
        progress.finish()

    assert (judged.diagnosis.cause, judged.offers) == (Cause.OUTAGE, ())
    assert shown().offers == (a_preview(),)


async def test_when_all_is_measured_the_buttons_are_still_waited_for():
    night, running, progress, results = await a_night_in_pieces()
    cluster = HangingCluster()
    live = LiveCard(storage=night.storage, clock=night.clock, buttons_within=timedelta(0))
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(live(running, progress, cluster))
        for result in results:
            progress.add(result)
        await until(lambda: night.message("T-1/card").state is TriageState.JUDGED)
        progress.finish()
        cluster.answers.set()

    assert progress.offers == ((a_preview(),), ())


async def test_what_ends_while_the_buttons_are_asked_for_ends_the_painting_too():
    night, running, progress, results = await a_night_in_pieces()

    async def ends(cause: Cause) -> Offered:
        progress.finish()
        return (), ()

    live = LiveCard(storage=night.storage, clock=night.clock)
    for result in results:
        progress.add(result)
    async with asyncio.timeout(10):
        await live(running, progress, ends)

    assert night.message("T-1/card").state is TriageState.EARLY


def test_a_second_look_counts_until_the_verdict_stands():
    progress = Progress(blank=Measurements(tuple(Call), Mode.FULL, {}))
    first, second = a_result(ProbeKind.TRAFFIC), a_result(ProbeKind.TRAFFIC, Outcome.UNHEALTHY)

    assert [progress.add(one) for one in (first, second)] == [True, True]
    progress.settled = a_diagnosis()
    taken = [progress.add(one) for one in (first, a_result(ProbeKind.DNS))]

    assert taken == [False, True]
    assert progress.results[ProbeKind.TRAFFIC] == second


async def a_running_triage() -> tuple[Night, Triage]:
    night = Night()
    await night.triaged()
    running = replace(night.storage.triages[-1], ended_at=None)
    async with night.storage() as uow:
        await uow.triages.save(running, claimed_until=NIGHT + CLAIM)
    return night, running


def claimed_until(night: Night, triage: Triage) -> datetime | None:
    return night.storage.tables.triages[triage.id].claimed_until


async def kept_on(night: Night, triage: Triage, storage: Storage) -> None:
    """Keep a claim that is about to end until it is seen to last longer."""
    live = LiveCard(storage=storage, clock=night.clock, keep_every=timedelta(0))
    over = asyncio.Event()

    night.clock.advance(CLAIM)
    async with asyncio.TaskGroup() as group:
        group.create_task(live.keep(triage, over))
        await until(lambda: claimed_until(night, triage) == NIGHT + 2 * CLAIM)
        over.set()


async def test_the_claim_is_kept_however_long_a_cluster_takes_for_the_buttons():
    night, triage = await a_running_triage()
    await kept_on(night, triage, night.storage)

    assert night.message("T-1/card") == triage.card


async def test_a_triage_that_ended_is_claimed_by_nobody():
    night = Night()
    await night.triaged()
    triage = night.storage.triages[-1]
    live = LiveCard(storage=night.storage, clock=night.clock, keep_every=timedelta(0))
    over = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(live.keep(triage, over))
        await asyncio.sleep(0.05)  # noqa: TID251  the loop's clock, not ours
        over.set()

    assert claimed_until(night, triage) is None


async def test_a_database_that_is_away_for_a_moment_does_not_end_the_triage():
    night, triage = await a_running_triage()
    storage = Failing(night.storage)
    await kept_on(night, triage, storage)

    assert storage.is_over


@dataclass(slots=True)
class Failing:
    """A storage that is away at first."""

    storage: Storage
    is_over: bool = False

    def __call__(self):
        if not self.is_over:
            self.is_over = True
            raise UnavailableError("away")
        return self.storage()


async def test_an_incident_made_of_an_early_verdict_keeps_its_triage_to_the_end():
    night = Night()
    night.break_ideogram()
    slow, slower = (night.probes[one] for one in (ProbeKind.WORKLOAD, ProbeKind.APP_HEALTH))
    slow.waits_for, slower.waits_for = asyncio.Event(), asyncio.Event()
    shown: list[TriageCard] = []

    def look() -> TriageCard:
        shown.append(card := night.message("T-1/card"))
        return card

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged())
        await until(lambda: night.storage.sendings and look().state is TriageState.EARLY)
        await night.declared(triage_id=TriageId(1))
        await night.interrupted()
        slow.waits_for.set()
        await until(lambda: len(look().results) == len(ProbeKind) - 1)
        slower.waits_for.set()

    assert look().state is TriageState.FINAL
    assert [card.incident_id for card in shown[-2:]] == [IncidentId(1), IncidentId(1)]
    assert TriageState.INTERRUPTED not in {card.state for card in shown}
