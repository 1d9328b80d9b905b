"""A provider in memory: each request gets the answer that a test chose, and is counted."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from bot.domain.answer import ApiKey, Exchange, Failure, Phase, SecretText
from bot.domain.errors import BotError
from bot.domain.ledger import Usage
from bot.domain.service import Call
from bot.ports import Ideogram

PICTURE_URL = "https://ideogram.ai/api/images/ephemeral/xtdZ.png?exp=1763613000&sig=abc"
IMAGE_BODY = {
    "created": "2026-11-20T03:04:00+00:00",
    "data": [{"prompt": "a blue dot", "is_image_safe": True, "seed": 1, "url": PICTURE_URL}],
}
QUOTE_BODY = {"object": "price_quote", "usd_micros": 60000, "qualifier": "exact"}


def an_exchange(status: int | None = 200, body: Any = None, **changes: Any) -> Exchange:
    """Build an exchange; without a status it was refused at connect."""
    values: dict[str, Any] = {
        "endpoint": "POST /generate",
        "status": status,
        "body": body,
        "failure": Failure.REFUSED if status is None else None,
        "phase": Phase.CONNECT if status is None else Phase.BODY,
        "latency": timedelta(milliseconds=412),
        "sent": status is not None,
        "request_id": None if status is None else "req-1",
    }
    return Exchange(**(values | changes))


class FakeIdeogram(Ideogram):
    """Answers as it is told; a healthy provider by default.

    Attributes:
        answers: By name of the method (`keyless`, `quote`, `picture`) or call (`legacy`, `v3`);
            an error is raised.
        charged: What the account was charged.
        spans: For which usage was asked, in order.
        asked: Names in order.
        keys: Fingerprints that came with requests, in order.
        gate: While it is cleared, every answer waits.
    """

    host = "api.ideogram.ai"
    quote_path = "/v2/image/generate/ideogram-4-5"

    def __init__(self) -> None:
        self.answers: dict[str, Exchange | BotError] = {
            "keyless": an_exchange(200, {"keys": []}, certificate_days=61),
            "quote": an_exchange(200, QUOTE_BODY),
            "picture": an_exchange(200, {"bytes": 48_213, "is_picture": True}),
            "legacy": an_exchange(200, IMAGE_BODY),
            "v3": an_exchange(200, IMAGE_BODY),
        }
        self.charged = Usage(why_not="this key may not read the usage")
        self.spans: list[tuple[datetime, datetime]] = []
        self.asked: list[str] = []
        self.keys: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.counts: defaultdict[str, int] = defaultdict(int)

    def all_generations(self, answer: Exchange) -> None:
        """Answer both generation calls alike."""
        self.answers |= {"legacy": answer, "v3": answer}

    async def keyless(self) -> Exchange:
        return await self._answer("keyless")

    async def quote(self, key: ApiKey) -> Exchange:
        self.keys.append(key.fingerprint)
        return await self._answer("quote")

    async def generate(self, call: Call, key: ApiKey) -> Exchange:
        self.keys.append(key.fingerprint)
        return await self._answer(call.value)

    async def usage(self, key: ApiKey, since: datetime, until: datetime) -> Usage:
        self.keys.append(key.fingerprint)
        self.asked.append("usage")
        self.spans.append((since, until))
        await self.gate.wait()
        return self.charged

    async def picture(self, url: SecretText) -> Exchange:
        return await self._answer("picture")

    async def _answer(self, name: str) -> Exchange:
        self.asked.append(name)
        self.counts[name] += 1
        await self.gate.wait()
        answer = self.answers[name]
        if isinstance(answer, BotError):
            raise answer
        return answer
