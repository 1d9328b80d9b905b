"""Signed HTTP: posts each payload to the bot's request URL and takes the answer as the ack.

docs.slack.dev, authentication/verifying-requests-from-slack, read 2026-11-20.
"""

import hashlib
import hmac
import json
import time
from http import HTTPStatus
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.model import Json


class NotDeliveredError(Exception):
    """The request URL refused or could not be reached; the text is what Slack shows."""


class HttpMode:
    """Posts to one request URL; `session` is closed by its owner."""

    def __init__(
        self, url: str, signing_secret: str, session: aiohttp.ClientSession, faults: Faults
    ) -> None:
        self._url = url
        self._signing_secret = signing_secret
        self._session = session
        self._faults = faults

    async def send(self, kind: str, payload: Json, retry: int = 0) -> Json | None:
        """Post one payload and return the JSON object of the answer, if it is one.

        Raises:
            NotDeliveredError: dispatch_failed, http_client_error, http_service_error.
        """
        body, content_type = _encoded(kind, payload)
        headers = {"Content-Type": content_type, **self._signature(body)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        if self._faults.is_cut:
            raise NotDeliveredError("dispatch_failed")
        try:
            async with self._session.post(self._url, data=body, headers=headers) as answer:
                text = await answer.text()
        except aiohttp.ClientError as error:
            raise NotDeliveredError("dispatch_failed") from error
        if answer.status != HTTPStatus.OK:
            family = "service" if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "client"
            raise NotDeliveredError(f"http_{family}_error")
        return _object(text)

    def _signature(self, body: str) -> dict[str, str]:
        # The bot compares with its own clock, so this is the real time even in a test's.
        now = str(int(time.time()))
        base = f"v0:{now}:{body}".encode()
        signed = hmac.new(self._signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={signed}"}


def _encoded(kind: str, payload: Json) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def _object(text: str) -> Json | None:
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text} if text.strip() else None
    return value if isinstance(value, dict) else None
