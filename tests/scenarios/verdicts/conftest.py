"""One world for all rows; every story begins with everything working."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.scenarios.seeing import Json
from tests.scenarios.story import Story, a_story
from tests.scenarios.verdicts.place import Place, a_place


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def shared_place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """Open the world once."""
    async with a_place(tmp_path_factory.mktemp("verdicts")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def place(shared_place: Place) -> Place:
    """Take the world, repaired."""
    await shared_place.repair()
    return shared_place


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def shared_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    """Open a world with the bot in its Slack, for what only people can tell."""

    def amend(config: Json) -> None:
        first = config["services"][0]
        unseen = {"name": "out-of-sight", "health_url": None, "prometheus": {"url": None}}
        config["services"].append(first | unseen)

    async with a_story(tmp_path_factory.mktemp("town"), amend=amend) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def town(shared_town: Story) -> AsyncIterator[Story]:
    """Take that world, repaired; what was said before is gone."""
    yield shared_town
    await shared_town.world.chaos.repair()
