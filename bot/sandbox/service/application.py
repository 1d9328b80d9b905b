"""One pod of the service: from a prompt to a stored picture, a placeholder, or a failure."""

import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp

from bot.sandbox.service.downloads import download
from bot.sandbox.service.failures import Reason, ServiceFailure
from bot.sandbox.service.ideogram_api import Call, IdeogramApi, Made
from bot.sandbox.service.limits import Limits
from bot.sandbox.service.metrics import Metrics
from bot.sandbox.service.pictures import PLACEHOLDER_PATH, PictureStore
from bot.sandbox.service.pods import PodView, Switches
from bot.sandbox.service.prompts import checked, for_log

_LOG_LINES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line that the service logged.

    Attributes:
        at: Unix seconds.
        event: `key.refused`, `credits.exhausted`, `prompt.refused` or `request.failed`.
        detail: Never a key or a signed URL; prompts only sanitized and cut.
    """

    at: float
    pod: str
    event: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all pods of the service use together.

    Attributes:
        ideogram_url, picture_url: Without a trailing slash.
        log: Newest last.
    """

    http: aiohttp.ClientSession
    ideogram_url: str
    picture_url: str
    limits: Limits
    metrics: Metrics
    store: PictureStore
    log: deque[LogLine]


def empty_log() -> deque[LogLine]:
    """Return a log that keeps its newest 500 lines."""
    return deque(maxlen=_LOG_LINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a user is shown.

    Attributes:
        path: Below the service's URL.
        is_placeholder: "Image unavailable" instead of what was asked for.
        reason: Why a placeholder, when no switch asked for it.
        seed: 0 for placeholders, as in the runbook.
    """

    path: str
    detail: str
    is_placeholder: bool = False
    reason: Reason | None = None
    seed: int = 0


class Application:
    """The program that runs in one pod; its switches are those of the pod's start."""

    def __init__(self, pod: PodView, shared: Shared) -> None:
        """Start in `pod`."""
        self.pod_name = pod.name
        self.switches = Switches.of(pod)
        self._shared = shared
        self._api = IdeogramApi(
            shared.http, shared.ideogram_url, self.switches, shared.limits, shared.metrics
        )

    async def picture(self, prompt: object, call: Call) -> Shown:
        """Give a user a picture.

        The runbook's `generateWithFallback`, done right: with the switch on Ideogram is not asked,
        with the switch off a failure is a failure, and nothing calls itself.

        Raises:
            ServiceFailure: There is neither picture nor placeholder.
        """
        if self.switches.is_broken:
            raise ServiceFailure(Reason.CRASHED, 500, "Our release is broken: undefined is no seed")
        text = checked(prompt)
        if self.switches.serves_placeholders:
            return Shown(path=PLACEHOLDER_PATH, detail="Placeholder", is_placeholder=True)
        try:
            return await self._made(text, call)
        except ServiceFailure as failure:
            self._report(failure, text)
            if failure.reason is not Reason.UNFUNDED:
                raise
            # Checklist: 402 degrades gracefully and calls for billing.
            return Shown(
                path=PLACEHOLDER_PATH,
                detail=failure.detail,
                is_placeholder=True,
                reason=failure.reason,
            )

    async def _made(self, prompt: str, call: Call) -> Shown:
        made = await self._api.generate(prompt, call)
        content = await self._download(made.url)  # at once: the URL expires
        stored = self._shared.store.save(content, self._metadata(prompt, made))
        return Shown(path=f"/images/{stored.name}", detail=self._described(made), seed=made.seed)

    def _described(self, made: Made) -> str:
        return f"Picture by {made.model}, magic prompt {self.switches.magic_prompt}"

    async def _download(self, url: str) -> bytes:
        shared, success, code = self._shared, False, ""
        started = time.monotonic()
        try:
            content = await download(
                shared.http, url, picture_url=shared.picture_url, limits=shared.limits
            )
            success, code = True, "200"
        except ServiceFailure as failure:
            code = failure.code
            raise
        finally:
            shared.metrics.downloaded(time.monotonic() - started, success=success, code=code)
        return content

    def _metadata(self, prompt: str, made: Made) -> dict[str, object]:
        return {
            "prompt": prompt,
            "seed": made.seed,
            "model": made.model,
            "style": self.switches.style,
            "resolution": made.resolution,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }

    def _report(self, failure: ServiceFailure, prompt: str) -> None:
        match failure.reason:
            case Reason.DENIED:
                self._log("key.refused", "Check the balance, then the key's status, then rotate")
            case Reason.UNFUNDED:
                self._log("credits.exhausted", "Top up; placeholders until then")
            case Reason.UNSAFE:
                self._log("prompt.refused", for_log(prompt))
            case _:
                self._log("request.failed", failure.detail)

    def _log(self, event: str, detail: str) -> None:
        line = LogLine(at=time.time(), pod=self.pod_name, event=event, detail=detail)
        self._shared.log.append(line)
