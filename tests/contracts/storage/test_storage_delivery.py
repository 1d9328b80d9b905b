"""Several programs deliver from one storage: everything once, each conversation in order."""

import asyncio
from collections import defaultdict

from bot.domain.ids import ChannelId, IncidentId, OutboxKey
from bot.domain.message import Note, NoteKind
from bot.ports import Storage
from bot.usecases.deliver import Deliver
from tests.builders import NIGHT
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger

CHANNELS = [ChannelId(f"C{number}") for number in range(4)]


async def test_two_programs_say_everything_once_and_in_order(
    storage: Storage, clock: FakeClock
) -> None:
    messenger = FakeMessenger(clock)
    programs = [
        Deliver(storage=storage, messenger=messenger, clock=clock, holder=name) for name in "ab"
    ]
    async with storage() as uow:
        for number in range(20):
            note = Note(NoteKind.DECLARED, IncidentId(number))
            channel = CHANNELS[number % 4]
            await uow.outbox.post(OutboxKey(f"{number:02}"), channel, note, at=NIGHT)

    counts = await asyncio.gather(*(program() for program in programs))

    said = defaultdict(list)
    for posted in messenger.posts:
        said[posted.sending.channel].append(posted.sending.key)
    assert sum(counts) == len(messenger.posts) == 20
    assert all(keys == sorted(keys) for keys in said.values())
