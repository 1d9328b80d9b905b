"""A recording Slack on loopback: it answers as told and checks every payload it gets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.listener import Listener
from tests.slack_limits import check_call

POSTED = {"ok": True, "channel": "C1", "ts": "1700000000.000100"}


@dataclass
class Wire:
    """What was called, and what is answered: per method, the last answer stays."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, Any] | str]]] = field(default_factory=dict)
    uploaded: list[bytes] = field(default_factory=list)

    def answer(self, method: str, body: dict[str, Any] | str, status: int = 200) -> None:
        self.answers.setdefault(method, []).append((status, body))

    def sent(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        check_call(method, {key: arguments[key] for key in arguments if key != "token"})
        self.calls.append((method, arguments))
        told = self.answers.get(method) or [(200, dict(POSTED))]
        status, body = told.pop(0) if len(told) > 1 else told[0]
        if body == "break" and request.transport is not None:
            request.transport.close()
            return web.Response()
        headers = {"Retry-After": "20"} if status == 429 else {}
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    async def take(self, request: web.Request) -> web.Response:
        self.uploaded.append(await request.read())
        return web.Response(text="OK")


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        found: dict[str, Any] = await request.json()
        return found
    given = {**request.query, **(await request.post())}
    return {key: _python(key, str(value)) for key, value in given.items()}


def _python(name: str, value: str) -> Any:
    if name in {"include_all_metadata", "inclusive"}:
        return value == "1"
    if name in {"limit", "length"}:
        return int(value)
    return json.loads(value) if name == "files" else value


@asynccontextmanager
async def recording_slack() -> AsyncIterator[Wire]:
    wire = Wire()
    app = web.Application()
    app.router.add_post("/upload", wire.take)
    app.router.add_route("*", "/api/{method}", wire.handle)
    async with Listener(app) as listener:
        wire.url = f"{listener.url}/"
        yield wire
