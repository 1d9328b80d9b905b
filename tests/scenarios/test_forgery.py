"""Requests that Slack did not sign: refused, never a failure of ours."""

import hashlib
import hmac
import time
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio

from tests.scenarios.seeing import ANA
from tests.scenarios.story import INCIDENTS, a_story

pytestmark = pytest.mark.asyncio(loop_scope="module")
COMMAND = {"command": "/ideogram", "text": "triage", "user_id": ANA, "channel_id": INCIDENTS}
STALE_SECONDS = 600  # Slack's own advice is to refuse what is older than five minutes


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listening(tmp_path_factory):
    async with a_story(tmp_path_factory.mktemp("forgery"), transport="http") as opened:
        yield opened


def _signed(secret: str, stamp: str, body: str) -> dict[str, str]:
    base = f"v0:{stamp}:{body}".encode()
    signature = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


async def _status(story, headers: dict[str, str], body: bytes | str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(story.slack.events_url, data=body, headers=headers) as answer,
    ):
        assert "Traceback" not in await answer.text()
        return answer.status


def _heard(story) -> list:
    return [*story.said(), *story.slack.ephemerals(ANA)]


async def test_a_forged_signature_is_refused(listening):
    before = _heard(listening)
    headers = _signed("not the secret", str(int(time.time())), urlencode(COMMAND))  # noqa: TID251  the bot compares with the real time

    assert await _status(listening, headers, urlencode(COMMAND)) == 401
    assert _heard(listening) == before


async def test_a_stale_signature_is_refused(listening):
    before = _heard(listening)
    stamp = str(int(time.time()) - STALE_SECONDS)  # noqa: TID251  as above
    headers = _signed(listening.slack.signing_secret, stamp, urlencode(COMMAND))

    assert await _status(listening, headers, urlencode(COMMAND)) == 401
    assert _heard(listening) == before


@pytest.mark.parametrize("stamp", ["", "soon", "1e9", "-1", "9" * 400, "٣٤٥"])
async def test_a_garbage_timestamp_is_refused_and_breaks_nothing(listening, stamp):
    before = _heard(listening)
    headers = _signed(listening.slack.signing_secret, stamp, urlencode(COMMAND))
    raw = {name: value.encode().decode("latin-1") for name, value in headers.items()}

    assert await _status(listening, raw, urlencode(COMMAND)) in {400, 401}
    assert _heard(listening) == before


async def test_without_any_signature_it_is_refused(listening):
    assert await _status(listening, {}, urlencode(COMMAND)) in {400, 401}


async def test_bytes_that_are_no_text_are_refused(listening):
    stamp = str(int(time.time()))  # noqa: TID251  as above
    headers = _signed(listening.slack.signing_secret, stamp, "x")

    assert await _status(listening, headers, b"\xff\xfe\x00") in {400, 401}


@pytest.mark.parametrize("body", ["payload=%7Bno", "payload=[]", "{", "", "payload=null"])
async def test_a_forged_body_that_makes_no_sense_is_refused(listening, body):
    stamp = str(int(time.time()))  # noqa: TID251  as above
    headers = _signed("not the secret", stamp, body)

    assert await _status(listening, headers, body) in {400, 401}


async def test_the_real_one_gets_through(listening):
    await listening.run("help")

    await listening.hears("Is it them or us?")
