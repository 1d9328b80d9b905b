"""One whole incident in a browser, clicked through from the first press to the postmortem."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.sandbox.world import World
from tests.browser.conftest import PHONE, QUICK

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENT_MS = 60_000  # a rollout and its verification, on a busy machine


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path):
    async with World(tmp_path, port=0, pace=QUICK) as started:
        yield started


async def _command(page: Page, text: str) -> None:
    await page.get_by_label("Message #incidents").fill(f"/ideogram {text}")
    await page.keyboard.press("Enter")


async def _press(page: Page, name: str) -> None:
    """Press the newest button of this name in the channel, and confirm when asked."""
    await page.locator("#conversation .b-actions").get_by_role("button", name=name).last.click()
    dialog = page.get_by_role("dialog")
    if await dialog.count():
        await dialog.get_by_role("button", name=name).click()


async def test_an_outage_from_the_first_press_to_the_postmortem(world, open_page):
    page = await open_page()
    channel = page.locator("#conversation")

    await page.locator(".break-button").click()
    await expect(page.get_by_text("Everyone gets errors")).to_be_visible(timeout=PATIENT_MS)

    await _command(page, "triage")
    await expect(channel.get_by_role("button", name="Enable Fallback")).to_be_visible(
        timeout=PATIENT_MS
    )

    await _press(page, "Enable Fallback")
    await expect(channel).to_contain_text("INC-1", timeout=PATIENT_MS)
    await expect(page.get_by_text("Everyone gets placeholders")).to_be_visible(timeout=PATIENT_MS)
    await expect(page.locator("#requests")).to_contain_text("1 PATCH")
    await expect(channel).to_contain_text("MITIGATED", timeout=PATIENT_MS)

    await page.get_by_role("button", name="Repair").click()
    await _command(page, "resolve")
    await page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(channel).to_contain_text("RESOLVED", timeout=PATIENT_MS)

    await channel.locator(".message", has_text="RESOLVED").locator(".thread-link").click()
    await page.locator("#thread .file").click(timeout=PATIENT_MS)
    paper = page.locator(".paper")
    await expect(paper).to_contain_text(re.compile(r"### |Timeline"))
    await paper.locator(".has-evidence").first.click()

    await expect(page.locator(".message.lit")).to_be_visible()
    await _fits_a_phone(page)


async def _fits_a_phone(page: Page) -> None:
    """See that neither half of the page is wider than a phone, with all that stands on it now."""
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for tab in ("Slack", "World"):
        await page.get_by_role("tab", name=tab).click()
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0], tab


async def test_three_presses_and_a_kill_in_the_middle_are_one_patch(world, open_page):
    page = await open_page()
    await page.locator(".break-button").click()
    await expect(page.get_by_text("Everyone gets errors")).to_be_visible(timeout=PATIENT_MS)
    await _command(page, "triage")
    button = page.locator("#conversation").get_by_role("button", name="Enable Fallback")
    await expect(button).to_be_visible(timeout=PATIENT_MS)

    await page.get_by_role("button", name="Press Twice").click()
    await expect(page.locator("#requests")).to_contain_text("1 PATCH", timeout=PATIENT_MS)
    await page.get_by_role("button", name="Kill the Bot Now").click()
    await expect(page.locator("#bot-state")).to_contain_text("bot killed")

    await expect(page.locator("#bot-state")).to_contain_text("bot running", timeout=PATIENT_MS)
    await expect(page.locator("#conversation")).to_contain_text("MITIGATED", timeout=PATIENT_MS)
    assert len(world.chaos.patches()) == 1
