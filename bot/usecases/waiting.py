"""Wait for something to happen, in the time of the event loop."""

import asyncio
from datetime import timedelta


async def comes(event: asyncio.Event, within: timedelta | None) -> bool:
    """Wait for an event, at most for this long; tells whether it came."""
    seconds = None if within is None else within.total_seconds()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(event.wait())
        await asyncio.wait({waiting}, timeout=seconds)
        waiting.cancel()
    return event.is_set()
