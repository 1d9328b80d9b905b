"""One image on request: paid once, told in the thread, and what it makes possible."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass, ApiKey, SecretText
from bot.domain.errors import UserError
from bot.domain.ids import DeliveryKey, TriageId
from bot.domain.mitigation import MitigationKind
from bot.domain.money import budget_day
from bot.domain.replies import Verification
from bot.domain.request import RunTriage, VerifyGeneration
from bot.domain.service import Call
from bot.domain.timeline import EventKind
from bot.usecases.intake import Intake
from tests.builders import BEN, NIGHT, asked
from tests.fakes.ideogram import an_exchange
from tests.usecases.nights import DELIVERY, Night, until

DAY = budget_day(NIGHT)
KEY = DeliveryKey("trigger-2")


async def a_night():
    """Find an outage, for free."""
    night = Night()
    night.break_ideogram()
    await night.triaged()
    night.storage.tables.days[DAY] = Decimal(0)
    return night


async def verified(night, triage_id=1, **asking):
    request = VerifyGeneration(asked(**asking), TriageId(triage_id))
    await night.verify_generation(request, DELIVERY, night.heard)
    (said,) = [one for one in night.storage.messages if isinstance(one, Verification)]
    return said


async def test_the_cheapest_call_makes_one_image_and_its_result_is_posted():
    night = await a_night()

    said = await verified(night, by=BEN)

    assert night.ideogram.asked == ["v3"]
    assert (said.call, said.answer, said.by) == (Call.V3, AnswerClass.IMAGE, BEN)
    assert (said.detail, said.request_id) == ("image in 0.4 s", "req-1")
    assert said.spent == night.storage.tables.days[DAY] == Decimal("0.03")
    assert night.heard.said[-1].text.startswith("One V3 image is being made for $0.03")


async def test_the_call_that_failed_is_tried_though_another_is_cheaper():
    night = Night()
    await night.found_legacy_down()

    said = await verified(night, triage_id=118)

    assert (said.call, night.ideogram.asked) == (Call.LEGACY, ["legacy"])


async def test_the_result_stands_in_the_thread_of_the_card():
    night = await a_night()

    await verified(night)

    assert night.storage.sendings[-1].parent == "T-1/card"


async def test_in_an_incident_it_stands_in_its_thread_and_on_its_timeline():
    night = await a_night()
    incident = await night.declared(triage_id=TriageId(1))

    await verified(night)

    event = night.storage.events[-1]
    assert night.storage.sendings[-1].parent == incident.card
    assert (event.kind, event.facts["answer"]) == (EventKind.GENERATION_VERIFIED, "image")


async def test_a_refusal_costs_nothing_and_says_what_came():
    night = await a_night()
    body = {"error": "Add credits.", "reject_reason": "insufficient_funds"}
    night.ideogram.all_generations(an_exchange(402, body))

    said = await verified(night)

    assert (said.answer, said.detail) == (
        AnswerClass.UNFUNDED,
        "402 in 0.4 s: insufficient_funds",
    )
    assert said.spent == night.storage.tables.days[DAY] == 0
    assert said.offers == ()


async def test_a_key_that_the_refusal_repeats_is_not_posted():
    night = await a_night()
    night.keys.key = ApiKey(SecretText("secret-k"), "0a1b2c3d", "secret ideogram-secrets")
    night.ideogram.all_generations(an_exchange(401, {"message": "no secret-k"}))

    said = await verified(night)

    assert said.detail == "401 in 0.4 s: no …"


async def test_an_image_offers_to_end_a_fallback():
    night = await a_night()
    await night.through()

    said = await verified(night)

    assert [one.kind for one in said.offers] == [MitigationKind.DISABLE_FALLBACK]


async def test_without_fallback_there_is_nothing_to_end():
    assert (await verified(await a_night())).offers == ()


@dataclass
class Waiting:
    """A night in which somebody waits for an image, and how requests are taken up in it."""

    night: Night
    intake: Intake
    pressed: asyncio.Task[None]

    async def swept_after(self, wait: timedelta) -> list[Verification]:
        """Let time pass and a tick come; return all that was said of images."""
        self.night.clock.advance(wait)
        await self.intake.sweep()
        return [one for one in self.night.storage.messages if isinstance(one, Verification)]


@pytest.fixture
async def waiting():
    night = await a_night()
    intake = Intake(
        storage=night.storage,
        messenger=night.messenger,
        clock=night.clock,
        holder="one",
        handlers={VerifyGeneration: night.verify_generation},
    )
    request = VerifyGeneration(asked(by=BEN), TriageId(1))
    await intake.receive(KEY, request)
    night.ideogram.gate.clear()
    async with asyncio.TaskGroup() as group:
        pressed = group.create_task(intake.handle(KEY, request, night.heard))
        await until(lambda: night.ideogram.asked)
        yield Waiting(night, intake, pressed)
        night.ideogram.gate.set()


async def test_the_delivery_is_closed_before_anything_is_sent(waiting):
    assert KEY in waiting.night.storage.closed


async def test_an_image_cut_off_is_not_asked_for_again_and_its_loss_is_told_once(waiting):
    night = waiting.night
    waiting.pressed.cancel()

    assert await waiting.swept_after(timedelta(seconds=119)) == []
    (said,) = await waiting.swept_after(timedelta(seconds=1))
    assert await waiting.swept_after(timedelta(hours=1)) == [said]

    assert (said.answer, said.by, said.spent) == (None, BEN, Decimal("0.03"))
    assert night.ideogram.asked == ["v3"]
    assert night.storage.tables.days[DAY] == Decimal("0.03")
    assert night.storage.sendings[-1].parent == "T-1/card"


async def test_a_process_that_stops_hands_it_back_and_its_loss_is_told_at_once(waiting):
    waiting.pressed.cancel()
    await waiting.intake.hand_back()

    (said,) = await waiting.swept_after(timedelta(0))

    assert said.answer is None


async def test_the_timeline_says_that_no_result_was_recorded(waiting):
    await waiting.night.declared(triage_id=TriageId(1))
    waiting.pressed.cancel()

    await waiting.swept_after(timedelta(minutes=2))

    assert waiting.night.storage.events[-1].facts["answer"] == "no result recorded"


async def test_a_result_that_cannot_be_recorded_is_told_to_who_asked(waiting):
    night = waiting.night
    night.storage.is_away = True
    night.ideogram.gate.set()
    await waiting.pressed
    night.storage.is_away = False

    told = night.heard.said[-1]
    assert isinstance(told, Verification)
    assert told.answer is AnswerClass.IMAGE
    (said,) = await waiting.swept_after(timedelta(minutes=2))
    assert (said.answer, said.spent) == (None, Decimal("0.03"))


async def test_a_result_is_recorded_once_the_database_is_back(waiting):
    night = waiting.night
    night.storage.is_away = True
    night.ideogram.gate.set()
    while not isinstance(night.heard.said[-1], Verification):  # noqa: ASYNC110  it has no event
        await asyncio.sleep(0)  # noqa: TID251  lets the other task run
    night.storage.is_away = False
    await waiting.pressed

    (said,) = await waiting.swept_after(timedelta(minutes=2))

    assert said.answer is AnswerClass.IMAGE
    assert night.storage.open_deliveries == set()


async def test_a_result_leaves_nothing_to_take_up(waiting):
    waiting.night.ideogram.gate.set()
    await waiting.pressed

    (said,) = await waiting.swept_after(timedelta(hours=1))

    assert said.answer is AnswerClass.IMAGE
    assert waiting.night.storage.open_deliveries == set()


async def test_what_was_told_as_lost_is_not_told_again_when_it_comes_late(waiting):
    (lost,) = await waiting.swept_after(timedelta(minutes=2))
    waiting.night.ideogram.gate.set()
    await waiting.pressed

    assert await waiting.swept_after(timedelta(0)) == [lost]


async def test_pressing_twice_pays_once():
    night = await a_night()
    request = VerifyGeneration(asked(), TriageId(1))
    night.ideogram.gate.clear()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.verify_generation(request, None, night.heard))
        await until(lambda: night.ideogram.asked)
        with pytest.raises(UserError, match="One image is being made already"):
            await night.verify_generation(request, None, night.heard)
        night.ideogram.gate.set()

    assert night.ideogram.asked == ["v3"]


async def test_without_money_nothing_is_sent():
    night = await a_night()
    night.storage.tables.days[DAY] = Decimal("0.98")

    with pytest.raises(UserError, match=r"\$0.02 of today's budget is left, an image costs \$0.03"):
        await verified(night)

    assert night.ideogram.asked == []


async def test_without_a_key_nothing_is_sent():
    night = await a_night()
    night.keys.key = None

    with pytest.raises(UserError, match="No image can be asked for: no key may be used"):
        await verified(night)


async def test_a_triage_that_is_gone_is_refused():
    night = Night()
    assert RunTriage(asked()).kind == "run-triage"

    with pytest.raises(UserError, match="not known any more"):
        await verified(night, triage_id=9)
