"""Can the picture of a fresh canary be fetched?"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from bot.domain import facts
from bot.domain.answer import Exchange, SecretText
from bot.domain.classes import is_success
from bot.domain.errors import NoPictureError, PermanentError
from bot.domain.evidence import traced
from bot.domain.observation import happened, in_time, slow_part
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.ports import Instruments, Subject


@dataclass(frozen=True, slots=True)
class Download:
    """Waits for the first canary that gets an image, and fetches it.

    Facts: `canary` (whose picture it is), `bytes`, `seconds_left` (until `exp`; absent without
    one), `host`.
    """

    kind: ClassVar = ProbeKind.DOWNLOAD
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound the canary and the request after it."""
        return self.tools.generate_timeout + self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        if not subject.canaries and not subject.first_picture.done():
            return self._unknown("no canary was sent", ran=False)
        # Shielded: others wait for the same future, and a cancelled await would cancel it.
        url = await asyncio.shield(subject.first_picture)
        if url is None:
            return self._unknown("no canary got an image", ran=False)
        try:
            seen = await self.tools.ideogram.picture(url)
        except NoPictureError as error:
            return self._lost(str(error), subject)
        except PermanentError as error:
            return self._unknown(str(error), ran=True)
        return self._result(seen, url, subject)

    def _unknown(self, why: str, *, ran: bool) -> ProbeResult:
        return ProbeResult(self.kind, Outcome.UNKNOWN, why, self.tools.clock.now(), ran=ran)

    def _lost(self, why: str, subject: Subject) -> ProbeResult:
        found = _canary(subject)
        return ProbeResult(self.kind, Outcome.UNHEALTHY, why, self.tools.clock.now(), facts=found)

    def _result(self, seen: Exchange, url: SecretText, subject: Subject) -> ProbeResult:
        left = seconds_left(url.value, self.tools.clock.now())
        wrong = _wrong(seen, left)
        found: dict[str, str | int | None] = {
            **_canary(subject),
            facts.HOST: urlsplit(url.value).hostname,
            facts.BYTES: _size(seen),
            facts.SECONDS_LEFT: left,
            facts.SLOW_PART: slow_part(seen),
        }
        result = ProbeResult(
            kind=self.kind,
            outcome=Outcome.UNHEALTHY if wrong else Outcome.HEALTHY,
            detail=wrong or f"picture in {in_time(seen)}",
            measured_at=self.tools.clock.now(),
            latency=seen.latency,
            status=seen.status,
            request_id=seen.request_id,
            facts={name: value for name, value in found.items() if value is not None},
        )
        return traced(result, seen)


def seconds_left(url: str, now: datetime) -> int | None:
    """Read how long a signed URL is still good; None when it does not say."""
    expires = parse_qs(urlsplit(url).query).get("exp", [""])[0]
    # Twelve digits reach far beyond any date; more are no Unix time.
    is_moment = expires.isascii() and expires.isdecimal() and len(expires) <= 12  # noqa: PLR2004  digits
    return int(expires) - int(now.timestamp()) if is_moment else None


def _canary(subject: Subject) -> dict[str, str]:
    return {facts.CANARY: subject.pictured[0].value} if subject.pictured else {}


def _wrong(seen: Exchange, left: int | None) -> str:
    is_expired = left is not None and left <= 0
    if seen.failure is not None or not is_success(seen.status):
        return happened(seen) + (", the URL expired" if is_expired else "")
    if is_expired:
        return "the URL had expired when it came"
    if not _is_picture(seen):
        return f"{happened(seen)}, but no PNG, JPEG or WebP"
    return ""


def _is_picture(seen: Exchange) -> bool:
    return isinstance(seen.body, dict) and seen.body.get("is_picture") is True


def _size(seen: Exchange) -> int | None:
    return seen.body.get("bytes") if isinstance(seen.body, dict) else None
