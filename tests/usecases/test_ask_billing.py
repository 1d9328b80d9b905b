"""Asking for money: whom, where, once; and what to do when nobody is named."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.diagnosis import Cause
from bot.domain.errors import UserError
from bot.domain.ids import TriageId
from bot.domain.ledger import Anchor
from bot.domain.person import Sight
from bot.domain.probe import CANARIES, ProbeKind
from bot.domain.replies import BillingRequest
from bot.domain.request import AskBilling, TellTriage
from tests.builders import ANA, BEN, NIGHT, a_service, asked
from tests.usecases.nights import DELIVERY, Night

T_1 = TriageId(1)


async def a_night(**service):
    """Find an outage of a service whose billing owner is Ben."""
    night = Night(service=a_service(**({"billing_owner": BEN} | service)))
    night.break_ideogram(402)
    await night.triaged()
    return night


async def ask(night, triage_id=T_1):
    await night.ask_billing(AskBilling(asked(), triage_id), DELIVERY, night.heard)


def requests(night):
    return [one for one in night.storage.messages if isinstance(one, BillingRequest)]


async def test_the_owner_is_mentioned_in_the_thread_with_verdict_and_address():
    night = await a_night()

    await ask(night)

    (said,) = requests(night)
    assert (said.owner, said.by, said.billing_url) == (BEN, ANA, "https://ideogram.ai/platform")
    assert said.diagnosis == night.storage.triages[-1].card.diagnosis
    assert night.storage.sendings[-1].parent == "T-1/card"
    assert night.heard.said[-1].text == "The billing owner is asked, in the thread."


async def test_the_owner_is_told_what_is_left():
    night = Night(service=a_service(billing_owner=BEN))
    night.break_ideogram(402)
    night.storage.tables.anchors.append(Anchor(Decimal(4), NIGHT, ANA))
    traffic = night.probes[ProbeKind.TRAFFIC]
    traffic.result = replace(traffic.result, facts={facts.BALANCE_USD: "3.50"})
    await night.triaged()

    await ask(night)

    (said,) = requests(night)
    assert said.estimate == night.storage.triages[-1].card.beside.estimate
    assert (said.estimate.balance, said.gauge) == (Decimal(4), Decimal("3.50"))


async def test_in_an_incident_the_request_stands_in_its_thread():
    night = await a_night()
    incident = await night.declared(triage_id=T_1)

    await ask(night)

    assert night.storage.sendings[-1].parent == incident.card


async def test_a_triage_asks_once():
    night = await a_night()
    await ask(night)

    with pytest.raises(UserError, match="was asked already"):
        await ask(night)

    assert len(requests(night)) == 1


async def test_a_request_before_the_end_leaves_the_row_to_who_measures():
    night = await a_night()
    running = replace(night.storage.triages[-1], ended_at=None)
    async with night.storage() as uow:
        await uow.triages.save(running, claimed_until=NIGHT)

    await ask(night)
    await ask(night)

    assert night.storage.triages[-1] == running
    assert len(requests(night)) == 1


async def test_before_a_verdict_nobody_is_asked():
    night = await a_night()
    blank = night.storage.triages[-1]
    blank = replace(blank, card=replace(blank.card, diagnosis=None))
    async with night.storage() as uow:
        await uow.triages.save(blank, claimed_until=None)

    with pytest.raises(UserError, match="no verdict yet"):
        await ask(night)


async def test_without_an_owner_it_says_where_to_name_one():
    night = await a_night(billing_owner=None)

    with pytest.raises(UserError, match=r"contacts\.billing_owner.*https://ideogram\.ai/platform"):
        await ask(night)


async def test_a_request_that_was_not_recorded_is_asked_all_the_same():
    night = await a_night()

    await night.ask_billing(AskBilling(asked(), T_1), None, night.heard)

    assert len(requests(night)) == 1


async def test_the_verdict_names_the_owner_also_when_it_is_judged_again():
    night = Night(service=a_service(billing_owner=BEN))
    night.break_ideogram(402)
    for kind in CANARIES:
        unfunded = replace(night.probes[kind].result, answer=AnswerClass.UNFUNDED)
        night.probes[kind].result = unfunded
    before = await night.triaged()

    await night.judge(TellTriage(asked(), T_1, Sight.FAILING), DELIVERY, night.heard)

    again = night.message("T-1/card")
    assert before.diagnosis.cause is Cause.CREDITS_EXHAUSTED
    assert (before.diagnosis.contact_id, again.diagnosis.contact_id) == (BEN, BEN)
