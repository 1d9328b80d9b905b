"""What users got: a picture, a placeholder, or an error; the newest ones, and counts."""

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

from bot.sandbox.service.failures import Reason

Kind = Literal["picture", "placeholder", "error"]
KINDS: Final[tuple[Kind, ...]] = ("picture", "placeholder", "error")
_KEPT: Final = 2000
_QUEUED: Final = 1000  # a page that does not read loses the oldest news, not the sandbox's memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One request of one user.

    Attributes:
        at: Unix seconds of its end.
        detail: For people; no prompt, no key, no signed URL.
        status: HTTP status the user saw.
        seconds: How long the user waited.
        reason: Of an error, or of a placeholder that no switch asked for.
        path: Where the picture or placeholder is, below the service's URL.
        pod: Which pod answered.
    """

    at: float
    kind: Kind
    detail: str
    user: str
    status: int
    seconds: float
    reason: Reason | None = None
    path: str | None = None
    pod: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What users got lately.

    Attributes:
        counts: By kind, over the window.
        totals: By kind, since the start.
        latest: Newest last, over the window.
    """

    window_seconds: float
    counts: Mapping[str, int]
    totals: Mapping[str, int]
    latest: tuple[Outcome, ...]

    @property
    def error_share(self) -> float:
        """Errors among all outcomes of the window, 0-1; 0 when nothing happened."""
        return self.counts["error"] / max(1, sum(self.counts.values()))


class Outcomes:
    """Records outcomes and tells them to whoever listens.

    Attributes:
        newest: The newest 2,000, oldest first.
        counters: By kind, since the start.
    """

    def __init__(self) -> None:
        """Start with nothing recorded."""
        self.newest: deque[Outcome] = deque(maxlen=_KEPT)
        self.counters: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
        self._queues: list[asyncio.Queue[dict[str, object]]] = []

    def record(self, outcome: Outcome) -> None:
        """Add one."""
        self.newest.append(outcome)
        self.counters[outcome.kind] += 1
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait({"type": "outcome", **asdict(outcome)})

    def summary(self, window_seconds: float) -> Summary:
        """Sum up the last `window_seconds`."""
        since = time.time() - window_seconds
        latest = tuple(outcome for outcome in self.newest if outcome.at >= since)
        counts = Counter(outcome.kind for outcome in latest)
        return Summary(
            window_seconds=window_seconds,
            counts={kind: counts[kind] for kind in KINDS},
            totals=dict(self.counters),
            latest=latest,
        )

    @contextlib.asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[dict[str, object]]]:
        """Yield a queue that gets every outcome recorded from now on."""
        queue: asyncio.Queue[dict[str, object]] = asyncio.Queue(_QUEUED)
        self._queues.append(queue)
        try:
            yield queue
        finally:
            self._queues.remove(queue)
