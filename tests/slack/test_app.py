"""The app as a whole: listeners fit Bolt, HTTP is handed through."""

import inspect
import time

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.signature import SignatureVerifier

from bot.slack.app import SlackApp, http_endpoint
from tests.slack.edge import SECRET

BODY = "command=%2Fideogram&text=status&user_id=U0ANA&channel_id=C1&team_id=T1&trigger_id=7"


def signed(stamp=None):
    at = stamp or str(int(time.time()))  # noqa: TID251  Bolt compares with the real clock
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Signature": SignatureVerifier(SECRET).generate_signature(timestamp=at, body=BODY),
        "X-Slack-Request-Timestamp": at,
    }


async def test_a_signed_request_over_http_is_taken(edge):
    status, _, body = await http_endpoint(edge.app)(BODY, signed())

    assert (status, body, edge.intake.keys) == (200, "", ["7"])


async def test_a_stale_or_unsigned_request_is_refused(edge):
    endpoint = http_endpoint(edge.app)

    stale, _, _ = await endpoint(BODY, signed("1700000000"))
    unsigned, _, _ = await endpoint(BODY, {"Content-Type": "application/x-www-form-urlencoded"})

    assert (stale, unsigned, edge.intake.keys) == (401, 401, [])


def test_listeners_take_only_what_bolt_knows():
    known = set(AsyncArgs.__annotations__) | {"error"}  # error: of the error handler only

    listener = SlackApp.said(None, None)
    for function in (listener, SlackApp.failed):
        names = set(inspect.signature(function).parameters) - {"self"}
        assert names <= known
