"""Time."""

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The only source of time; tests turn it by hand."""

    def now(self) -> datetime:
        """Tell the moment, aware, UTC. For records."""
        ...

    def monotonic(self) -> timedelta:
        """Tell a time that never goes back. For durations."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Wait for at least this long; zero lets others run."""
        ...
