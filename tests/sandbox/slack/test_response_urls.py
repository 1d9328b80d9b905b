"""Answering an interaction through its response URL."""

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, BLOCKS, CHANNEL, Now


@pytest.fixture
async def url(slack: SlackServer) -> str:
    return (await slack.run_command(ANA, CHANNEL, "status")).payload["response_url"]


async def answered(url: str, **body) -> tuple[int, str]:
    response = await AsyncWebhookClient(url, retry_handlers=[]).send_dict(body)
    return response.status_code, response.body


async def test_an_answer_is_ephemeral_unless_it_says_in_channel(
    slack: SlackServer, url: str
) -> None:
    quiet = await answered(url, text="Only you")
    loud = await answered(url, text="Everyone", response_type="in_channel")

    assert quiet == loud == (200, "ok")
    assert [row["text"] for row in slack.ephemerals(ANA)] == ["Only you"]
    assert [row["text"] for row in slack.messages(CHANNEL)] == ["Everyone"]


async def test_the_sixth_answer_is_refused(slack: SlackServer, url: str) -> None:
    for _ in range(5):
        await answered(url, text="Hi")

    status, body = await answered(url, text="Hi")

    assert status == 404
    assert "used_url" in body
    assert len(slack.ephemerals(ANA)) == 5


async def test_after_half_an_hour_the_url_is_dead(url: str, now: Now) -> None:
    now.advance(1801)

    status, body = await answered(url, text="Hi")

    assert status == 404
    assert "expired_url" in body


async def test_membership_of_the_bot_does_not_matter(slack: SlackServer, url: str) -> None:
    slack.channels[CHANNEL].members.discard(slack.bot_user_id)

    assert (await answered(url, text="Hi", response_type="in_channel"))[0] == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"blocks": BLOCKS}, "no_text"),
        ({"text": "Hi", "blocks": [{"type": "sektion"}]}, "invalid_blocks"),
        ({"text": "Hi", "channel": CHANNEL}, "invalid_arguments"),
        ({"delete_original": True}, "message_not_found"),
    ],
)
async def test_what_is_no_message_is_refused(url: str, body: dict, code: str) -> None:
    status, answer = await answered(url, **body)

    assert status == 400
    assert code in answer


async def test_an_original_can_be_replaced_and_deleted(slack: SlackServer, client) -> None:
    ts = (await client.chat_postMessage(channel=CHANNEL, text="Down", blocks=BLOCKS))["ts"]
    url = (await slack.click(ANA, CHANNEL, ts, "go")).payload["response_url"]

    await answered(url, text="Up", replace_original=True)
    replaced = [row["text"] for row in slack.messages(CHANNEL)]
    await answered(url, delete_original=True)

    assert replaced == ["Up"]
    assert slack.messages(CHANNEL) == []


async def test_an_ephemeral_original_can_be_deleted(slack: SlackServer, client) -> None:
    answer = await client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="Hi", blocks=BLOCKS)
    delivery = await slack.click(ANA, CHANNEL, answer["message_ts"], "go")

    await answered(delivery.payload["response_url"], delete_original=True)

    assert slack.ephemerals(ANA) == []


async def test_an_invented_url_is_refused(slack: SlackServer) -> None:
    assert (await answered(f"{slack.url}/response/x", text="Hi"))[0] == 404


@pytest.mark.parametrize("body", ["{", "[]"])
async def test_an_answer_is_a_json_object(url: str, body: str) -> None:
    async with aiohttp.ClientSession() as session, session.post(url, data=body) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_payload")


async def test_a_cut_reaches_every_address(slack: SlackServer, client, url: str) -> None:
    file = await client.files_getUploadURLExternal(filename="a.md", length=3)
    slack.cut()

    for address in (url, file["upload_url"]):
        with pytest.raises(aiohttp.ClientError):
            async with aiohttp.ClientSession() as session:
                await session.post(address, data=b"abc")
