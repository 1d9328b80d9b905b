"""A service's own metrics, as something that scrapes them answers."""

from datetime import timedelta
from typing import Protocol

from bot.domain.metrics import Reading, Span


class Metrics(Protocol):
    """Answers expressions. Total: what goes wrong is a `Reading` with its problem."""

    async def query(self, url: str, expression: str, *, timeout: timedelta) -> Reading:  # noqa: ASYNC109  it is a measurement
        """Evaluate an expression at the Prometheus of that URL."""
        ...

    async def history(
        self,
        url: str,
        expression: str,
        span: Span,
        *,
        timeout: timedelta,  # noqa: ASYNC109  it is a measurement
    ) -> Reading:
        """Evaluate an expression at every moment of a span.

        Returns:
            Samples of all series, in no promised order; a moment without a value has none.
        """
        ...
