"""The service's client of Ideogram: key, timeouts, retries, limit of requests, circuit breaker."""

import asyncio
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Final, Literal

import aiohttp

from bot.sandbox.service.breaker import CircuitBreaker
from bot.sandbox.service.failures import Reason, ServiceFailure
from bot.sandbox.service.limits import Limits
from bot.sandbox.service.metrics import TIMEOUT_CODE, Metrics
from bot.sandbox.service.pods import Switches

Call = Literal["legacy", "v3"]
V3_SPEED: Final = "TURBO"

# The service's own copy of the list prices it pays, as of 2026-11-16.
_USD: Final[Mapping[str, Decimal]] = {
    "V_2": Decimal("0.08"),
    "V_2_TURBO": Decimal("0.05"),
    "V_2A": Decimal("0.04"),
    "V_2A_TURBO": Decimal("0.025"),
    "V_3": Decimal("0.06"),
    "v3": Decimal("0.03"),
}
_PLAN_REASONS: Final = frozenset(
    {
        "insufficient_funds",
        "subscription_required",
        "daily_limit",
        "priority_credit_required",
        "feature_limit",
    }
)


# Ideogram's status -> reason, status for the user, words for the user
_REFUSALS: Final[Mapping[int, tuple[Reason, int, str]]] = {
    401: (Reason.DENIED, 502, "Ideogram refused our key"),
    402: (Reason.UNFUNDED, 503, "No credits for pictures"),
    403: (Reason.DENIED, 502, "Ideogram refused our key"),
    422: (Reason.UNSAFE, 422, "The safety filter refused the prompt"),
    429: (Reason.RATE_LIMITED, 503, "Ideogram is busy with us"),
}
_OUR_FAULT: Final = (Reason.BAD_REQUEST, 500, "Ideogram refused our request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What Ideogram made: where the picture is for a while, and what to remember of it."""

    url: str
    seed: int
    resolution: str
    model: str


class IdeogramApi:
    """One pod's access to Ideogram.

    Attributes:
        breaker: The pod's circuit breaker.

    Args:
        http: Where connections are kept.
        url: Without a trailing slash.
        switches: Of the pod: its key, model and limit.
        limits: Timeouts and retries.
        metrics: Counts every attempt.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        switches: Switches,
        limits: Limits,
        metrics: Metrics,
    ) -> None:
        self._http = http
        self._url = url
        self._switches = switches
        self._limits = limits
        self._metrics = metrics
        self._places = asyncio.Semaphore(switches.concurrency)
        self.breaker = CircuitBreaker(limits.breaker_failures, limits.breaker_seconds)
        self._timeout = aiohttp.ClientTimeout(
            total=limits.request_seconds, sock_connect=limits.connect_seconds
        )

    async def generate(self, prompt: str, call: Call) -> Made:
        """Have one picture made, trying again where that is safe and of use.

        Raises:
            ServiceFailure: With the reason of the last attempt.
        """
        attempt = 0
        while True:
            try:
                with self.breaker.guard():
                    async with self._places:
                        return await self._attempt(prompt, call)
            except ServiceFailure as failure:
                if not failure.may_retry or attempt >= self._retries(failure):
                    raise
            await asyncio.sleep(self._backoff(attempt))
            attempt += 1

    async def _attempt(self, prompt: str, call: Call) -> Made:
        started = time.monotonic()
        model = self._switches.model if call == "legacy" else call
        try:
            made = self._read(model, *await self._post(prompt, call))
        except ServiceFailure as failure:
            seconds = time.monotonic() - started
            self._metrics.failed(model, failure.reason, failure.code, seconds)
            raise
        except asyncio.CancelledError:  # the user left; a hanging provider must still be counted
            seconds = time.monotonic() - started
            self._metrics.failed(model, Reason.GAVE_UP, TIMEOUT_CODE, seconds)
            raise
        cost = _USD.get(model, Decimal("0.06"))
        self._metrics.generated(model, time.monotonic() - started, cost)
        return made

    async def _post(self, prompt: str, call: Call) -> tuple[int, bytes]:
        path, body = self._request(prompt, call)
        headers = {"Api-Key": self._switches.key}
        try:
            async with self._http.post(
                self._url + path, json=body, headers=headers, timeout=self._timeout
            ) as response:
                return response.status, await response.read()
        except aiohttp.ClientConnectorError:
            raise ServiceFailure(
                Reason.NO_ANSWER, 503, "Ideogram refused the connection", may_retry=True
            ) from None
        except aiohttp.ClientError:
            raise ServiceFailure(Reason.NO_ANSWER, 503, "Ideogram broke the connection") from None
        except TimeoutError:
            said = "Ideogram did not answer"
            raise ServiceFailure(Reason.TIMED_OUT, 504, said, code=TIMEOUT_CODE) from None

    def _request(self, prompt: str, call: Call) -> tuple[str, dict[str, object]]:
        style, magic = self._switches.style, self._switches.magic_prompt
        if call == "v3":
            body: dict[str, object] = {
                "prompt": prompt,
                "rendering_speed": V3_SPEED,
                "magic_prompt": magic,
                "style_type": style,
                "num_images": 1,
            }
            return "/v1/ideogram-v3/generate", body
        request = {
            "prompt": prompt,
            "model": self._switches.model,
            "magic_prompt_option": magic,
            "style_type": style,
            "num_images": 1,
        }
        return "/generate", {"image_request": request}

    def _read(self, model: str, status: int, body: bytes) -> Made:
        document = _document(body)
        if status != HTTPStatus.OK:
            raise _refusal(status, document)
        data = document.get("data")
        if not isinstance(data, list) or not data or not isinstance(data[0], dict):
            said = "Ideogram answered without a picture"
            raise ServiceFailure(Reason.SERVER_ERROR, 502, said, code="502")
        item = data[0]
        if not item.get("is_image_safe") or not item.get("url"):
            said = "The picture was held back as unsafe"
            raise ServiceFailure(Reason.UNSAFE, 422, said, code=str(status))
        return Made(
            url=str(item["url"]),
            seed=int(item["seed"]),
            resolution=str(item["resolution"]),
            model=model,
        )

    def _retries(self, failure: ServiceFailure) -> int:
        if failure.reason is Reason.RATE_LIMITED:
            return self._limits.rate_limit_retries
        return self._limits.server_error_retries

    def _backoff(self, attempt: int) -> float:
        wait = self._limits.backoff_seconds * 2.0**attempt
        jitter = random.uniform(0, self._limits.jitter_seconds)
        return min(wait, self._limits.backoff_most_seconds) + jitter


def _refusal(status: int, document: Mapping[str, object]) -> ServiceFailure:
    code = str(status)
    if status == HTTPStatus.TOO_MANY_REQUESTS and document.get("reject_reason") in _PLAN_REASONS:
        status = HTTPStatus.PAYMENT_REQUIRED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        detail = f"Ideogram failed ({status})"
        # 503 as with the circuit open a moment later: for a user both are "not now".
        return ServiceFailure(Reason.SERVER_ERROR, 503, detail, may_retry=True, code=code)
    reason, shown, detail = _REFUSALS.get(status, _OUR_FAULT)
    may_retry = reason is Reason.RATE_LIMITED
    said = f"{detail} ({status})"
    return ServiceFailure(reason, shown, said, may_retry=may_retry, code=code)


def _document(body: bytes) -> dict[str, object]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
