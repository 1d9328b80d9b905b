"""Drives the sandbox's page with Debian's Chromium; without it these tests are skipped."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot.sandbox.world import Pace, World

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = (1440, 900)
PHONE = (390, 844)
QUICK = Pace(pod_seconds=0.3, latency_seconds=0.05, think_seconds=0.1)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install it, or name it in CHROMIUM")
    return str(CHROMIUM)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(
    chromium: Browser, world: World
) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Open the page of the world; an error in its console fails the test."""
    problems: list[str] = []
    contexts: list[BrowserContext] = []

    async def opened(size: tuple[int, int] = DESKTOP) -> Page:
        context = await chromium.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else 0)
        await page.goto(world.url)
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert problems == []
