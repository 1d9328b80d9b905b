"""Delivers a payload and says what became of it within Slack's three seconds."""

import asyncio
import copy
import time
from typing import Protocol

from bot.sandbox.slack.http_mode import NotDeliveredError
from bot.sandbox.slack.model import Delivery, Json


class Transport(Protocol):
    """One of the two ways to the bot."""

    async def send(self, kind: str, payload: Json, retry: int = 0) -> Json | None:
        """Hand over a payload; return what the ack carried."""


async def deliver(
    transport: Transport, payload: Json, ack_seconds: float, *, retry: int = 0
) -> Delivery:
    """Hand over a payload once.

    Args:
        transport: Socket Mode or HTTP.
        payload: Its kind is read from its own fields. It is copied: later changes stay unseen.
        ack_seconds: How long the person waits.
        retry: 0 for the first delivery.
    """
    payload = copy.deepcopy(payload)
    started = time.monotonic()
    response, error = None, None
    try:
        async with asyncio.timeout(ack_seconds):
            response = await transport.send(_kind(payload), payload, retry)
    except TimeoutError:
        error = "operation_timeout"
    except NotDeliveredError as refusal:
        error = str(refusal)
    return Delivery(error is None, time.monotonic() - started, response, error, payload)


def not_sent(reason: str) -> Delivery:
    """Return the outcome of an act that Slack's own client would not let through."""
    return Delivery(acked=False, seconds=0.0, response=None, error=reason, payload={})


def _kind(payload: Json) -> str:
    if "command" in payload:
        return "slash_commands"
    return "events_api" if payload.get("type") == "event_callback" else "interactive"
