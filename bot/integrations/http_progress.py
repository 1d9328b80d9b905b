"""How far one request got: phases, told by the transport while it works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bot.domain.answer import Phase
from bot.ports import Clock

# Ends of the event names of httpcore 1.0 that begin a phase, https://www.encode.io/httpcore/extensions/
_BEGINS: Final = {
    "connect_tcp.started": Phase.CONNECT,
    "start_tls.started": Phase.TLS,
    "send_request_headers.started": Phase.FIRST_BYTE,
    "receive_response_body.started": Phase.BODY,
}


@dataclass(slots=True)
class Progress:
    """The phases of one request, by our clock.

    Attributes:
        phase: The last one begun.
        sent: Whether the request itself may have left.
        ended: Phases that ended, in order, with their durations.
    """

    clock: Clock
    started: timedelta
    begun: timedelta
    phase: Phase = Phase.DNS
    sent: bool = False
    ended: list[tuple[Phase, timedelta]] = field(default_factory=list)
    _in_handshake: Any = None

    @classmethod
    def start(cls, clock: Clock) -> "Progress":
        """Begin with the resolver."""
        now = clock.monotonic()
        return cls(clock=clock, started=now, begun=now)

    @property
    def latency(self) -> timedelta:
        """From the start until now."""
        return self.clock.monotonic() - self.started

    def begin(self, phase: Phase) -> None:
        """Go on to a phase; a second attempt at the same one prolongs it."""
        if phase is self.phase:
            return
        self.end()
        self.phase = phase

    def skip_to(self, phase: Phase) -> None:
        """Go on to a phase without having done the one before."""
        self.phase = phase
        self.begun = self.clock.monotonic()

    def end(self) -> None:
        """Close the phase that is under way."""
        now = self.clock.monotonic()
        self.ended.append((self.phase, now - self.begun))
        self.begun = now

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear an event of the transport."""
        if _is_tunnel(info):
            return
        for end, phase in _BEGINS.items():
            if event.endswith(end):
                self.begin(phase)
                self.sent = self.sent or phase is Phase.FIRST_BYTE
        if event.endswith("connect_tcp.complete"):
            self._in_handshake = info.get("return_value")
        elif event.endswith(("start_tls.complete", "send_request_headers.started")):
            self._in_handshake = None

    async def release(self) -> None:
        """Close a connection that was given up during its TLS handshake.

        httpcore 1.0 forgets it there when the request is cancelled, as our timeout does.
        """
        stream, self._in_handshake = self._in_handshake, None
        if stream is not None:
            await stream.aclose()


def _is_tunnel(info: Mapping[str, Any]) -> bool:
    # A proxy is asked by a request of its own; ours is not sent by that.
    return getattr(info.get("request"), "method", b"") == b"CONNECT"
