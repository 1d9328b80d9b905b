"""A circuit breaker: after failures in a row nothing is tried for a while, then one request may."""

import contextlib
import time
from collections.abc import Iterator

from bot.sandbox.service.failures import Reason, ServiceFailure

_COUNTED = frozenset({Reason.SERVER_ERROR, Reason.TIMED_OUT, Reason.NO_ANSWER})


class CircuitBreaker:
    """Opens after failures of the provider; refusals of ours or the account's do not count.

    Attributes:
        failures: Counted failures in a row.
    """

    def __init__(self, failures: int, open_seconds: float) -> None:
        """Open after `failures` in a row, for `open_seconds`."""
        self.failures = 0
        self._most = failures
        self._open_seconds = open_seconds
        self._open_until = 0.0
        self._is_trying = False

    @property
    def is_open(self) -> bool:
        """Whether requests are refused, but for one that tries."""
        return self.failures >= self._most

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """Run one attempt inside, and learn from how it ends.

        Raises:
            ServiceFailure: CIRCUIT_OPEN, without running it.
        """
        trial = self.is_open
        if trial and (self._is_trying or time.monotonic() < self._open_until):
            raise ServiceFailure(Reason.CIRCUIT_OPEN, 503, "Ideogram is failing; not asked again")
        self._is_trying = self._is_trying or trial
        try:
            yield
        except ServiceFailure as failure:
            self._failed(failure)
            raise
        else:
            self.failures = 0
        finally:  # also when the user gave up, which says nothing
            if trial:
                self._is_trying = False

    def _failed(self, failure: ServiceFailure) -> None:
        if failure.reason not in _COUNTED:
            self.failures = 0  # it answered
            return
        self.failures += 1
        if self.is_open:
            self._open_until = time.monotonic() + self._open_seconds
