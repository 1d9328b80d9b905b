"""Uploading files with the SDK's own three steps."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import CHANNEL, error_of

REPORT = "# INC-1\n\nÜber 338 requests failed.\n"


async def test_an_uploaded_file_stands_in_the_thread(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    parent = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]

    done = await client.files_upload_v2(
        filename="INC-1.md",
        content=REPORT,
        title="Postmortem",
        channel=CHANNEL,
        thread_ts=parent,
        initial_comment="Draft",
    )

    shared = slack.thread(CHANNEL, parent)[1]
    assert (shared["text"], shared["files"][0]["name"]) == ("Draft", "INC-1.md")
    assert shared["files"][0]["title"] == "Postmortem"
    assert slack.file_content(done["file"]["id"]) == REPORT.encode()


async def test_a_file_is_downloaded_with_the_bot_token_only(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    done = await client.files_upload_v2(filename="a.md", content=REPORT, channel=CHANNEL)
    headers = {"Authorization": f"Bearer {slack.bot_token}"}

    async with aiohttp.ClientSession() as session:
        url = done["file"]["url_private"]
        async with session.get(url) as stranger, session.get(url, headers=headers) as bot:
            content = await bot.text()

    assert (stranger.status, bot.status, content) == (403, 200, REPORT)


async def test_an_upload_is_completed_once(client: AsyncWebClient) -> None:
    done = await client.files_upload_v2(filename="a.md", content=REPORT, channel=CHANNEL)
    again = client.files_completeUploadExternal(files=[{"id": done["file"]["id"]}])

    assert await error_of(again) == "file_not_found"


async def test_a_file_whose_bytes_never_came_cannot_be_shared(client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.md", length=3)
    shared = client.files_completeUploadExternal(
        files=[{"id": announced["file_id"]}], channel_id=CHANNEL
    )

    assert await error_of(shared) == "file_not_found"


async def test_bytes_must_have_the_announced_length(client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.md", length=3)

    async with (
        aiohttp.ClientSession() as session,
        session.post(announced["upload_url"], data=b"four") as answer,
    ):
        assert answer.status == 400


async def test_a_form_carries_the_bytes_as_well(slack: SlackServer, client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.md", length=3)
    form = aiohttp.FormData()
    form.add_field("file", b"abc", filename="a.md")

    async with (
        aiohttp.ClientSession() as session,
        session.post(announced["upload_url"], data=form) as first,
        session.post(announced["upload_url"], data=b"abc") as second,
    ):
        statuses = (first.status, second.status)

    assert statuses == (200, 404)
    assert slack.file_content(announced["file_id"]) == b"abc"
