"""The Bolt app: three listeners, joined without work at import."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UserError
from bot.slack import ids
from bot.slack.actions import Actions
from bot.slack.commands import COMMAND, Commands
from bot.slack.listening import Body, Listening
from bot.slack.submissions import FORMS, Submissions

Listener = Callable[[AsyncAck, Body], Awaitable[None]]
Endpoint = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, dict[str, str], str]]]
log = structlog.get_logger()
NAME: Final = "ideogram-incident-bot"
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
        # Without a name Bolt reads the sources of all callers for one, which takes 0.2 s.
        app = AsyncApp(name=NAME, token=self.client.token, signing_secret=secret)
        # Given a client, Bolt 1.30 warns at every start that it leaves SLACK_BOT_TOKEN of the
        # environment unused (app/async_app.py). So it keeps its own, which asks as ours does.
        app.client.base_url = self.client.base_url
        app.client.session = self.client.session
        app.client.retry_handlers = self.client.retry_handlers
        app.command(COMMAND)(self.said(self.commands.run))
        app.action(ids.ANY_ACTION)(self.said(self.actions.run))
        for form in FORMS:
            app.view(form)(self.said(self.submissions.run))
        app.error(_unreadable)
        return app

    def said(self, run: Listener) -> Listener:
        """Wrap a listener: what went wrong is acked, and said to the person.

        Left to Bolt's own error handler, a failure within 10 ms of the ack would take it back, and
        Slack would show "failed with the error" (slack_bolt 1.30, listener/asyncio_runner.py).
        """

        async def listener(ack: AsyncAck, body: Body) -> None:
            self.listening.own()
            try:
                await run(ack, body)
            except UserError as error:
                await ack()
                await self.listening.say(body, error)
            except Exception as error:  # noqa: BLE001  Bolt would take the ack back
                if ack.response is None:  # Slack would show its own error beside ours
                    await ack()
                await self.listening.failed(error, body)

        return listener


async def _unreadable(error: Exception) -> None:
    """Hand on what is wrong before a listener is found; listeners say their own failures."""
    raise error


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
            log.warning("request.unreadable", reason=repr(error))
            return 400, {}, "not a request of Slack\n"
        return response.status, dict(response.first_headers_without_set_cookie()), response.body

    return receive


def _is_signed(verifier: SignatureVerifier, body: str, headers: Mapping[str, str]) -> bool:
    stamp, signature = headers.get(_TIMESTAMP, ""), headers.get(_SIGNATURE, "")
    is_moment = stamp.isascii() and stamp.isdecimal() and len(stamp) <= _TIMESTAMP_DIGITS_MAX
    return is_moment and signature.isascii() and verifier.is_valid(body, stamp, signature)
