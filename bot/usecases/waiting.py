"""Wait for something to happen, in the time of the event loop."""

import asyncio
from datetime import timedelta


async def comes(event: asyncio.Event, within: timedelta | None) -> bool:
    """Wait for an event, at most for this long; tells whether it came."""
    try:
        async with asyncio.timeout(None if within is None else within.total_seconds()):
            return await event.wait()
    except TimeoutError:
        return False
