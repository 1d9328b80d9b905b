"""The door for requests, and a watch over a fallback that was switched on at night."""

import pytest

from bot.domain.request import ShowHelp
from bot.usecases.intake import Intake
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage
from tests.usecases.door import Door, Handler
from tests.usecases.in_force import Watch


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def door() -> Door:
    clock, storage, handler = FakeClock(), FakeStorage(), Handler()
    messenger = FakeMessenger(clock)
    intake = Intake(
        storage=storage,
        messenger=messenger,
        clock=clock,
        holder="a",
        handlers={ShowHelp: handler},
    )
    return Door(clock, storage, messenger, handler, intake)
