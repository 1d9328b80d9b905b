"""A triage: its money, its card, its timeline, and what happens when parts are away."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.answer import ApiKey, SecretText
from bot.domain.diagnosis import Cause, Mode
from bot.domain.errors import UnknownServiceError
from bot.domain.health import HealthState
from bot.domain.ids import ServiceName
from bot.domain.message import TriageCard, TriageState
from bot.domain.mitigation import MitigationKind
from bot.domain.money import budget_day
from bot.domain.probe import CANARIES, Outcome, ProbeKind
from bot.domain.request import Resolve, RunTriage
from bot.domain.service import Call
from bot.domain.timeline import EventKind
from bot.ports import Keys
from bot.usecases.measure import TRIAGE_WITHIN
from tests.builders import NIGHT, a_result, a_service, asked
from tests.usecases.nights import DELIVERY, Heard, Night, until

DAY = budget_day(NIGHT)


async def test_a_triage_ends_with_a_verdict_on_its_card():
    night = Night()
    night.break_ideogram()

    card = await night.triaged()

    assert card.diagnosis is not None
    assert (card.state, card.diagnosis.cause) == (TriageState.FINAL, Cause.OUTAGE)
    assert [one.kind for one in card.results] == list(ProbeKind)
    assert night.message("T-1/card") == card


@pytest.mark.parametrize("kind", [ProbeKind.APP_HEALTH, ProbeKind.WORKLOAD, ProbeKind.TRAFFIC])
async def test_who_knows_the_key_cannot_show_it(kind):
    night = Night()
    night.keys.key = ApiKey(SecretText("secret-k"), "0a1b2c3d", "secret ideogram-secrets")
    night.probes[kind].result = a_result(kind, detail="says secret-k", excerpt="secret-k")

    card = await night.triaged()

    assert "secret-k" not in repr(card)
    assert "says …" in repr(card)


async def test_the_card_knows_where_to_pay():
    night = Night()
    night.examine = replace(night.examine, billing_url="https://ideogram.ai/platform")
    night.triage = replace(night.triage, examine=night.examine)

    card = await night.triaged()

    assert card.beside.billing_url == "https://ideogram.ai/platform"


async def test_it_offers_what_helps_and_remembers_the_previews():
    night = Night()
    night.break_ideogram()

    card = await night.triaged()

    assert [offer.kind for offer in card.offers] == [MitigationKind.ENABLE_FALLBACK]
    assert card.offers[0].triage_id == card.triage_id


async def test_a_healthy_triage_offers_nothing():
    card = await Night().triaged()

    assert card.diagnosis is not None
    assert (card.diagnosis.cause, card.offers) == (Cause.HEALTHY, ())


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (ProbeKind.WORKLOAD, {facts.FALLBACK: "on"}),
        (ProbeKind.APP_HEALTH, {facts.STATE: HealthState.FALLBACK}),
    ],
    ids=["switch", "health"],
)
async def test_a_healthy_triage_offers_to_end_a_fallback(kind, found):
    night = Night()
    await night.through()
    night.probes[kind].result = a_result(kind, facts=found)

    card = await night.triaged()

    assert card.fallback_on
    assert [offer.kind for offer in card.offers] == [MitigationKind.DISABLE_FALLBACK]


async def test_a_healthy_triage_offers_to_end_a_reduction():
    night = Night()
    await night.through(MitigationKind.REDUCE_CONCURRENCY)
    found = {facts.FALLBACK: "off", facts.REDUCED: True}
    night.probes[ProbeKind.WORKLOAD].result = a_result(ProbeKind.WORKLOAD, facts=found)

    card = await night.triaged()

    assert card.diagnosis.cause is Cause.HEALTHY
    assert [offer.kind for offer in card.offers] == [MitigationKind.RESTORE_CONCURRENCY]


async def test_free_checks_offer_no_end_of_a_fallback():
    night = Night()
    await night.through()
    on = a_result(ProbeKind.WORKLOAD, facts={facts.FALLBACK: "on"})
    night.probes[ProbeKind.WORKLOAD].result = on

    card = await night.triaged(Mode.QUICK)

    assert (card.diagnosis.cause, card.fallback_on) == (Cause.HEALTHY, True)
    assert card.offers == card.not_offered == ()


async def test_the_inbox_row_is_closed_with_the_first_write():
    night = Night()
    async with night.storage() as uow:
        request = RunTriage(asked())
        await uow.inbox.receive(DELIVERY, request, at=NIGHT, until=NIGHT, holder="one")

    await night.triaged()

    assert night.storage.tables.inbox[DELIVERY].closed_at is not None


async def test_money_not_spent_is_given_back():
    night = Night()
    priced = replace(night.probes[ProbeKind.GENERATE_V3].result, cost=Decimal("0.03"))
    night.probes[ProbeKind.GENERATE_V3].result = priced

    card = await night.triaged()

    assert (card.cost, card.spent) == (Decimal("0.08"), Decimal("0.03"))
    assert card.budget_left == Decimal("0.97")
    assert night.storage.tables.days[DAY] == Decimal("0.03")


async def test_a_triage_over_midnight_gives_back_to_the_day_it_took_from():
    night = Night()
    night.clock.advance(timedelta(hours=20, minutes=55))
    slow = night.probes[ProbeKind.GENERATE_V3]
    slow.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged())
        await until(lambda: slow.subjects)
        night.clock.advance(timedelta(minutes=10))
        slow.waits_for.set()

    assert night.storage.tables.days == {DAY: 0}


async def test_a_quote_that_cost_money_counts_against_the_day():
    night = Night()
    spent = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, facts={"spent": True}, cost=Decimal("0.10"))
    night.probes[ProbeKind.AUTH].result = spent

    await night.triaged(Mode.QUICK)

    assert night.storage.tables.days == {DAY: Decimal("0.10")}


async def test_a_quote_that_cost_more_than_was_left_leaves_nothing():
    night = Night(limit=Decimal("0.05"))
    spent = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, facts={"spent": True}, cost=Decimal("0.10"))
    night.probes[ProbeKind.AUTH].result = spent

    card = await night.triaged(Mode.QUICK)

    assert card.budget_left == 0


async def test_without_money_it_is_quick_and_says_why():
    night = Night(limit=Decimal("0.05"))

    card = await night.triaged()

    assert card.mode is Mode.QUICK
    assert card.mode_reason == "$0.05 of today's $0.05 left, a full triage costs $0.08"
    assert not night.probes[ProbeKind.GENERATE_V3].subjects


async def test_quick_sends_no_canary():
    night = Night()

    card = await night.triaged(Mode.QUICK)

    details = {one.kind: one.detail for one in card.results}
    assert details[ProbeKind.GENERATE_V3] == "not sent: free probes only"
    assert details[ProbeKind.DOWNLOAD] == "no picture was made"
    assert card.mode_reason is None


async def test_a_call_that_the_service_does_not_use_is_not_sent():
    night = Night(service=a_service(calls=(Call.V3,)))

    card = await night.triaged()

    assert not night.probes[ProbeKind.GENERATE_LEGACY].subjects
    assert card.cost == Decimal("0.03")


async def test_a_quote_that_cost_money_is_switched_off_for_good():
    night = Night()
    spent = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, facts={"spent": True})
    night.probes[ProbeKind.AUTH].result = spent

    await night.triaged()
    await night.triaged()

    allowed = [one.dry_run_allowed for one in night.probes[ProbeKind.AUTH].subjects]
    assert allowed == [True, False]


async def test_a_probe_that_breaks_leaves_the_others_alone():
    night = Night()
    night.probes[ProbeKind.DNS].error = RuntimeError("boom")

    card = await night.triaged()

    assert card.results[0].outcome is Outcome.UNKNOWN
    assert card.results[0].detail == "could not look: RuntimeError"
    assert card.diagnosis is not None
    assert card.diagnosis.cause is Cause.HEALTHY


async def test_a_probe_that_hangs_is_cut_off_and_unknown():
    night = Night()
    hanging = night.probes[ProbeKind.WORKLOAD]
    hanging.waits_for, hanging.within = asyncio.Event(), timedelta(seconds=-2)

    card = await night.triaged()

    details = {one.kind: one.detail for one in card.results}
    assert details[ProbeKind.WORKLOAD] == "could not look: TimeoutError"


async def test_time_spent_on_the_key_is_not_given_to_the_probes_again():
    night = Night()
    hanging = night.probes[ProbeKind.GENERATE_V3]
    hanging.waits_for = asyncio.Event()

    class LateKeys(Keys):
        async def for_service(self, service):
            night.clock.advance(TRIAGE_WITHIN)
            return night.keys.key, ""

    night.measure = replace(night.measure, keys=LateKeys())
    night.triage = replace(night.triage, examine=replace(night.examine, measure=night.measure))

    card = await night.triaged()

    details = {one.kind: one.detail for one in card.results}
    assert details[ProbeKind.GENERATE_V3] == "could not look: TimeoutError"


async def test_requests_with_a_key_get_the_services_key_and_the_others_none():
    night = Night()

    await night.triaged()

    assert night.probes[ProbeKind.AUTH].subjects[0].key is not None
    assert night.probes[ProbeKind.DNS].subjects[0].key is None


async def test_without_a_key_the_probes_hear_why():
    night = Night()
    night.keys.key = None

    await night.triaged()

    assert night.probes[ProbeKind.AUTH].subjects[0].no_key == "no key may be used"


async def test_the_download_hears_that_no_canary_got_an_image():
    night = Night()

    await night.triaged()

    assert night.probes[ProbeKind.DOWNLOAD].subjects[0].first_picture.result() is None


async def test_the_card_fills_in_while_probes_answer():
    night = Night()
    last = night.probes[ProbeKind.GENERATE_V3]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        running = group.create_task(night.triaged())
        await until(lambda: night.storage.triages and night.storage.triages[-1].card.results)
        shown = night.message("T-1/card")
        last.waits_for.set()

    assert isinstance(shown, TriageCard)
    assert (shown.state, shown.pending) == (TriageState.RUNNING, (ProbeKind.GENERATE_V3,))
    assert running.result().state is TriageState.FINAL


async def test_a_database_that_goes_away_meanwhile_costs_only_the_picture():
    night = Night()
    last = night.probes[ProbeKind.GENERATE_V3]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        running = group.create_task(night.triaged())
        await until(lambda: last.subjects)
        night.storage.is_away = True
        await asyncio.sleep(0.4)  # noqa: TID251  until the painter has tried
        night.storage.is_away = False
        last.waits_for.set()

    assert running.result().state is TriageState.FINAL


async def test_a_verdict_that_cannot_be_kept_is_told_to_who_asked():
    night = Night()
    night.break_ideogram()
    last = night.probes[ProbeKind.GENERATE_V3]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triage(RunTriage(asked()), DELIVERY, night.heard))
        await until(lambda: last.subjects)
        night.storage.is_away = True
        last.waits_for.set()

    (card,) = night.heard.messages
    assert isinstance(card, TriageCard)
    assert (card.state, card.triage_id, card.offers) == (TriageState.FINAL, None, ())
    assert (card.diagnosis.cause, card.spent) == (Cause.OUTAGE, 0)
    assert [one.by_hand for one in card.not_offered]


@pytest.mark.parametrize(("is_away", "delivery"), [(True, DELIVERY), (False, None)])
async def test_what_cannot_be_remembered_runs_free_probes_and_answers_the_person(is_away, delivery):
    night = Night()
    night.break_ideogram()
    night.storage.is_away = is_away  # or back again, right after the command was not recorded

    await night.triage(RunTriage(asked()), delivery, night.heard)

    card = night.heard.messages[0]
    assert night.storage.messages == []
    assert isinstance(card, TriageCard)
    assert (card.mode, card.mode_reason) == (Mode.QUICK, "no database: free probes only")
    assert (card.triage_id, card.budget_left) == (None, None)


async def test_an_unknown_service_is_refused():
    night = Night()

    with pytest.raises(UnknownServiceError):
        await night.triage(RunTriage(asked(), ServiceName("x")), DELIVERY, Heard())


async def test_a_429_names_the_limit_for_the_arithmetic():
    night = Night()
    for kind in CANARIES:
        limited = replace(
            night.probes[kind].result,
            outcome=Outcome.UNHEALTHY,
            answer="rate-limited",
            facts={facts.MAX_INFLIGHT: 5},
        )
        night.probes[kind].result = limited

    card = await night.triaged()

    offer = card.offers[0]
    assert offer.kind is MitigationKind.REDUCE_CONCURRENCY
    assert any("limit 5" in warning for warning in offer.warnings)


async def test_a_triage_during_an_incident_lands_on_its_timeline():
    night = Night()
    await night.at_night()

    await night.triaged()

    kinds = [event.kind for event in night.storage.events]
    assert kinds.count(EventKind.TRIAGED) == 2


async def test_a_terminal_may_insist_on_a_full_triage_without_a_database():
    night = Night()

    plan = night.examine.plan_without_database(night.service, Mode.FULL)

    assert (plan.mode, plan.price, plan.reserved) == (Mode.FULL, Decimal("0.08"), Decimal(0))


async def test_a_quick_triage_without_a_database_needs_no_reason():
    plan = Night().examine.plan_without_database(a_service(), Mode.QUICK)

    assert plan.reason is None


async def test_what_helped_against_the_same_before_is_on_the_card():
    night = Night()
    incident = await night.at_night()
    await night.resolve(Resolve(asked(), incident.id), None, night.heard)
    night.clock.advance(timedelta(days=12))

    card = await night.triaged()

    assert card.beside.earlier is not None
    assert card.beside.earlier.incident_id == incident.id


async def test_a_key_that_cannot_be_read_in_time_is_no_key():
    night = Night()
    night.measure = replace(night.measure, keys=SlowKeys(), key_within=timedelta(0))
    night.examine = replace(night.examine, measure=night.measure)
    night.triage = replace(night.triage, examine=night.examine)

    await night.triaged()

    told = night.probes[ProbeKind.AUTH].subjects[0].no_key
    assert told == "the key could not be read in time"


class SlowKeys(Keys):
    """Never answers."""

    async def for_service(self, service):
        await asyncio.Event().wait()
