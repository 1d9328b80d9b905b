"""The worlds in which stories happen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.story import Story, a_story


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """Open a world of its own, over Socket Mode."""
    async with a_story(tmp_path) as opened:
        yield opened
