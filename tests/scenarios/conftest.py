"""The worlds in which stories happen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.scenarios.story import Story, a_story


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """Open a world of its own, over Socket Mode."""
    async with a_story(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    """Open one world for the stories of a module that leave nothing behind."""
    async with a_story(tmp_path_factory.mktemp("shared")) as opened:
        yield opened
