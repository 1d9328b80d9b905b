"""A process that dies at a chosen moment: at any question to the world, at any commit."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.service import Target
from bot.domain.workload import Deployment
from tests.fakes.cluster import FakeCluster
from tests.fakes.storage import FakeStorage, FakeUnitOfWork


@dataclass
class Death:
    """Counts the moments of a process and ends it at one of them.

    Attributes:
        lived: How many moments the first process had.
    """

    at: int
    passed: int = 0
    lived: int = 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise asyncio.CancelledError


class MortalStorage(FakeStorage):
    """Dies before a transaction, before its commit, or right after it."""

    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death

    def __call__(self) -> AbstractAsyncContextManager[FakeUnitOfWork]:
        return self._mortal()

    @asynccontextmanager
    async def _mortal(self) -> AsyncIterator[FakeUnitOfWork]:
        self.death.moment()
        async with super().__call__() as uow:
            yield uow
            self.death.moment()
        self.death.moment()


class MortalCluster(FakeCluster):
    """Dies before a request, or after it took effect and before its answer."""

    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death

    async def deployment(self, target: Target) -> Deployment:
        self.death.moment()
        return await super().deployment(target)

    async def patch(
        self, target: Target, patch: Mapping[str, Any], *, dry_run: bool = False
    ) -> Deployment:
        self.death.moment()
        answer = await super().patch(target, patch, dry_run=dry_run)
        self.death.moment()
        return answer

    async def watch(self, target: Target, *, within: timedelta) -> AsyncGenerator[Deployment, None]:
        async for deployment in super().watch(target, within=within):
            self.death.moment()
            yield deployment
