"""Faults between the bot and Slack, as a real client meets them."""

import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, CHANNEL, Bot, Now, error_of


async def test_a_rate_limited_call_names_when_to_come_again(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    slack.rate_limit(1, retry_after=7)

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=CHANNEL, text="Hello")

    assert (refused.value.response.status_code, refused.value.response["error"]) == (
        429,
        "ratelimited",
    )
    assert refused.value.response.headers["Retry-After"] == "7"
    assert slack.messages(CHANNEL) == []


async def test_the_sdk_waits_for_retry_after_and_posts_once(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.rate_limit(1, retry_after=1, method="chat.postMessage")
    started = time.monotonic()  # noqa: TID251  the SDK's own waiting is measured

    await client.chat_postMessage(channel=CHANNEL, text="Hello")

    assert time.monotonic() - started > 0.9  # noqa: TID251  the SDK's own waiting is measured
    assert [call.error for call in slack.calls] == ["ratelimited", None]
    assert len(slack.messages(CHANNEL)) == 1


async def test_a_fault_of_one_method_spares_the_others(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    slack.rate_limit(1, method="chat.update")

    assert (await client.chat_postMessage(channel=CHANNEL, text="Hello"))["ok"]


async def test_a_failing_call_is_not_done(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.fail(1, 503)

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=CHANNEL, text="Hello")

    assert refused.value.response.status_code == 503
    assert slack.messages(CHANNEL) == []
    assert slack.calls[0].arguments == {"channel": CHANNEL, "text": "Hello"}


async def test_a_dropped_call_is_done_but_never_answered(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    slack.drop_after_processing(1, "chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=CHANNEL, text="Hello")

    assert [row["text"] for row in slack.messages(CHANNEL)] == ["Hello"]


async def test_the_default_retry_handler_posts_a_dropped_message_twice(slack: SlackServer) -> None:
    slack.drop_after_processing(1, "chat.postMessage")

    async with aiohttp.ClientSession() as session:
        careless = AsyncWebClient(slack.bot_token, slack.api_url, session=session)
        await careless.chat_postMessage(channel=CHANNEL, text="Hello")

    assert len(slack.messages(CHANNEL)) == 2


async def test_nothing_gets_through_a_cut_until_it_is_over(
    slack: SlackServer, client: AsyncWebClient, now: Now
) -> None:
    slack.cut(20)

    with pytest.raises(aiohttp.ClientError):
        await client.auth_test()
    now.advance(20.1)

    assert (await client.auth_test())["ok"]


async def test_a_cut_socket_comes_back_after_restore(socket_bot: Bot) -> None:
    @socket_bot.app.command("/ideogram")
    async def _(ack):
        await ack()

    slack = socket_bot.slack
    slack.cut()
    during = await slack.run_command(ANA, CHANNEL, "triage")
    slack.restore()
    after = await _until_acked(slack)

    assert (during.acked, during.error) == (False, "operation_timeout")
    assert after


async def _until_acked(slack: SlackServer) -> bool:
    # Each try waits up to the ack limit for a socket; the SDK's client looks every 0.2 s.
    return any([(await slack.run_command(ANA, CHANNEL, "triage")).acked for _ in range(6)])


async def test_a_refresh_makes_the_bot_connect_again(socket_bot: Bot) -> None:
    @socket_bot.app.command("/ideogram")
    async def _(ack):
        await ack()

    await socket_bot.slack.disconnect_sockets("refresh_requested")

    assert await _until_acked(socket_bot.slack)
    opened = [call for call in socket_bot.slack.calls if call.method == "apps.connections.open"]
    assert len(opened) == 2


async def test_an_eleventh_socket_is_turned_away(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:
        streams = [await session.ws_connect(await a_link(slack, session)) for _ in range(11)]
        first_words = [await stream.receive_json() for stream in streams]
        for stream in streams:
            await stream.close()

    assert [row["type"] for row in first_words] == ["hello"] * 10 + ["disconnect"]
    assert first_words[10]["reason"] == "too_many_websockets"


async def a_link(slack: SlackServer, session: aiohttp.ClientSession) -> str:
    client = AsyncWebClient(base_url=slack.api_url, session=session)
    return (await client.apps_connections_open(app_token=slack.app_token))["url"]


async def test_a_socket_ticket_works_once(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:
        link = await a_link(slack, session)
        async with session.ws_connect(link):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(link)

    assert refused.value.status == 401


async def test_each_envelope_goes_to_one_socket(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:
        streams = [await session.ws_connect(await a_link(slack, session)) for _ in range(2)]
        for stream in streams:
            await stream.receive_json()
        await slack.run_command(ANA, CHANNEL, "triage")
        await slack.disconnect_sockets()
        words = [(await stream.receive_json())["type"] for stream in streams]
        for stream in streams:
            await stream.close()

    assert sorted(words) == ["disconnect", "slash_commands"]


async def test_an_app_token_is_needed_for_socket_mode(client: AsyncWebClient) -> None:
    wrong = client.apps_connections_open(app_token=client.token)

    assert await error_of(wrong) == "not_allowed_token_type"
