"""What mitigations look through, in memory."""

from typing import Any

from bot.ports import Lookout
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.network import FakeNetwork


def a_lookout(**changes: Any) -> Lookout:
    """Build one of fakes."""
    values: dict[str, Any] = {
        "network": FakeNetwork(),
        "metrics": FakeMetrics(),
        "clock": FakeClock(),
    }
    return Lookout(**(values | changes))
