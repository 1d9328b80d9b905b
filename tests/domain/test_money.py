"""What probes may spend."""

from decimal import Decimal

import pytest

from bot.domain.money import automatic_limit


@pytest.mark.parametrize(("limit", "left"), [("1.00", "0.76"), ("0.24", "0"), ("0.10", "0")])
def test_the_last_of_the_day_is_left_to_people(limit, left):
    assert automatic_limit(Decimal(limit)) == Decimal(left)
