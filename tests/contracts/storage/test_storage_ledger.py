"""What every storage promises about recorded balances."""

from datetime import timedelta
from decimal import Decimal

from bot.domain.ledger import Anchor
from bot.ports import Storage
from tests.builders import ANA, BEN, NIGHT

LATER = NIGHT + timedelta(hours=1)


async def test_before_anybody_recorded_one_there_is_none(storage: Storage) -> None:
    async with storage() as uow:
        assert await uow.ledger.newest() is None


async def test_a_recorded_balance_comes_back_equal(storage: Storage) -> None:
    anchor = Anchor(Decimal("42.10"), NIGHT, ANA)
    async with storage() as uow:
        await uow.ledger.add(anchor)

    async with storage() as uow:
        assert await uow.ledger.newest() == anchor


async def test_the_newest_is_the_latest_and_not_the_last_added(storage: Storage) -> None:
    async with storage() as uow:
        await uow.ledger.add(Anchor(Decimal(10_000), LATER, BEN))
        await uow.ledger.add(Anchor(Decimal(0), NIGHT, ANA))

        assert await uow.ledger.newest() == Anchor(Decimal(10_000), LATER, BEN)


async def test_of_two_at_one_moment_the_last_added_counts(storage: Storage) -> None:
    async with storage() as uow:
        for amount in (Decimal(1), Decimal(2)):
            await uow.ledger.add(Anchor(amount, NIGHT, ANA))

        assert await uow.ledger.newest() == Anchor(Decimal(2), NIGHT, ANA)
