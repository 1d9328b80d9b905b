"""The page tells how the world is, does what a visitor asks, and obeys only this computer."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.markdown import to_html
from bot.sandbox.page import STATIC, changes, is_from_here
from bot.sandbox.world import Pace, World

QUICK = Pace(pod_seconds=0.02, latency_seconds=0.01, think_seconds=0.01)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as started:
        yield started


@pytest.fixture
async def browser(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(world.url) as session:
        yield session


async def _first_state(browser: aiohttp.ClientSession) -> dict[str, Any]:
    async with browser.get("/api/events") as stream:
        async for line in stream.content:
            if line.startswith(b'data: {"set"'):
                return json.loads(line.removeprefix(b"data: "))["set"]
    raise AssertionError("the stream ended")


async def _post(browser: aiohttp.ClientSession, action: str, body: Any) -> tuple[int, Any]:
    async with browser.post(f"/api/{action}", json=body) as answer:
        return answer.status, await answer.json()


async def test_a_new_visitor_is_sent_the_whole_state(browser):
    state = await _first_state(browser)

    assert {"about", "world/fault", "world/users", "world/deployment", "world/dare"} <= set(state)
    assert [user["name"] for user in state["about"]["users"]] == ["Ana", "Ben", "Chi"]


async def test_what_a_visitor_says_stands_in_the_channel(browser):
    said = {"user": "U0BEN", "channel": "C0ONCALL", "text": "Is it <us>?"}

    status, _ = await _post(browser, "say", said)
    state = await _first_state(browser)

    messages = [value for key, value in state.items() if key.startswith("message/C0ONCALL/")]
    assert status == 200
    assert [(m["user"], m["text"]) for m in messages] == [("U0BEN", "Is it &lt;us&gt;?")]


async def test_a_reply_is_sent_with_its_thread(world, browser):
    said = await world.slack.say("U0ANA", "C0ONCALL", "Who has it?")
    ts = said.payload["ts"]

    reply = {"user": "U0BEN", "channel": "C0ONCALL", "text": "I do", "thread_ts": ts}
    await _post(browser, "say", reply)
    state = await _first_state(browser)

    threads = [m.get("thread_ts") for key, m in state.items() if key.startswith("message/")]
    assert threads == [ts, ts]


async def test_a_command_nobody_takes_is_told_as_slack_tells_it(browser):
    command = {"user": "U0ANA", "channel": "C0INCIDENTS", "text": "/ideogram triage"}

    _, answer = await _post(browser, "command", command)

    assert answer["acked"] is False
    assert answer["error"]


async def test_a_fault_is_shown_until_it_is_repaired(browser):
    await _post(browser, "fault", {"name": "slow"})
    broken = (await _first_state(browser))["world/fault"]
    await _post(browser, "fault", {"name": None})

    assert broken["name"] == "slow"
    assert (await _first_state(browser))["world/fault"] is None


async def test_a_mystery_is_named_only_after_it_was_revealed(world, browser):
    await _post(browser, "fault", {"name": "mystery"})
    hidden = (await _first_state(browser))["world/fault"]["name"]
    await _post(browser, "reveal", {})

    assert hidden is None
    assert (await _first_state(browser))["world/fault"]["name"] == world.chaos.fault.name


@pytest.mark.parametrize(
    ("action", "body", "words"),
    [
        ("dance", {}, "cannot"),
        ("fault", {"name": "aliens"}, "aliens"),
        ("fault", {}, "name"),
        ("trouble", {"name": "rain", "on": True}, "rain"),
        ("fault", [], "object"),
        ("say", {"user": "U0ANA", "channel": "C0OPS", "text": 7}, "string"),
        ("dare/press-twice", {}, "/ideogram triage"),
        ("dare/kill-bot", {}, "not running"),
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_refused_in_words(browser, action, body, words):
    status, answer = await _post(browser, action, body)

    assert status == 400
    assert words in answer["error"]


async def test_a_body_that_is_no_json_is_refused(browser):
    async with browser.post("/api/fault", data=b"{") as answer:
        assert answer.status == 400


async def test_another_sites_page_may_not_act(browser):
    async with browser.post(
        "/api/fault", json={"name": "slow"}, headers={"Origin": "http://evil.example.com"}
    ) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("method", "headers", "is_ours"),
    [
        ("GET", {"Host": "127.0.0.1:8765"}, True),
        ("GET", {"Host": "localhost:8765"}, True),
        ("GET", {"Host": "rebound.example.com:8765"}, False),
        ("POST", {"Host": "127.0.0.1:8765", "Origin": "http://127.0.0.1:8765"}, True),
        ("POST", {"Host": "127.0.0.1:8765", "Origin": "http://127.0.0.1:9999"}, False),
        ("POST", {"Host": "127.0.0.1:8765", "Origin": "null"}, False),
        ("POST", {"Host": "127.0.0.1:8765"}, True),
    ],
    ids=str,
)
def test_only_this_computer_and_this_page_are_served(method, headers, is_ours):
    assert is_from_here(method, headers) is is_ours


def test_only_what_changed_is_sent():
    news = changes({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "[4]"})

    assert json.loads(news or "") == {"set": {"b": [4]}, "drop": ["c"]}


def test_nothing_is_sent_when_nothing_changed():
    assert changes({"a": "1"}, {"a": "1"}) is None


def test_markdown_shows_raw_html_as_text():
    html = to_html("<script>alert(1)</script>\n\n[x](javascript:alert(1)) **bold**")

    assert "<script" not in html
    assert "href" not in html
    assert "<strong>bold</strong>" in html


async def test_a_world_without_a_bot_has_an_empty_log(browser):
    async with browser.get("/api/log") as answer:
        assert await answer.json() == {"lines": []}


async def _upload(world: World, name: str, text: str) -> str:
    """Upload a file as the bot would; answers with its id."""
    api, content = world.slack.api_url, text.encode()
    headers = {"Authorization": f"Bearer {world.slack.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        asked = {"filename": name, "length": len(content)}
        async with session.post(f"{api}files.getUploadURLExternal", params=asked) as answer:
            place = await answer.json()
        async with session.post(place["upload_url"], data=content):
            pass
        shared = {"files": json.dumps([{"id": place["file_id"]}]), "channel_id": "C0INCIDENTS"}
        async with session.post(f"{api}files.completeUploadExternal", params=shared) as answer:
            assert (await answer.json())["ok"]
    return place["file_id"]


async def test_a_markdown_file_is_shown_rendered_and_as_it_is(world, browser):
    file_id = await _upload(world, "INC-1.md", "# INC-1\n\n<b>bold</b>")

    async with browser.get(f"/api/files/{file_id}") as answer:
        shown = await answer.json()

    assert shown["html"] == "<h1>INC-1</h1>\n<p>&lt;b&gt;bold&lt;/b&gt;</p>\n"
    assert shown["text"] == "# INC-1\n\n<b>bold</b>"


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("click", {"channel": "C0OPS", "ts": "1.000000", "action_id": "x"}),
        ("click-in-view", {"view": "V0", "action_id": "x"}),
        ("submit", {"view": "V0", "values": {}}),
        ("close", {"view": "V0"}),
    ],
    ids=str,
)
async def test_what_is_gone_cannot_be_pressed(browser, action, body):
    status, answer = await _post(browser, action, {"user": "U0ANA"} | body)

    assert status == 200
    assert (answer["acked"], answer["error"] is not None) == (False, True)


async def test_cutting_slack_is_one_post(world, browser):
    status, _ = await _post(browser, "dare/cut-slack", {})
    world.slack.restore()

    assert status == 200
    assert world.chaos.dare.name == "cut-slack"


async def test_an_unknown_file_is_not_found(browser):
    async with browser.get("/api/files/F0NONE") as answer:
        assert answer.status == 404


async def test_the_page_may_load_nothing_from_elsewhere(browser):
    async with browser.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'")


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.*")), ids=lambda path: path.name)
def test_no_static_file_names_another_place(path):
    addresses = re.findall(r"https?://[a-z0-9.-]+", path.read_text(encoding="utf-8"))

    assert {a for a in addresses if a != "http://www.w3.org"} == set()


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.*")), ids=lambda path: path.name)
def test_no_static_file_is_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
