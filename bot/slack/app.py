"""The Bolt app: three listeners and one error handler, joined without work at import."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UserError
from bot.slack import ids
from bot.slack.actions import Actions
from bot.slack.commands import COMMAND, Commands
from bot.slack.listening import Ack, Body, Listening
from bot.slack.submissions import FORMS, Submissions

Listener = Callable[[Ack, Body], Awaitable[None]]
Endpoint = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, dict[str, str], str]]]
log = structlog.get_logger()
_SIGNATURE: Final = "x-slack-signature"
_TIMESTAMP: Final = "x-slack-request-timestamp"
_TIMESTAMP_DIGITS_MAX: Final = 12  # seconds since 1970; thousands of digits are no number to Python


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
        app = AsyncApp(token=self.client.token, signing_secret=secret)
        # Given a client, Bolt 1.30 warns at every start that it leaves SLACK_BOT_TOKEN of the
        # environment unused (app/async_app.py). So it keeps its own, which asks as ours does.
        app.client.base_url = self.client.base_url
        app.client.session = self.client.session
        app.client.retry_handlers = self.client.retry_handlers
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

    async def failed(
        self, error: Exception, body: Body, response: BoltResponse | None
    ) -> BoltResponse | None:
        """Say the error id; Bolt calls this for everything else that a listener raised.

        Args:
            error: What was raised.
            body: Of the request.
            response: Bolt's own; None after an ack, when nothing can be answered any more.
        """
        await self.listening.failed(error, body)
        # Slack would show its own error beside ours, and send events again.
        return None if response is None else BoltResponse(status=200, body="")


def http_endpoint(app: AsyncApp, signing_secret: str) -> Endpoint:
    """Make the callable behind `/slack/events`.

    The signature is checked here before Bolt sees anything: Bolt 1.30 parses a body before it
    checks it, and answers 500 to bodies, timestamps and signatures that it cannot read.
    """
    verifier = SignatureVerifier(signing_secret)

    async def receive(body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
        if not _is_signed(verifier, body, {name.lower(): one for name, one in headers.items()}):
            return 401, {}, "not signed by Slack\n"
        try:
            request = AsyncBoltRequest(body=body, headers=dict(headers))
            response = await app.async_dispatch(request)
        except (ValueError, AttributeError, TypeError, LookupError) as error:
            # JSON that is none, or of a shape that no listener is found for: what a listener raises
            # never comes here.
            log.info("request.unreadable", reason=repr(error))
            return 400, {}, "not a request of Slack\n"
        return response.status, dict(response.first_headers_without_set_cookie()), response.body

    return receive


def _is_signed(verifier: SignatureVerifier, body: str, headers: Mapping[str, str]) -> bool:
    stamp, signature = headers.get(_TIMESTAMP, ""), headers.get(_SIGNATURE, "")
    is_moment = stamp.isascii() and stamp.isdecimal() and len(stamp) <= _TIMESTAMP_DIGITS_MAX
    return is_moment and signature.isascii() and verifier.is_valid(body, stamp, signature)
