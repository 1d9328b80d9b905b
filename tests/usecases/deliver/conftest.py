"""A chat, a database and a clock around one deliverer."""

import pytest

from bot.usecases.deliver import Deliver
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage
from tests.usecases.deliver.outgoing import OPERATIONS


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


@pytest.fixture
def messenger(clock: FakeClock) -> FakeMessenger:
    return FakeMessenger(clock)


@pytest.fixture
def deliver(clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger) -> Deliver:
    return Deliver(
        storage=storage, messenger=messenger, clock=clock, holder="a", operations=OPERATIONS
    )
