"""The app as a whole: listeners fit Bolt, HTTP is handed through."""

import gc
import inspect
import json
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.signature import SignatureVerifier

from bot.domain.errors import PermanentError
from bot.slack.app import SlackApp, http_endpoint
from tests.slack.edge import SECRET, an_edge

BODY = "command=%2Fideogram&text=status&user_id=U0ANA&channel_id=C1&team_id=T1&trigger_id=7"


FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def signed(stamp=None, *, body=BODY, content_type=FORM):
    at = stamp or str(int(time.time()))  # noqa: TID251  Bolt compares with the real clock
    return {
        "Content-Type": content_type,
        "X-Slack-Signature": SignatureVerifier(SECRET).generate_signature(timestamp=at, body=body),
        "X-Slack-Request-Timestamp": at,
    }


async def test_a_signed_request_over_http_is_taken(edge):
    status, _, body = await http_endpoint(edge.app, SECRET)(BODY, signed())

    assert (status, body, edge.intake.keys) == (200, "", ["7"])


async def test_a_stale_or_unsigned_request_is_refused(edge):
    endpoint = http_endpoint(edge.app, SECRET)

    stale, _, _ = await endpoint(BODY, signed("1700000000"))
    unsigned, _, _ = await endpoint(BODY, {"Content-Type": "application/x-www-form-urlencoded"})

    assert (stale, unsigned, edge.intake.keys) == (401, 401, [])


@pytest.mark.parametrize("stamp", ["9" * 400, "9" * 5000, "soon", "1e9", "-5", "١٢٣", ""])
async def test_a_timestamp_that_is_no_moment_is_refused(edge, stamp):
    headers = signed() | {"X-Slack-Request-Timestamp": stamp}

    status, _, _ = await http_endpoint(edge.app, SECRET)(BODY, headers)

    assert (status, edge.intake.keys) == (401, [])


@pytest.mark.parametrize("signature", ["v0=é", "", "v0="])
async def test_a_signature_that_is_none_is_refused(edge, signature):
    headers = signed() | {"X-Slack-Signature": signature}

    status, _, _ = await http_endpoint(edge.app, SECRET)(BODY, headers)

    assert (status, edge.intake.keys) == (401, [])


GARBAGE = [
    ("{bad", JSON),
    ("[1]", JSON),
    ("7", JSON),
    ("payload={bad", FORM),
    ("payload=[1]", FORM),
]


@pytest.mark.parametrize(("body", "content_type"), GARBAGE)
async def test_garbage_is_refused_signed_or_not_and_is_no_failure_of_ours(edge, body, content_type):
    endpoint = http_endpoint(edge.app, SECRET)

    unsigned, _, _ = await endpoint(body, signed(content_type=content_type))
    own, _, _ = await endpoint(body, signed(body=body, content_type=content_type))

    assert (unsigned, own) == (401, 400)


MALFORMED = [
    {"type": "block_actions", "actions": []},
    {"type": "block_actions", "actions": None},
    {"type": "block_actions", "actions": {"a": 1}},
    {"type": "view_submission", "view": {"callback_id": "declare-form"}},
]


@pytest.mark.parametrize("payload", MALFORMED)
async def test_a_payload_of_no_known_shape_is_refused_and_is_no_failure_of_ours(edge, payload):
    body = urlencode({"payload": json.dumps(payload)})

    status, _, _ = await http_endpoint(edge.app, SECRET)(body, signed(body=body))

    assert status == 400


BUTTON = {"type": "button", "action_id": "press-x", "value": "{}"}
ODD = [
    {"type": "block_actions", "user": "x", "actions": [BUTTON]},
    {"type": "block_actions", "channel": "C1", "container": "c", "actions": [BUTTON]},
    {"type": "block_actions", "actions": [BUTTON | {"block_id": 7, "value": 5}]},
]


@pytest.mark.parametrize("payload", ODD)
async def test_an_odd_part_of_a_payload_is_read_as_none(edge, caplog, payload):
    body = urlencode({"payload": json.dumps(payload)})

    status, _, _ = await http_endpoint(edge.app, SECRET)(body, signed(body=body))
    await edge.listening.drain(timedelta(seconds=5))
    gc.collect()  # where asyncio would tell of a task whose exception nobody took

    assert (status, edge.intake.handled, caplog.records) == (200, [], [])


def test_a_token_in_the_environment_is_no_reason_to_warn(
    wire, messenger, clock, monkeypatch, caplog
):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")

    app = an_edge(wire.url, messenger, clock).app

    assert caplog.records == []
    assert (app.client.token, app.client.base_url) == ("xoxb-test", f"{wire.url}api/")


async def test_a_failure_after_the_ack_leaves_nothing_behind_in_bolt(edge, caplog):
    edge.intake.fails_with = RuntimeError("boom")

    await edge.command("status")
    gc.collect()  # where asyncio would tell of a task whose exception nobody took

    assert [one.message for one in caplog.records] == []


def test_listeners_take_only_what_bolt_knows():
    listener = SlackApp.said(None, None)

    assert set(inspect.signature(listener).parameters) <= set(AsyncArgs.__annotations__)


async def test_a_failure_right_after_the_ack_does_not_take_it_back(edge):
    edge.intake.fails_with = PermanentError("no")

    assert (await edge.command("status")).status == 200
