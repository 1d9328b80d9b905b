"""What can go wrong between the bot and Slack on demand, one counter or switch per fault."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web


@dataclass(slots=True)
class Planned:
    """A fault for the next `left` calls of `method` (None: of any)."""

    left: int
    method: str | None
    status: int
    retry_after: int = 0


class Faults:
    """The faults that are switched on now; `now` gives Unix seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._cut_until = -math.inf
        self._answers: list[Planned] = []
        self._drops: list[Planned] = []

    @property
    def is_cut(self) -> bool:
        """Whether nothing gets through between bot and Slack."""
        return self._now() < self._cut_until

    def cut(self, seconds: float | None) -> None:
        """Cut everything for some seconds, or until `restore`."""
        self._cut_until = math.inf if seconds is None else self._now() + seconds

    def restore(self) -> None:
        """End the cut and forget every planned fault."""
        self._cut_until = -math.inf
        self._answers.clear()
        self._drops.clear()

    def answer(self, count: int, method: str | None, status: int, retry_after: int = 0) -> None:
        """Answer the next calls with a status instead of doing them."""
        self._answers.append(Planned(count, method, status, retry_after))

    def drop(self, count: int, method: str) -> None:
        """Do the next calls of a method, then break the connection without an answer."""
        self._drops.append(Planned(count, method, 0))

    def next_answer(self, method: str) -> Planned | None:
        """Use up and return the planned answer for a call."""
        return _take(self._answers, method)

    def drops(self, method: str) -> bool:
        """Use up a planned drop for a call; whether there was one."""
        return _take(self._drops, method) is not None


def _take(planned: list[Planned], method: str) -> Planned | None:
    for fault in planned:
        if fault.left > 0 and fault.method in {None, method}:
            fault.left -= 1
            return fault
    return None


def broken(request: web.Request) -> web.Response:
    """Break the connection of a request; the returned answer reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
