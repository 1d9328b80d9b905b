"""The Bolt app: three listeners and one error handler, joined without work at import."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UserError
from bot.slack import ids
from bot.slack.actions import Actions
from bot.slack.commands import COMMAND, Commands
from bot.slack.listening import Ack, Body, Listening
from bot.slack.submissions import FORMS, Submissions

Listener = Callable[[Ack, Body], Awaitable[None]]
Endpoint = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, dict[str, str], str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApp:
    """Listeners by what they listen to.

    Attributes:
        client: With the bot's token; Bolt asks it once whose token it is.
        signing_secret: None in Socket Mode.
    """

    client: AsyncWebClient
    signing_secret: str | None
    listening: Listening
    commands: Commands
    actions: Actions
    submissions: Submissions

    def build(self) -> AsyncApp:
        """Make the Bolt app."""
        # Bolt wants a secret even in Socket Mode, which checks no signature. A random one keeps
        # an endpoint over HTTP shut, should it be made without a real secret.
        secret = self.signing_secret or secrets.token_hex(32)
        app = AsyncApp(client=self.client, signing_secret=secret)
        app.command(COMMAND)(self.said(self.commands.run))
        app.action(ids.ANY_ACTION)(self.said(self.actions.run))
        for form in FORMS:
            app.view(form)(self.said(self.submissions.run))
        app.error(self.failed)
        return app

    def said(self, run: Listener) -> Listener:
        """Wrap a listener: what the person did wrong is acked and said to the person."""

        async def listener(ack: Ack, body: Body) -> None:
            self.listening.own()
            try:
                await run(ack, body)
            except UserError as error:
                await ack()
                await self.listening.say(body, error)

        return listener

    async def failed(self, error: Exception, body: Body) -> BoltResponse:
        """Say the error id; Bolt calls this for everything else that a listener raised."""
        await self.listening.failed(error, body)
        # Slack would show its own error beside ours, and send events again.
        return BoltResponse(status=200, body="")


def http_endpoint(app: AsyncApp) -> Endpoint:
    """Make the callable behind `/slack/events`; Bolt checks signature and age."""

    async def receive(body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
        response = await app.async_dispatch(AsyncBoltRequest(body=body, headers=dict(headers)))
        return response.status, dict(response.first_headers_without_set_cookie()), response.body

    return receive
