"""A chat in memory: what stands in it, and errors on demand."""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.domain.message import Message
from bot.domain.outbox import Sending
from bot.ports import Answers, Clock, Messenger


@dataclass(frozen=True, slots=True)
class Posted:
    """One message or file that stands in the chat."""

    sending: Sending
    late: bool
    ts: MessageTs
    at: datetime


@dataclass(frozen=True, slots=True)
class Whispered:
    """What one person was told."""

    user: UserId
    channel: ChannelId
    message: Message
    thread: MessageTs | None


@dataclass(frozen=True, slots=True)
class Failure:
    """How one call fails; `processed` means that it took effect all the same."""

    error: Exception
    processed: bool


class FakeMessenger(Messenger):
    """Keeps everything that was said, in order.

    `meanwhile` is awaited in the middle of every post, update and upload.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self.posts: list[Posted] = []
        self.files: list[Posted] = []
        self.updates: list[Sending] = []
        self.whispers: list[Whispered] = []
        self.searches: list[tuple[Sending, datetime]] = []
        self.links: dict[MessageTs, str | None] = {}
        self.names: dict[UserId, str] = {}
        self.meanwhile: Callable[[Sending], Awaitable[None]] | None = None

    def fail(self, method: str, *errors: Exception, processed: bool = False) -> None:
        """Let the next calls of a method (`post`, `update`, `upload`, `find`) fail."""
        self._failures[method].extend(Failure(error, processed) for error in errors)

    @property
    def said(self) -> list[Message]:
        """The messages posted, in order."""
        return [posted.sending.message for posted in self.posts]

    async def post(self, sending: Sending, *, late: bool) -> MessageTs:
        return await self._stand("post", self.posts, sending, late=late)

    async def upload(self, sending: Sending) -> MessageTs:
        return await self._stand("upload", self.files, sending, late=False)

    async def _stand(
        self, method: str, shelf: list[Posted], sending: Sending, *, late: bool
    ) -> MessageTs:
        await self._wait(sending)
        failure = self._next_failure(method)
        if failure and not failure.processed:
            raise failure.error
        ts = MessageTs(f"17000000{len(self.posts) + len(self.files):02}.000100")
        shelf.append(Posted(sending, late, ts, self._clock.now()))
        if failure:
            raise failure.error
        return ts

    async def update(self, sending: Sending) -> None:
        await self._wait(sending)
        failure = self._next_failure("update")
        if failure is None or failure.processed:
            self.updates.append(sending)
        if failure:
            raise failure.error

    async def find(self, sending: Sending, since: datetime) -> MessageTs | None:
        self.searches.append((sending, since))
        failure = self._next_failure("find")
        if failure:
            raise failure.error
        for posted in reversed(self.posts + self.files):
            if posted.sending.key == sending.key and posted.at >= since:
                return posted.ts
        return None

    async def link(self, channel: ChannelId, ts: MessageTs) -> str | None:
        return self.links.get(ts, f"https://chat.example.com/{channel}/p{ts}")

    async def name(self, user: UserId) -> str | None:
        return self.names.get(user)

    async def whisper(
        self, user: UserId, channel: ChannelId, message: Message, thread: MessageTs | None = None
    ) -> None:
        self.whispers.append(Whispered(user, channel, message, thread))

    async def _wait(self, sending: Sending) -> None:
        if self.meanwhile is not None:
            await self.meanwhile(sending)

    def _next_failure(self, method: str) -> Failure | None:
        queue = self._failures[method]
        return queue.popleft() if queue else None


class FakeAnswers(Answers):
    """Keeps the answers to one request, in order."""

    def __init__(self) -> None:
        self.said: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.said.append(message)
