"""The sandbox's page in a real browser, without the bot: what people see and do."""

import aiohttp
import pytest
from playwright.async_api import expect

from bot.sandbox.faults import FAULTS
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONFIRM = {
    "title": {"type": "plain_text", "text": "Enable fallback?"},
    "text": {"type": "plain_text", "text": "Users get placeholders."},
    "confirm": {"type": "plain_text", "text": "Enable Fallback"},
    "deny": {"type": "plain_text", "text": "Cancel"},
}
BUTTON = {
    "type": "button",
    "action_id": "enable",
    "text": {"type": "plain_text", "text": "Enable Fallback"},
    "confirm": CONFIRM,
}

MARKUP = (
    "*Sale 5*3 * 2* IDEOGRAM_FALLBACK false, last worked "
    "<!date^1795232150^{date_short_pretty} {time}|a_day> <@U0ANA> "
    "<http://127.0.0.1/a_b_c|x_y> *bold <http://127.0.0.1/d_e|M-090e7b>* _now_"
)


async def _bot_says(world, **message):
    headers = {"Authorization": f"Bearer {world.slack.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{world.slack.api_url}chat.postMessage"
        async with session.post(url, json={"channel": "C0INCIDENTS"} | message) as answer:
            body = await answer.json()
    assert body["ok"], body
    return body["ts"]


async def test_the_page_opens_alive(open_page):
    page = await open_page()

    await expect(page.get_by_text("All is fine. Let us change that.")).to_be_visible()
    await expect(page.get_by_text("Everyone gets pictures")).to_be_visible()


async def test_the_big_button_turns_pictures_into_errors_and_repair_brings_them_back(open_page):
    page = await open_page()

    await page.locator(".break-button").click()
    await expect(page.get_by_text("Everyone gets errors")).to_be_visible(timeout=20_000)
    await page.get_by_role("button", name="Repair").click()

    await expect(page.get_by_text("Everyone gets pictures")).to_be_visible(timeout=30_000)


async def test_every_fault_stands_in_the_menu(open_page):
    page = await open_page()

    await page.get_by_role("button", name="Choose how it breaks").click()

    await expect(page.get_by_role("menuitem")).to_have_count(len(FAULTS) + 1)


async def test_a_mystery_is_told_with_what_the_script_said_on_a_phone(world, open_page):
    page = await open_page(PHONE)
    await page.get_by_role("tab", name="World").click()
    await page.get_by_role("button", name="Choose how it breaks").click()
    await page.get_by_role("menuitem", name="Mystery fault").click()
    await expect(page.locator(".riddle")).to_contain_text("The runbook's script")
    await expect(page.locator(".truth")).to_have_count(0)

    await page.get_by_role("button", name="Reveal").click()

    await expect(page.locator(".truth")).to_contain_text(world.chaos.fault.label[1:])
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


async def test_what_people_write_stays_text(world, open_page):
    page = await open_page()

    await page.get_by_label("Message #incidents").fill("<img src=x onerror=alert(1)> *bold* 2*3*4")
    await page.keyboard.press("Enter")

    said = page.locator("#conversation .message")
    await expect(said).to_contain_text("<img src=x onerror=alert(1)> bold 2*3*4")
    assert await said.locator("strong").all_inner_texts() == ["bold"]


async def test_a_slash_completes_commands_by_keyboard(open_page):
    page = await open_page()

    await page.get_by_label("Message #incidents").press_sequentially("/ideogram po")
    await page.keyboard.press("Tab")

    await expect(page.get_by_label("Message #incidents")).to_have_value("/ideogram postmortem ")


async def test_a_button_asks_before_it_acts(world, open_page):
    page = await open_page()
    await _bot_says(world, text="Down", blocks=[{"type": "actions", "elements": [BUTTON]}])

    await page.locator("#conversation [data-action=enable]").click()
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".toast")).to_have_count(0)


