"""The system's clock: the one place that reads the time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Time of this machine."""

    def now(self) -> datetime:
        """Tell the moment, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> timedelta:
        """Tell a time that never goes back."""
        return timedelta(seconds=time.monotonic())

    async def sleep(self, duration: timedelta) -> None:
        """Wait."""
        await asyncio.sleep(duration.total_seconds())
