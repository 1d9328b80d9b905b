"""What the pretend Slack is made of: people, channels, calls, deliveries, limits, refusals."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """A refusal with the code that Slack would answer.

    Args:
        code: Slack's `error`, for example `channel_not_found`.
        messages: Details for `response_metadata.messages`, each with its JSON pointer.
        extra: Further fields of the answer, for example `needed` of `missing_scope`.
    """

    def __init__(self, code: str, *messages: str, extra: Json | None = None) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = messages
        self.extra = extra or {}

    def answer(self) -> Json:
        """Return the body of the answer."""
        body: Json = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["errors"] = list(self.messages)
            body["response_metadata"] = {"messages": [f"[ERROR] {text}" for text in self.messages]}
        return body


@dataclass(frozen=True, slots=True)
class User:
    """A person of the workspace (or the bot's own user)."""

    id: str
    name: str
    real_name: str
    tz: str


@dataclass(slots=True)
class Channel:
    """A conversation and everything in it; `messages` is keyed by ts, oldest first."""

    id: str
    name: str
    members: set[str]
    is_im: bool = False
    is_archived: bool = False
    topic: str = ""
    messages: dict[str, Json] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """One Web API call; `arguments` have Python's types, `at` is Unix seconds."""

    method: str
    arguments: Json
    ok: bool
    error: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of something a person did.

    `error` without `acked` is what Slack shows the person: `operation_timeout` (no ack in time),
    `dispatch_failed` (nobody there), `http_client_error`, `http_service_error`, or why nothing was
    sent at all (`no_such_element`, ...; then `payload` is empty). `error` with `acked` means that
    the ack's own payload was refused.
    """

    acked: bool
    seconds: float
    response: Json | None
    error: str | None
    payload: Json


@dataclass(frozen=True, slots=True)
class Limits:
    """Slack's periods and counts (docs.slack.dev, handling-user-interaction, read 2026-11-20)."""

    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    response_url_seconds: float = 1800.0
    response_url_uses: int = 5
    sockets: int = 10
    view_stack: int = 3
