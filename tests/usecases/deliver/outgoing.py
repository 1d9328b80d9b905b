"""What is to be said in the tests of delivery."""

from datetime import timedelta

from bot.domain.ids import ChannelId, IncidentId, OutboxKey
from bot.domain.message import Note, NoteKind
from tests.builders import INCIDENTS, NIGHT
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage

OPERATIONS = ChannelId("C0OPS")
OTHER = ChannelId("C0OTHER")
SECOND = timedelta(seconds=1)


def a_note(text: str = "") -> Note:
    return Note(NoteKind.DECLARED, IncidentId(42), text=text)


async def write(storage: FakeStorage, *keys: str, channel: ChannelId = INCIDENTS) -> None:
    async with storage() as uow:
        for key in keys:
            await uow.outbox.post(OutboxKey(key), channel, a_note(key), at=NIGHT)


def keys(messenger: FakeMessenger) -> list[str]:
    return [posted.sending.key for posted in messenger.posts]
