"""The whole Slack edge before a recording Slack, spoken to by signed requests."""

import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.domain.draft import Seen
from bot.domain.errors import UnavailableError
from bot.domain.ids import DeliveryKey, IncidentId, TriageId
from bot.domain.message import Answer, AnswerKind, TriageCard
from bot.domain.mitigation import MitigationRun
from bot.domain.probe import ProbeResult
from bot.domain.request import Request
from bot.domain.severity import Severity
from bot.ports import Answers
from bot.slack.actions import Actions
from bot.slack.app import SlackApp
from bot.slack.commands import Commands
from bot.slack.forms import Forms, Lookup
from bot.slack.listening import Intake, Listening
from bot.slack.stale_updates import StaleUpdates
from bot.slack.submissions import Submissions
from tests.builders import a_service, an_incident
from tests.sayings import SICK, WORDS, a_card

SECRET = "s3cret"


@dataclass
class FakeIntake(Intake):
    """Remembers keys; handles by answering, or as told."""

    keys: list[DeliveryKey] = field(default_factory=list)
    handled: list[tuple[DeliveryKey | None, Request]] = field(default_factory=list)
    is_away: bool = False
    fails_with: Exception | None = None

    async def receive(self, key: DeliveryKey, request: Request) -> bool:
        if self.is_away:
            raise UnavailableError("no database")
        is_new = key not in self.keys
        self.keys.append(key)
        return is_new

    async def handle(self, key: DeliveryKey | None, request: Request, answer: Answers) -> None:
        self.handled.append((key, request))
        if self.fails_with is not None:
            raise self.fails_with
        await answer(Answer(AnswerKind.DONE, text="handled"))

    @property
    def request(self) -> Request:
        (only,) = self.handled
        return only[1]


@dataclass
class FakeLookup(Lookup):
    """Knows one incident and one triage."""

    fails_with: Exception | None = None
    results: tuple[ProbeResult, ...] = SICK
    mitigation: MitigationRun | None = None
    changes: dict[str, Any] = field(default_factory=dict)  # of the incident, since it was declared
    standing: tuple[MitigationRun, ...] = ()

    async def incident(self, incident_id: IncidentId | None) -> Seen:
        if self.fails_with is not None:
            raise self.fails_with
        incident = an_incident(id=incident_id or IncidentId(42), **self.changes)
        return Seen(incident, mitigation=self.mitigation, standing=self.standing)

    async def triage(self, triage_id: TriageId) -> TriageCard:
        return a_card(triage_id=triage_id, results=self.results)


@dataclass
class Edge:
    """The app, what stands behind it, and how Slack speaks to it."""

    app: AsyncApp
    intake: FakeIntake
    lookup: FakeLookup
    listening: Listening
    url: str

    async def command(self, text: str, **fields: str) -> BoltResponse:
        body = {
            "command": "/ideogram",
            "text": text,
            "user_id": "U0ANA",
            "channel_id": "C0INCIDENTS",
            "team_id": "T1",
            "trigger_id": "1.2",
            "response_url": f"{self.url}api/response_url",
        }
        return await self.send(urlencode(body | fields))

    async def press(self, value: str, *, block: str = "actions/1/ideogram-service", **more: Any):
        action = {"type": "button", "action_id": "press-x", "block_id": block, "value": value}
        payload = {
            "type": "block_actions",
            "container": {"channel_id": "C0INCIDENTS", "message_ts": "1.1"},
            "channel": {"id": "C0INCIDENTS"},
            "response_url": f"{self.url}api/response_url",
            "actions": [action],
        }
        return await self.interact(payload | more)

    async def submit(self, form: str, values: dict[str, str], **more: Any) -> BoltResponse:
        state = {name: {name: _element(name, value)} for name, value in values.items()}
        view = {
            "type": "modal",
            "callback_id": form,
            "private_metadata": '{"c":"C0INCIDENTS","t":null,"i":42}',
            "blocks": [{"type": "input", "block_id": name} for name in values],
            "state": {"values": state},
        }
        return await self.interact({"type": "view_submission", "view": view | more})

    async def interact(self, payload: dict[str, Any]) -> BoltResponse:
        people = {"user": {"id": "U0ANA"}, "team": {"id": "T1"}, "trigger_id": "1.2"}
        return await self.send(urlencode({"payload": json.dumps(people | payload)}))

    async def send(self, body: str, secret: str = SECRET) -> BoltResponse:
        stamp = str(int(time.time()))  # noqa: TID251  Bolt compares with the real clock
        signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-signature": signature or "",
            "x-slack-request-timestamp": stamp,
        }
        response = await self.app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
        await self.listening.drain(timedelta(seconds=5))
        return response


def _element(name: str, value: str) -> dict[str, Any]:
    if name in {"severity", "status", "next", "service"}:
        return {"type": "static_select", "selected_option": {"value": value}}
    return {"type": "plain_text_input", "value": value}


def an_edge(url, messenger, clock) -> Edge:
    intake, lookup, services = FakeIntake(), FakeLookup(), [a_service(), a_service(name="other")]
    listening = Listening(
        intake=intake, messenger=messenger, session=messenger.session, words=WORDS, clock=clock
    )
    names = [service.name for service in services]
    forms = Forms(client=messenger.client, lookup=lookup, words=WORDS, services=names)
    every = {Severity.P1: timedelta(minutes=30)}
    slack = SlackApp(
        client=messenger.client,
        signing_secret=SECRET,
        listening=listening,
        commands=Commands(listening=listening, forms=forms, services=services),
        actions=Actions(listening=listening, forms=forms),
        submissions=Submissions(
            listening=listening,
            words=WORDS,
            update_every=every,
            stale=StaleUpdates(lookup=lookup, words=WORDS),
        ),
    )
    return Edge(slack.build(), intake, lookup, listening, url)