async def test_a_confirmed_button_reaches_the_bot(world, open_page):
    page = await open_page()
    await _bot_says(world, text="Down", blocks=[{"type": "actions", "elements": [BUTTON]}])

    await page.locator("#conversation [data-action=enable]").click()
    await page.get_by_role("dialog").get_by_role("button", name="Enable Fallback").click()

    # Nobody listens in this world, and Slack says so.
    await expect(page.locator(".toast")).to_contain_text("Slack says", timeout=10_000)


async def test_a_message_changes_in_place(world, open_page):
    page = await open_page()
    ts = await _bot_says(world, text="before")
    await expect(page.locator("#conversation").get_by_text("before")).to_be_visible()

    headers = {"Authorization": f"Bearer {world.slack.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        change = {"channel": "C0INCIDENTS", "ts": ts, "text": "after"}
        await session.post(f"{world.slack.api_url}chat.update", json=change)

    await expect(page.locator("#conversation").get_by_text("after")).to_be_visible()
    await expect(page.locator("#conversation .message")).to_have_count(1)


async def test_the_phone_shows_the_line_of_the_lock_screen_then_the_card(world, open_page):
    page = await open_page()
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Do now:* nothing."}}
    await _bot_says(world, text="P1 Ideogram is down, not us", blocks=[section])

    await page.locator("#phone").get_by_text("P1 Ideogram is down, not us").click()

    await expect(page.locator("#phone .phone-card")).to_contain_text("Do now: nothing.")


async def test_an_unread_channel_is_marked_until_it_is_opened(world, open_page):
    page = await open_page()
    await world.slack.say("U0BEN", "C0ONCALL", "anyone?")

    await expect(page.get_by_label("1 unread")).to_be_visible()
    await page.get_by_role("button", name="on-call").click()

    await expect(page.get_by_label("1 unread")).to_have_count(0)


async def test_a_phone_gets_two_tabs_and_nothing_is_wider_than_the_screen(open_page):
    page = await open_page(PHONE)
    width = "document.documentElement.scrollWidth"

    assert await page.evaluate(width) == PHONE[0]
    await page.get_by_role("tab", name="World").click()

    await expect(page.locator(".break-button")).to_be_visible()
    await expect(page.locator("#conversation")).to_be_hidden()
    assert await page.evaluate(width) == PHONE[0]


async def test_markup_is_read_as_slack_reads_it(world, open_page):
    page = await open_page()
    await _bot_says(world, text="Push: *Sale 5*3 * 2* for <@U0ANA> snake_case _now_")
    section = {"type": "mrkdwn", "text": MARKUP}
    ts = await _bot_says(world, text="x", blocks=[{"type": "section", "text": section}])

    said = page.locator(f"#conversation [data-ts='{ts}'] .b-text")
    await expect(said).to_contain_text("IDEOGRAM_FALLBACK false")
    assert await said.locator("strong").all_inner_texts() == ["Sale 5*3 * 2", "bold M-090e7b"]
    assert await said.locator("em").all_inner_texts() == ["now"]
    assert "<" not in await said.inner_text()
    await expect(page.locator("#phone .notification-text").last).to_have_text(
        "Push: Sale 5*3 * 2 for @Ana snake_case now"
    )


async def test_my_own_message_is_in_sight_after_a_thread_was_open(world, open_page):
    page = await open_page()
    for number in range(40):
        await world.slack.say("U0BEN", "C0INCIDENTS", f"line {number}")
    channel = page.locator("#conversation")
    await expect(channel.get_by_text("line 39", exact=True)).to_be_in_viewport()
    await channel.get_by_text("line 20", exact=True).hover()
    await channel.locator(".message", has_text="line 20").locator(".thread-link").click()
    await page.get_by_role("button", name="Back to the channel").click()
    await expect(channel.get_by_text("line 39", exact=True)).to_be_in_viewport()

    await channel.get_by_text("line 2", exact=True).scroll_into_view_if_needed()
    await page.get_by_label("Message #incidents").fill("mine")
    await page.keyboard.press("Enter")

    await expect(channel.get_by_text("mine", exact=True)).to_be_in_viewport()
