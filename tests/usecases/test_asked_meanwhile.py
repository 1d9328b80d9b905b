"""Who asks for a triage while one of the same service is under way: one run, seen by all."""

import asyncio
from datetime import timedelta

from bot.domain.diagnosis import Mode
from bot.domain.ids import ChannelId, TriageId
from bot.domain.message import Answer, AnswerKind, TriageCard, TriageState
from bot.domain.probe import ProbeKind
from bot.domain.request import Declare, RunTriage, TriageAll
from tests.builders import INCIDENTS, asked
from tests.usecases.nights import DELIVERY, Night, until

ONCALL = ChannelId("C0ONCALL")


def shown(night: Night) -> list[tuple[str, str]]:
    """List the cards of triages: state and channel."""
    cards = [(one.message, one.channel) for one in night.storage.sendings]
    return [(card.state, channel) for card, channel in cards if isinstance(card, TriageCard)]


async def asked_meanwhile(
    first: Mode, second: Mode | None, channel: ChannelId = INCIDENTS
) -> Night:
    """Ask for a triage while another one of the same service is under way."""
    night = Night()
    slow = night.probes[ProbeKind.WORKLOAD]
    slow.waits_for = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged(first))
        await until(lambda: slow.subjects)
        night.clock.advance(timedelta(seconds=3))
        group.create_task(
            night.triage(RunTriage(asked(channel=channel), mode=second), DELIVERY, night.heard)
        )
        await until(lambda: night.heard.said or len(shown(night)) == 2)
        slow.waits_for.set()
    return night


async def test_two_who_ask_at_once_share_one_triage():
    night = await asked_meanwhile(Mode.FULL, None)

    said = "T-1 has been measuring ideogram-service for 3 s: see its card."
    assert night.heard.said == [Answer(AnswerKind.DONE, text=said)]
    assert len(night.storage.triages) == 1


async def test_of_three_who_ask_in_the_same_moment_one_measures():
    night = Night()

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(night.triage(RunTriage(asked()), DELIVERY, night.heard))

    assert len(night.storage.triages) == 1
    assert [one.text[:22] for one in night.heard.said] == ["T-1 has been measuring"] * 2


async def test_who_insists_on_a_full_triage_does_not_get_a_quick_one():
    night = await asked_meanwhile(Mode.QUICK, Mode.FULL)

    assert [one.card.mode for one in night.storage.triages] == [Mode.QUICK, Mode.FULL]


async def test_who_asks_in_another_channel_sees_the_same_triage_there():
    night = await asked_meanwhile(Mode.FULL, None, ONCALL)

    final = TriageState.FINAL
    assert shown(night) == [(final, INCIDENTS), (final, ONCALL)]
    assert (len(night.storage.triages), night.heard.said) == (1, [])


async def test_what_becomes_of_it_is_seen_in_every_channel():
    night = await asked_meanwhile(Mode.FULL, None, ONCALL)

    await night.declare(Declare(asked(), triage_id=TriageId(1)), None, night.heard)

    cards = [one.message for one in night.storage.sendings if "T-1/card" in one.key]
    assert [one.incident_id for one in cards] == [night.storage.incidents[0].id] * 2


async def test_a_line_of_a_table_is_no_card_to_be_pointed_at():
    night = Night()
    slow = night.probes[ProbeKind.WORKLOAD]
    slow.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triage_all(TriageAll(asked(), Mode.QUICK), None, night.heard))
        await until(lambda: slow.subjects)
        group.create_task(night.triaged(Mode.QUICK))
        await until(lambda: len(slow.subjects) == 2)
        slow.waits_for.set()

    assert shown(night) == [(TriageState.FINAL, INCIDENTS)]
    assert len(night.storage.triages) == 2
