"""Generation requests: from an accepted order to the answer, the charge and the pictures."""

import asyncio
import random
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from bot.sandbox.ideogram import faults
from bot.sandbox.ideogram.account import Account
from bot.sandbox.ideogram.answers import (
    INFLIGHT_LIMIT,
    INSUFFICIENT_FUNDS,
    UNAVAILABLE_HTML,
    UNSAFE_PROMPT,
    Refusal,
    not_found,
)
from bot.sandbox.ideogram.orders import Order
from bot.sandbox.ideogram.pictures import Picture, UrlSigner

REFUSED_PROMPT_WORD: Final = "prohibited"
"""A prompt with this word is refused with 422."""
UNSAFE_PICTURE_WORD: Final = "unsafe"
"""A prompt with this word is answered by 200 with `is_image_safe: false` and an empty URL."""

_Kept = TypeVar("_Kept")
_KEPT: Final = 500  # pictures and generations, newest; a sandbox may run all day
PARTIAL_SHARE: Final = 0.4  # of the generations fail under the fault `partial-outage`
_V3_ENDPOINT: Final = "/v1/ideogram-v3/generate"
JITTER: Final = 0.15  # share of the latency, both ways

_AT_ONCE: Final[Mapping[str, tuple[int, Mapping[str, object] | str]]] = {
    faults.OUTAGE_500: (500, ""),
    faults.OUTAGE_503: (503, UNAVAILABLE_HTML),
    faults.OUTAGE_UNNOTICED: (503, UNAVAILABLE_HTML),
    faults.PAYMENT_REQUIRED: (402, INSUFFICIENT_FUNDS),
    faults.RATE_LIMITED: (429, INFLIGHT_LIMIT),
    faults.UNSAFE: (422, UNSAFE_PROMPT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generation:
    """A v2 generation that can be asked for by its id."""

    order: Order
    pictures: tuple[Picture, ...]
    created_at: float
    done_at: float


class Generations:
    """The generation back end.

    Attributes:
        latency_seconds: What one generation takes.
        jitter: Give or take this share of it.
        slow_seconds: What it takes under the fault `slow`.
        partial_share: Share of generations that fail under the fault `partial-outage`.
        fault: The fault that is set, if any.
        is_crowded: Under the fault `rate-limited`: whether the account sends too much right now.
    """

    def __init__(
        self, account: Account, signer: UrlSigner, url: Callable[[], str], latency_seconds: float
    ) -> None:
        """Bill `account`, sign picture URLs with `signer` below `url()`."""
        self.latency_seconds = latency_seconds
        self.jitter = JITTER
        self.partial_share = PARTIAL_SHARE
        self.slow_seconds = 35.0
        self.fault: str | None = None
        self.is_crowded: Callable[[], bool] = lambda: True
        self._account = account
        self._signer = signer
        self._url = url
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._generations: OrderedDict[str, _Generation] = OrderedDict()

    async def run(self, key: str, endpoint: str, order: Order) -> dict[str, object]:
        """Make the pictures of one legacy or v1 request, and bill them.

        Raises:
            Refusal: What the fault, the limit or the safety filter answers.
        """
        pictures = await self._work(key, endpoint, order)
        data = [{**self._item(order, p), "style_type": order.style} for p in pictures]
        return {"created": _moment(time.time()), "data": data}

    async def run_v2(self, key: str, endpoint: str, order: Order) -> dict[str, object]:
        """Make the pictures of one v2 request; an asynchronous one is answered before they exist.

        Raises:
            Refusal: As `run`.
        """
        if order.asynchronous:
            self._strike(endpoint)
            self._refuse(order)
            with self._account.slot(key):
                pictures = self._made(key, endpoint, order)
            seconds = self._seconds()
        else:
            pictures, seconds = await self._work(key, endpoint, order), 0.0
        now = time.time()
        generation_id = str(uuid.uuid4())
        generation = _Generation(
            order=order, pictures=pictures, created_at=now, done_at=now + seconds
        )
        _keep(self._generations, generation_id, generation)
        answer: dict[str, object] = {"generation_id": generation_id, "seed": order.seed}
        if not order.asynchronous:
            answer["data"] = [self._item(order, picture) for picture in pictures]
        return answer

    def find(self, generation_id: str) -> dict[str, object]:
        """Return what `GET /v2/generations/{id}` answers.

        Raises:
            Refusal: 404 for an id that is not known (any more).
        """
        found = self._generations.get(generation_id)
        if found is None:
            raise not_found("Generation not found.")
        answer: dict[str, object] = {
            "generation_id": generation_id,
            "created": _moment(found.created_at),
            "response_type": "url",
        }
        if time.time() < found.done_at:
            return {**answer, "status": "pending"}
        cost = found.order.unit_usd * found.order.images * 1_000_000
        data = [self._item(found.order, picture) for picture in found.pictures]
        return {**answer, "status": "completed", "usage_cost_usd_micros": int(cost), "data": data}

    def picture(self, picture_id: str) -> Picture | None:
        """Return a picture made here; None when there is none (any more)."""
        return self._pictures.get(picture_id)

    async def _work(self, key: str, endpoint: str, order: Order) -> tuple[Picture, ...]:
        self._strike(endpoint)
        self._refuse(order)
        with self._account.slot(key):
            if self.fault == faults.TIMEOUT:
                await asyncio.Event().wait()  # until the client gives up or the server stops
            await asyncio.sleep(self._seconds())
            self._refuse(order)  # an outage that began meanwhile takes the running work along
            return self._made(key, endpoint, order)

    def _made(self, key: str, endpoint: str, order: Order) -> tuple[Picture, ...]:
        width, height = (int(side) for side in order.resolution.split("x"))
        spoilt = UNSAFE_PICTURE_WORD in order.prompt.lower()  # only the first: answers can be mixed
        pictures = tuple(
            Picture(
                id=uuid.uuid4().hex,
                seed=order.seed + place,
                width=width,
                height=height,
                is_safe=not (spoilt and place == 0),
            )
            for place in range(order.images)
        )
        safe = [picture for picture in pictures if picture.is_safe]
        for picture in safe:
            _keep(self._pictures, picture.id, picture)
        self._account.charge(key, endpoint, order, images=len(safe), now=time.time())
        return pictures

    def _refuse(self, order: Order) -> None:
        if REFUSED_PROMPT_WORD in order.prompt.lower():
            raise Refusal(422, UNSAFE_PROMPT)
        at_once = _AT_ONCE.get(self.fault or "")
        if at_once is not None and (self.fault != faults.RATE_LIMITED or self.is_crowded()):
            raise Refusal(*at_once)

    def _strike(self, endpoint: str) -> None:
        """Refuse this request when a fault that takes only some takes it; asked once for each."""
        is_v3 = self.fault == faults.V3_ONLY and endpoint == _V3_ENDPOINT
        is_chosen = self.fault == faults.PARTIAL_OUTAGE and random.random() < self.partial_share
        if is_v3 or is_chosen:
            raise Refusal(503, UNAVAILABLE_HTML)

    def _seconds(self) -> float:
        if self.fault == faults.SLOW:
            return self.slow_seconds
        return self.latency_seconds * random.uniform(1 - self.jitter, 1 + self.jitter)

    def _item(self, order: Order, picture: Picture) -> dict[str, object]:
        now = time.time()
        if self.fault == faults.EXPIRED_URLS:
            now -= self._signer.lifetime_seconds + 60
        return {
            "prompt": order.prompt,
            "resolution": order.resolution,
            "is_image_safe": picture.is_safe,
            "seed": picture.seed,
            "url": self._url() + self._signer.path(picture.id, now) if picture.is_safe else "",
        }


def _keep(store: OrderedDict[str, _Kept], name: str, kept: _Kept) -> None:
    store[name] = kept
    if len(store) > _KEPT:
        store.popitem(last=False)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
