"""A triage: its verdict, its card, what it offers, its timeline."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import facts
from bot.domain.answer import ApiKey, SecretText
from bot.domain.diagnosis import Cause, Mode
from bot.domain.errors import UnknownServiceError
from bot.domain.health import HealthState
from bot.domain.ids import ServiceName
from bot.domain.message import TriageCard, TriageState
from bot.domain.mitigation import MitigationKind
from bot.domain.probe import CANARIES, Outcome, ProbeKind
from bot.domain.request import Resolve, RunTriage
from bot.domain.timeline import EventKind
from tests.builders import NIGHT, a_result, asked
from tests.fakes.messenger import FakeAnswers
from tests.usecases.nights import DELIVERY, Night, until


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


async def test_requests_with_a_key_get_the_services_key_and_the_others_none():
    night = Night()

    await night.triaged()

    assert night.probes[ProbeKind.AUTH].subjects[0].key is not None
    assert night.probes[ProbeKind.DNS].subjects[0].key is None


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


async def test_an_unknown_service_is_refused():
    night = Night()

    with pytest.raises(UnknownServiceError):
        await night.triage(RunTriage(asked(), ServiceName("x")), DELIVERY, FakeAnswers())


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


async def test_what_helped_against_the_same_before_is_on_the_card():
    night = Night()
    incident = await night.at_night()
    await night.resolve(Resolve(asked(), incident.id), None, night.heard)
    night.clock.advance(timedelta(days=12))

    card = await night.triaged()

    assert card.beside.earlier is not None
    assert card.beside.earlier.incident_id == incident.id
