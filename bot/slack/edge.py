"""The Slack edge joined: what speaks, what listens, and the two ways in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from bot.domain.service import Service
from bot.domain.severity import Severity
from bot.ports import Clock, Words
from bot.slack.actions import Actions
from bot.slack.app import Endpoint, SlackApp, http_endpoint
from bot.slack.commands import Commands
from bot.slack.credentials import Credentials
from bot.slack.forms import Forms, Lookup
from bot.slack.listening import Intake, Listening
from bot.slack.messenger import SlackMessenger, web_client
from bot.slack.socket import SocketMode
from bot.slack.stale_updates import StaleUpdates
from bot.slack.submissions import Submissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """What the bot speaks through."""

    credentials: Credentials
    api_url: str
    session: aiohttp.ClientSession
    words: Words
    clock: Clock

    def messenger(self) -> SlackMessenger:
        """Make the messenger."""
        client = web_client(self.credentials.bot_token, self.api_url, self.session)
        return SlackMessenger(
            client=client, session=self.session, words=self.words, clock=self.clock
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways in: exactly one of socket and endpoint is there."""

    listening: Listening
    socket: SocketMode | None
    endpoint: Endpoint | None


def ways_in(
    speaking: Speaking,
    messenger: SlackMessenger,
    intake: Intake,
    lookup: Lookup,
    services: Sequence[Service],
    *,
    update_every: Mapping[Severity, timedelta],
) -> Ways:
    """Join listeners and transport; only inside a running loop."""
    client, words = messenger.client, speaking.words
    listening = Listening(
        intake=intake,
        messenger=messenger,
        session=speaking.session,
        words=words,
        clock=speaking.clock,
    )
    names = [one.name for one in services]
    forms = Forms(client=client, lookup=lookup, words=words, services=names)
    app = SlackApp(
        client=client,
        signing_secret=speaking.credentials.signing_secret,
        listening=listening,
        commands=Commands(listening=listening, forms=forms, services=services),
        actions=Actions(listening=listening, forms=forms),
        submissions=Submissions(
            listening=listening,
            words=words,
            update_every=update_every,
            stale=StaleUpdates(lookup=lookup, words=words),
        ),
    ).build()
    token, secret = speaking.credentials.app_token, speaking.credentials.signing_secret
    return Ways(
        listening=listening,
        socket=None if token is None else SocketMode(app=app, app_token=token),
        endpoint=None if token is not None or secret is None else http_endpoint(app, secret),
    )
