"""Is the key accepted? A dry-run price quote, which makes no image."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar, Final

from bot.domain import facts
from bot.domain.answer import ApiKey, Exchange
from bot.domain.classes import classify, has_spent, is_denied, is_success, quoted_micros
from bot.domain.evidence import traced
from bot.domain.observation import happened_and_said, in_time, slow_part
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.ports import Instruments, Subject

# What a path that ignores dry_run most likely charged: one image of 4.5 at its default quality.
# Source: https://ideogram.ai/features/api-pricing, as of 2026-11-16.
MADE_AN_IMAGE_USD: Final = Decimal("0.10")
_MICROS: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Auth:
    """Asks for a price: quote healthy, 401 and 403 unhealthy, anything else unknown.

    Facts: `key`, `key_source`, `key_note`, `quote_usd`; `spent` when an image was made instead.
    """

    kind: ClassVar = ProbeKind.AUTH
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound the request."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        if subject.key is None:
            return self._not_asked(f"no key: {subject.no_key}")
        if not subject.dry_run_allowed:
            path = self.tools.ideogram.quote_path
            return self._not_asked(
                f"price quotes are off: {path} made an image once. Check the bill, then clear it"
            )
        return self._result(await self.tools.ideogram.quote(subject.key), subject.key, subject)

    def _not_asked(self, why: str) -> ProbeResult:
        return ProbeResult(self.kind, Outcome.UNKNOWN, why, self.tools.clock.now(), ran=False)

    def _result(self, seen: Exchange, key: ApiKey, subject: Subject) -> ProbeResult:
        outcome, detail = _judge(seen, key)
        is_healthy = outcome is Outcome.HEALTHY
        result = ProbeResult(
            kind=self.kind,
            outcome=outcome,
            detail=detail,
            measured_at=self.tools.clock.now(),
            latency=seen.latency,
            status=seen.status,
            answer=None if is_healthy else classify(seen),
            answered=seen.status is not None,
            cost=MADE_AN_IMAGE_USD if has_spent(seen) else Decimal(0),
            request_id=seen.request_id,
            facts=_facts(seen, key, subject),
        )
        return traced(result, seen, key=key)


def _judge(seen: Exchange, key: ApiKey) -> tuple[Outcome, str]:
    if has_spent(seen):
        return Outcome.UNKNOWN, "the price quote made an image: it is not asked again"
    micros = None if seen.failure else quoted_micros(seen)
    if micros is not None:
        return Outcome.HEALTHY, f"price quote in {in_time(seen)}"
    said = happened_and_said(seen, key)
    if seen.failure is None and is_success(seen.status):
        return Outcome.UNKNOWN, f"{said}, no price quote"
    denied = seen.failure is None and is_denied(seen.status)
    return Outcome.UNHEALTHY if denied else Outcome.UNKNOWN, said


def _facts(seen: Exchange, key: ApiKey, subject: Subject) -> dict[str, str | bool]:
    found: dict[str, str | bool] = {facts.KEY: key.fingerprint, facts.KEY_SOURCE: key.source}
    if subject.key_note:
        found[facts.KEY_NOTE] = subject.key_note
    micros = quoted_micros(seen)
    if micros is not None:
        found[facts.QUOTE_USD] = str((micros / _MICROS).normalize())
    if has_spent(seen):
        found[facts.SPENT] = True
    if (part := slow_part(seen)) is not None:
        found[facts.SLOW_PART] = part
    return found
