"""Does a generation call make an image? Each canary costs one image."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.answer import ApiKey, SecretText
from bot.domain.classes import image_url
from bot.domain.observation import canary_result
from bot.domain.probe import CANARY_OF, Outcome, ProbeKind, ProbeResult
from bot.domain.service import Call
from bot.ports import Instruments, Subject


@dataclass(frozen=True, slots=True)
class Generate:
    """Sends one canary by one call; its price is reserved before the triage starts.

    Facts: `key`, `slow_phase`, `slow_part`; `phase` on failure; `max_inflight` of a 429.
    """

    call: Call
    tools: Instruments

    @property
    def kind(self) -> ProbeKind:
        """Name the measurement after its call."""
        return CANARY_OF[self.call]

    @property
    def timeout(self) -> timedelta:
        """Bound the request, below the 60 s of production."""
        return self.tools.generate_timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once; the URL of the image goes to the run, never into the result."""
        url: SecretText | None = None
        try:
            if subject.key is None:
                return self._not_sent(f"no key: {subject.no_key}")
            result, url = await self._send(subject.key)
            return result
        finally:
            subject.picture_seen(self.kind, url)

    async def _send(self, key: ApiKey) -> tuple[ProbeResult, SecretText | None]:
        seen = await self.tools.ideogram.generate(self.call, key)
        price = self.tools.canary.price(self.call)
        at = self.tools.clock.now()
        slow_after = self.tools.thresholds.slow_after
        result = canary_result(self.kind, seen, key=key, price=price, at=at, slow_after=slow_after)
        return result, image_url(seen)

    def _not_sent(self, why: str) -> ProbeResult:
        return ProbeResult(self.kind, Outcome.UNKNOWN, why, self.tools.clock.now(), ran=False)
