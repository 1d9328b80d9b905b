"""Slack's refusals in our words: what kind of failure it was, and what a person can do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import (
    BotError,
    ForbiddenError,
    PermanentError,
    RateLimitedError,
    SignedOutError,
    UnavailableError,
    UnseenError,
)

# Slack itself says of these that part of the work may have been done (docs.slack.dev, errors of
# chat.postMessage, read 2026-11-20).
_PERHAPS_DONE: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
)
_FORM_TOO_LATE: Final = "Slack gives 3 s to open a form, and the bot was slower. Press again."
# What a person can do, by Slack's error code.
FIXES: Final[Mapping[str, str]] = {
    "not_in_channel": "Invite the bot: /invite in that channel.",
    "channel_not_found": "Check the channel id in the config, and invite the bot there.",
    "is_archived": "Unarchive the channel, or name another one in the config.",
    "missing_scope": "Reinstall the app from manifest.yml.",
    "invalid_auth": "Set SLACK_BOT_TOKEN to the app's current bot token.",
    "not_authed": "Set SLACK_BOT_TOKEN.",
    "token_revoked": "Reinstall the app and set SLACK_BOT_TOKEN.",
    "token_expired": "Set SLACK_BOT_TOKEN to the app's current bot token.",
    "account_inactive": "Reinstall the app and set SLACK_BOT_TOKEN.",
    "restricted_action": "Ask a workspace admin to let the app post there.",
    "msg_too_long": "Shorten the text in the templates folder.",
    "message_not_found": "The message was deleted; a new one will be posted.",
    "expired_trigger_id": _FORM_TOO_LATE,
    "invalid_trigger_id": _FORM_TOO_LATE,
    "exchanged_trigger_id": _FORM_TOO_LATE,
    "edit_window_closed": "The workspace forbids late edits; a new message will be posted.",
}
OPEN_SOCKET: Final = "apps.connections.open"  # the one method that takes another token
_FIX_OF_SOCKET: Final = (
    "Set SLACK_APP_TOKEN to an app-level token of this app with the scope connections:write."
)
_SIGNED_OUT: Final = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
)
_FORBIDDEN: Final = _SIGNED_OUT | {"missing_scope", "not_allowed_token_type"}
_SERVER_ERROR: Final = 500
_TOO_MANY: Final = 429
# What Slack documents as the usual wait where it names none.
_DEFAULT_WAIT: Final = timedelta(seconds=1)


@contextmanager
def translated(method: str) -> Iterator[None]:
    """Turn what the client raises into the errors of `ports.Messenger`.

    Args:
        method: Of Slack's Web API, for the text of the error.
    """
    try:
        yield
    except SlackApiError as error:
        raise _refusal(method, error.response) from error
    except aiohttp.ClientConnectorError as error:
        raise UnavailableError(f"Slack could not be reached for {method}.") from error
    except (aiohttp.ClientError, TimeoutError, SlackClientError, ValueError) as error:
        # ValueError: an answer that is no JSON, cut off on its way.
        raise UnseenError(f"Slack's answer to {method} was not seen.") from error
    except AttributeError as error:
        # A page of somebody between us and Slack, with 200: slack_sdk 3.47 asks the text for its
        # field `ok` (web/async_slack_response.py).
        raise UnseenError(f"Slack's answer to {method} was not seen.") from error


def _refusal(method: str, response: Any) -> BotError:  # noqa: ANN401  slack_sdk does not type it
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    code = _code(response)
    if status == _TOO_MANY or code in {"ratelimited", "rate_limited"}:
        wait = _retry_after(getattr(response, "headers", None) or {})
        return RateLimitedError(f"Slack asks to slow down {method}.", retry_after=wait)
    if status >= _SERVER_ERROR or code in _PERHAPS_DONE or not code:
        return UnseenError(f"Slack failed on {method} ({code or status}).")
    fix = FIXES.get(code, "See docs.slack.dev for this error.")
    if method == OPEN_SOCKET and code in _FORBIDDEN:
        fix = _FIX_OF_SOCKET
    return _kind(code)(f"Slack refused {method}: {code}. {fix}")


def _kind(code: str) -> type[PermanentError]:
    if code in _SIGNED_OUT:
        return SignedOutError
    return ForbiddenError if code in _FORBIDDEN else PermanentError


def _code(response: Any) -> str:  # noqa: ANN401  as above
    found = getattr(response, "data", response)
    return str(found.get("error") or "") if isinstance(found, Mapping) else ""


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    value = next((headers[name] for name in headers if name.lower() == "retry-after"), "")
    return timedelta(seconds=int(value)) if value.isdecimal() else _DEFAULT_WAIT
