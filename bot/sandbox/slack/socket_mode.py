"""Socket Mode: hands each payload to one of the bot's WebSockets and waits for its ack.

docs.slack.dev, apis/events-api/using-socket-mode, read 2026-11-20. Real Slack retries only
events after a lost connection; here an envelope whose socket went away before the ack goes to the
next socket while the person still waits (3 s).
"""

import asyncio
import random
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.faults import Faults, broken
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.workspace import APP_ID


@dataclass(slots=True, eq=False)
class Socket:
    """One connection and the acks it owes, by envelope id; None is an ack that never comes."""

    request: web.Request
    stream: web.WebSocketResponse
    acks: dict[str, asyncio.Future[Json | None]] = field(default_factory=dict)


class SocketMode:
    """The bot's connections."""

    def __init__(self, core: Core, faults: Faults) -> None:
        self._core = core
        self._faults = faults
        self._sockets: list[Socket] = []
        self._arrival = asyncio.Event()

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Keep one connection from hello to its end."""
        if self._faults.is_cut:
            return broken(request)
        if request.query.get("ticket") not in self._core.links:
            return web.Response(status=401)
        self._core.links.discard(request.query["ticket"])
        stream = web.WebSocketResponse(timeout=1.0)
        await stream.prepare(request)
        if len(self._sockets) >= self._core.limits.sockets:
            await stream.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await stream.close()
            return stream
        socket = Socket(request, stream)
        self._sockets.append(socket)
        try:
            await stream.send_json(self._hello())
            self._arrival.set()
            await self._listen(socket)
        except ConnectionError:
            pass  # it went away while it was greeted: the same end as any other
        finally:
            self._leave(socket)
        return stream

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connections,
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    async def _listen(self, socket: Socket) -> None:
        async for received in socket.stream:
            if received.type is not WSMsgType.TEXT:
                continue
            answer = received.json()
            waiting = socket.acks.pop(answer.get("envelope_id", ""), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)

    def _leave(self, socket: Socket) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
        if not self._sockets:
            self._arrival.clear()
        for waiting in socket.acks.values():
            if not waiting.done():
                waiting.set_result(None)
        socket.acks.clear()

    async def send(self, kind: str, payload: Json, retry: int = 0) -> Json | None:
        """Hand over one payload and return what its ack carried.

        Waits for a connection, and for the ack, until its caller's timeout.

        Args:
            kind: slash_commands, interactive or events_api.
            payload: As the bot gets it.
            retry: 0 for the first delivery.
        """
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind == "slash_commands"
            or payload.get("type") == "view_submission",
        }
        while True:
            if retry or kind == "events_api":
                envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
            await self._arrival.wait()
            try:
                return await self._handed_over(random.choice(self._sockets), envelope)
            except ConnectionError:
                retry += 1
                await asyncio.sleep(0.01)  # the dying socket leaves the list in its own task

    async def _handed_over(self, socket: Socket, envelope: Json) -> Json | None:
        waiting: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        socket.acks[envelope["envelope_id"]] = waiting
        try:
            await socket.stream.send_json(envelope)
            answer = await waiting
        finally:
            socket.acks.pop(envelope["envelope_id"], None)
        if answer is None:
            raise ConnectionResetError("The socket went away before its ack.")
        carried: Json | None = answer.get("payload")
        return carried

    def break_all(self) -> None:
        """Break every connection without a goodbye."""
        for socket in list(self._sockets):
            broken(socket.request)
            self._leave(socket)

    async def disconnect(self, reason: str) -> None:
        """Ask every connection to come again: `warning`, `refresh_requested`, `link_disabled`."""
        for socket in list(self._sockets):
            await socket.stream.send_json({"type": "disconnect", "reason": reason})

    async def close(self) -> None:
        """Say goodbye to every connection."""
        for socket in list(self._sockets):
            await socket.stream.close()
