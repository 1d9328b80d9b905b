"""What our own requests to Ideogram show."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bot.domain.answer import AnswerClass
from bot.domain.attempt import Attempt
from bot.domain.classes import is_success
from bot.domain.diagnosis import Measurements, Mode
from bot.domain.probe import CANARY_OF, Outcome, ProbeKind, ProbeResult

_STAND_INS: Final = (ProbeKind.AUTH, ProbeKind.REACHABILITY)
_BROKEN: Final = frozenset({AnswerClass.SERVER_ERROR, AnswerClass.NO_ANSWER})


@dataclass(frozen=True)  # without slots: a row asks what another asked before it
class Calls:
    """The used calls, or what stands in for them, in one set of measurements."""

    measured: Measurements

    @cached_property
    def _canaries(self) -> tuple[ProbeKind, ...]:
        return tuple(CANARY_OF[call] for call in self.measured.calls)

    def result(self, kind: ProbeKind) -> ProbeResult | None:
        """Look up one result."""
        return self.measured.results.get(kind)

    def outcome(self, kind: ProbeKind) -> Outcome:
        """Look up one outcome; what was not measured is unknown."""
        result = self.result(kind)
        return Outcome.UNKNOWN if result is None else result.outcome

    def fact(self, kind: ProbeKind, name: str) -> str | float | bool | None:
        """Look up one fact; None when it is absent."""
        result = self.result(kind)
        return None if result is None else result.facts.get(name)

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """The used calls; without canaries the quote and the keyless request stand in."""
        if self.measured.mode is Mode.QUICK:
            return tuple(Attempt(kind, self._stand_in(kind)) for kind in _STAND_INS)
        return tuple(Attempt(kind, self._answer(kind)) for kind in self._canaries)

    def _answer(self, kind: ProbeKind) -> AnswerClass | None:
        result = self.result(kind)
        return None if result is None or not result.ran else result.answer

    def _stand_in(self, kind: ProbeKind) -> AnswerClass | None:
        result = self.result(kind)
        if result is None:
            return None
        if result.outcome is Outcome.HEALTHY:
            return AnswerClass.IMAGE
        # A 2xx that is no price quote says nothing about generation.
        return None if is_success(result.status) else result.answer

    def with_class(self, *classes: AnswerClass) -> tuple[ProbeKind, ...]:
        """List the used calls whose answer is of one of these classes."""
        return tuple(one.kind for one in self.attempts if one.answer in classes)

    @cached_property
    def broken(self) -> tuple[ProbeKind, ...]:
        """The used calls that failed by a server error or without an answer."""
        return self.with_class(*_BROKEN)

    @cached_property
    def failed(self) -> tuple[ProbeKind, ...]:
        """The used calls that were measured and got no image."""
        return tuple(one.kind for one in self.attempts if one.failed)

    @cached_property
    def with_image(self) -> tuple[ProbeKind, ...]:
        """The used calls that got an image."""
        return tuple(one.kind for one in self.attempts if one.got_image)

    @cached_property
    def unmeasured(self) -> tuple[ProbeKind, ...]:
        """The used calls that nobody could look at."""
        return tuple(one.kind for one in self.attempts if one.answer is None)

    @cached_property
    def all_fail(self) -> bool:
        """Every used call was measured and none got an image."""
        return all(one.failed for one in self.attempts)

    @cached_property
    def tried(self) -> tuple[ProbeResult, ...]:
        """The requests to Ideogram that were tried."""
        return tuple(one for one in self.measured.results.values() if one.answered is not None)

    @cached_property
    def cut_off(self) -> bool:
        """At least one request to Ideogram was tried and none got an HTTP answer."""
        return bool(self.tried) and not any(one.answered for one in self.tried)

    @cached_property
    def slow_canaries(self) -> tuple[ProbeKind, ...]:
        """The canaries that got an image, and took too long."""
        return tuple(kind for kind in self.with_image if self._took_long(self.result(kind)))

    def _took_long(self, result: ProbeResult | None) -> bool:
        limit = self.measured.thresholds.slow_after
        return result is not None and result.latency is not None and result.latency > limit
