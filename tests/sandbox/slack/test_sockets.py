"""Raw Socket Mode connections: who gets an envelope, and what a lost one means."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, CHANNEL

Connect = Callable[[], Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@pytest.fixture
async def connect(slack: SlackServer) -> AsyncIterator[Connect]:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=slack.api_url, session=session)

        async def connected() -> aiohttp.ClientWebSocketResponse:
            link = await client.apps_connections_open(app_token=slack.app_token)
            stream = await session.ws_connect(link["url"])
            assert (await stream.receive_json())["type"] == "hello"
            return stream

        yield connected


async def acknowledged(stream: aiohttp.ClientWebSocketResponse) -> dict:
    envelope = await stream.receive_json()
    await stream.send_json({"envelope_id": envelope["envelope_id"]})
    return envelope


async def test_an_envelope_waits_for_a_bot_that_comes_in_time(
    slack: SlackServer, connect: Connect
) -> None:
    async with asyncio.TaskGroup() as tasks:
        pressed = tasks.create_task(slack.run_command(ANA, CHANNEL, "triage"))
        stream = await connect()
        envelope = await acknowledged(stream)

    await stream.close()
    assert pressed.result().acked
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)


async def test_an_envelope_whose_socket_died_goes_to_the_next_one(
    slack: SlackServer, connect: Connect
) -> None:
    first = await connect()

    async with asyncio.TaskGroup() as tasks:
        pressed = tasks.create_task(slack.run_command(ANA, CHANNEL, "triage"))
        lost = await first.receive_json()
        await first.close()
        second = await connect()
        again = await acknowledged(second)

    await second.close()
    assert pressed.result().acked
    assert again["envelope_id"] == lost["envelope_id"]
    assert again["retry_attempt"] == 1


async def test_an_ack_for_another_envelope_is_none(slack: SlackServer, connect: Connect) -> None:
    stream = await connect()

    async with asyncio.TaskGroup() as tasks:
        pressed = tasks.create_task(slack.run_command(ANA, CHANNEL, "triage"))
        envelope = await stream.receive_json()
        await stream.send_json({"envelope_id": "another", "payload": {"text": "No"}})
        await stream.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "Yes"}})

    await stream.close()
    assert pressed.result().response == {"text": "Yes"}


async def test_connections_are_counted(slack: SlackServer, connect: Connect) -> None:
    streams = [await connect(), await connect()]

    assert slack.connections == 2
    for stream in streams:
        await stream.close()


async def test_a_cut_takes_no_new_connection(slack: SlackServer, connect: Connect) -> None:
    slack.cut()

    with pytest.raises(aiohttp.ClientError):
        await connect()


async def test_stopping_says_goodbye_to_open_sockets() -> None:
    async with (
        aiohttp.ClientSession() as session,
        asyncio.TaskGroup() as tasks,
        SlackServer() as slack,
    ):
        client = AsyncWebClient(base_url=slack.api_url, session=session)
        link = await client.apps_connections_open(app_token=slack.app_token)
        stream = await session.ws_connect(link["url"])
        await stream.receive_json()
        last_word = tasks.create_task(stream.receive())

    assert last_word.result().type is aiohttp.WSMsgType.CLOSE
