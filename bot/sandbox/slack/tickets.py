"""Short-lived permissions that Slack hands to an app: trigger ids and response URLs."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack.model import Limits, SlackError


@dataclass(slots=True)
class Trigger:
    """Allows one modal for one person; `view_id` when it came from inside a modal."""

    user_id: str
    view_id: str | None
    issued_at: float
    is_used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Allows a few answers to one interaction; `ts` names the message it came from, if any."""

    user_id: str
    channel_id: str
    ts: str | None
    issued_at: float
    uses: int = 0


class Tickets:
    """All triggers and response URLs ever issued; `now` gives Unix seconds."""

    def __init__(self, now: Callable[[], float], limits: Limits) -> None:
        self._now = now
        self._limits = limits
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user_id: str, view_id: str | None = None) -> str:
        """Issue a trigger id."""
        key = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[key] = Trigger(user_id, view_id, self._now())
        return key

    def use_trigger(self, key: str) -> Trigger:
        """Use up a trigger id.

        Raises:
            SlackError: invalid_trigger_id, expired_trigger_id (3 s), exchanged_trigger_id.
        """
        trigger = self._triggers.get(key)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.is_used:
            raise SlackError("exchanged_trigger_id")
        if self._now() - trigger.issued_at > self._limits.trigger_seconds:
            raise SlackError("expired_trigger_id")
        trigger.is_used = True
        return trigger

    def response_url(self, user_id: str, channel_id: str, ts: str | None = None) -> str:
        """Issue a response URL and return the last part of its path."""
        key = secrets.token_urlsafe(18)
        self._urls[key] = ResponseUrl(user_id, channel_id, ts, self._now())
        return key

    def use_response_url(self, key: str) -> ResponseUrl:
        """Use a response URL once.

        Raises:
            SlackError: invalid_url, expired_url (30 min), used_url (five uses).
        """
        found = self._urls.get(key)
        if found is None:
            raise SlackError("invalid_url")
        if self._now() - found.issued_at > self._limits.response_url_seconds:
            raise SlackError("expired_url")
        if found.uses >= self._limits.response_url_uses:
            raise SlackError("used_url")
        found.uses += 1
        return found
