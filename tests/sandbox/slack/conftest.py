"""Slack servers to test, and a real Bolt app joined to them over both transports."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.listener import Listener
from bot.sandbox.slack.server import Limits, SlackServer

CHANNEL = "C0INCIDENTS"
ANA = "U0ANA"
BUTTON = {
    "type": "button",
    "action_id": "go",
    "value": "7",
    "text": {"type": "plain_text", "text": "Go"},
}
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Down*"}},
    {"type": "actions", "block_id": "buttons", "elements": [BUTTON]},
]
MODAL = {
    "type": "modal",
    "callback_id": "declare",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Declare"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "text", "initial_value": "Down"},
        }
    ],
}


@dataclass
class Now:
    """A clock that stands until it is moved."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Bot:
    """A real Bolt app; tests add listeners to `app` and read `heard`."""

    slack: SlackServer
    app: AsyncApp
    client: AsyncWebClient
    heard: list[dict] = field(default_factory=list)
    handler: AsyncSocketModeHandler | None = None


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
async def slack(now: Now) -> AsyncIterator[SlackServer]:
    # Nobody is connected: every act waits in vain, so not for long.
    async with SlackServer(now=now, limits=Limits(ack_seconds=0.05)) as server:
        yield server


@pytest.fixture
async def client(slack: SlackServer) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield a_client(slack, session)


def a_client(slack: SlackServer, session: aiohttp.ClientSession) -> AsyncWebClient:
    # No retry handlers: the default ones send a broken connection's call again.
    return AsyncWebClient(
        token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
    )


@pytest.fixture
async def socket_bot(now: Now) -> AsyncIterator[Bot]:
    async with AsyncExitStack() as stack:
        slack = SlackServer(now=now, limits=Limits(ack_seconds=0.5))
        await stack.enter_async_context(slack)
        bot = await _a_bot(stack, slack)
        bot.handler = AsyncSocketModeHandler(
            bot.app, slack.app_token, web_client=bot.client, ping_interval=0.2
        )
        await bot.handler.connect_async()
        stack.push_async_callback(bot.handler.close_async)
        yield bot


@pytest.fixture
async def http_bot(now: Now) -> AsyncIterator[Bot]:
    async with AsyncExitStack() as stack:
        dispatch: list[Callable[[web.Request], Awaitable[web.Response]]] = []

        async def answer(request: web.Request) -> web.Response:
            return await dispatch[0](request)

        url = await _listening(stack, answer)
        slack = SlackServer(events_url=url, now=now, limits=Limits(ack_seconds=0.5))
        await stack.enter_async_context(slack)
        bot = await _a_bot(stack, slack)

        async def to_bolt(request: web.Request) -> web.Response:
            return await to_aiohttp_response(
                await bot.app.async_dispatch(await to_bolt_request(request))
            )

        dispatch.append(to_bolt)
        yield bot


@pytest.fixture(params=["socket", "http"])
def bot(request: pytest.FixtureRequest) -> Bot:
    return request.getfixturevalue(f"{request.param}_bot")


async def _a_bot(stack: AsyncExitStack, slack: SlackServer) -> Bot:
    session = await stack.enter_async_context(aiohttp.ClientSession())
    client = a_client(slack, session)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)
    return Bot(slack, app, client)


async def _listening(
    stack: AsyncExitStack, answer: Callable[[web.Request], Awaitable[web.Response]]
) -> str:
    app = web.Application()
    app.router.add_post("/slack/events", answer)
    listener = await stack.enter_async_context(Listener(app))
    return f"{listener.url}/slack/events"


async def next_event(events: asyncio.Queue[dict], kind: str) -> dict:
    """Wait for the next change of a kind; a bot may act after its ack."""
    async with asyncio.timeout(5):
        while True:
            event = await events.get()
            if event["type"] == kind:
                return event


async def error_of(call: Awaitable[object]) -> str:
    """Return the code with which Slack refused a call."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response["error"]
