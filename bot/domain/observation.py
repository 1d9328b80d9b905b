"""What was seen of one exchange, in few words and as the result of a canary."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.domain import facts
from bot.domain.answer import AnswerClass, ApiKey, Exchange, Failure, Phase
from bot.domain.classes import classify, error_text, max_inflight, reject_reason
from bot.domain.cleaning import cleaned
from bot.domain.evidence import traced
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.thresholds import SLOW_AFTER

_SAID_MAX_CHARS: Final = 80
_FIRST_ERROR: Final = 400
_ONE_TENTH: Final = timedelta(milliseconds=95)  # from here on 0.1 s, rounded
_NOTICED: Final = timedelta(seconds=1)  # a phase that takes longer is worth a word

_ENDS: Final = {
    Failure.TIMED_OUT: "no answer in {took}, waited for {wait}",
    Failure.DNS: "name not resolved",
    Failure.REFUSED: "refused at connect",
    Failure.TLS: "TLS failed",
    Failure.BROKEN: "connection broke after {took}",
}
_WAITS: Final = {
    Phase.DNS: "the resolver",
    Phase.CONNECT: "the connection",
    Phase.TLS: "TLS",
    Phase.FIRST_BYTE: "the first byte",
    Phase.BODY: "the rest",
}
_PARTS: Final = {
    Phase.DNS: "DNS",
    Phase.CONNECT: "connecting",
    Phase.TLS: "TLS",
    Phase.FIRST_BYTE: "waiting for the first byte",
    Phase.BODY: "reading the rest",
}


def took(duration: timedelta) -> str:
    """Write a duration of seconds or less: `0.4 s`, `18 ms`."""
    if duration < _ONE_TENTH:
        return f"{duration / timedelta(milliseconds=1):.0f} ms"
    return f"{duration.total_seconds():.1f} s"


def ago(duration: timedelta) -> str:
    """Write an age in its largest unit: `40 s`, `12 min`, `5 h`, `3 d`."""
    minutes = max(int(duration / timedelta(minutes=1)), 0)
    if not minutes:
        return f"{max(int(duration.total_seconds()), 0)} s"
    if minutes < 60:  # noqa: PLR2004  minutes of an hour
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"  # noqa: PLR2004  two days


def one_line(text: str, key: ApiKey | None = None) -> str:
    """Make foreign text fit for a line: no breaks or control characters, no secret, cut.

    Args:
        text: As it came.
        key: With which was asked; cut out should the text repeat it.
    """
    return shortened(cleaned(text, key))


def shortened(text: str) -> str:
    """Fit text that holds no secret into a line: no breaks or control characters, cut."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    words = " ".join(printable.split())
    return words if len(words) <= _SAID_MAX_CHARS else words[: _SAID_MAX_CHARS - 1] + "…"


def slow_part(exchange: Exchange, *, paid: bool = False) -> str | None:
    """Say which phase cost a noticeable time, and how much: `3.0 s of it DNS`; None for none.

    Args:
        exchange: The one to look at.
        paid: An image was asked for; until its first byte it is made, which takes its time.
    """
    noticed = [
        (lasted, phase)
        for phase, lasted in exchange.phases
        if lasted >= _NOTICED and not (paid and phase is Phase.FIRST_BYTE)
    ]
    if not noticed:
        return None
    lasted, phase = max(noticed)
    return f"{took(lasted)} of it {_PARTS[phase]}"


def in_time(exchange: Exchange, *, paid: bool = False) -> str:
    """Write how long an exchange took, and its slow phase: `3.4 s, 3.0 s of it DNS`."""
    found = slow_part(exchange, paid=paid)
    return took(exchange.latency) + (f", {found}" if found else "")


def happened(exchange: Exchange, *, paid: bool = False) -> str:
    """Say how an exchange ended: `503 in 0.4 s`, `refused at connect`."""
    if exchange.failure is None:
        return f"{exchange.status} in {in_time(exchange, paid=paid)}"
    words = _ENDS[exchange.failure]
    return words.format(took=took(exchange.latency), wait=_WAITS[exchange.phase])


def happened_and_said(exchange: Exchange, key: ApiKey, *, paid: bool = False) -> str:
    """Say how an exchange ended, and the other side's own words where it sent some.

    Args:
        exchange: As it was seen.
        key: With which was asked.
        paid: An image was asked for.
    """
    said = reject_reason(exchange.body) or error_text(exchange.body)
    ended = happened(exchange, paid=paid)
    return f"{ended}: {one_line(said, key)}" if said else ended


def slow_phase(exchange: Exchange) -> str | None:
    """Name the phase that took longest; the last one begun when that never ended."""
    if exchange.failure is Failure.TIMED_OUT:
        return exchange.phase.value
    longest = max(exchange.phases, key=lambda one: one[1], default=None)
    return None if longest is None else longest[0].value


def cost(exchange: Exchange, price: Decimal) -> Decimal:
    """Tell what a paid request counts against the day (diagnosis.md section 5).

    Nothing when it did not leave or was answered by a 4xx or 5xx. A timeout or a break after
    sending counts in full: an image may have been made.
    """
    refused = exchange.status is not None and exchange.status >= _FIRST_ERROR
    return Decimal(0) if refused or not exchange.sent else price


def canary_result(
    kind: ProbeKind,
    exchange: Exchange,
    *,
    key: ApiKey,
    price: Decimal,
    at: datetime,
    slow_after: timedelta = SLOW_AFTER,
) -> ProbeResult:
    """Judge the answer to a generation request; an image that took too long is unhealthy."""
    answer = classify(exchange)
    has_image = answer is AnswerClass.IMAGE
    is_healthy = has_image and exchange.latency <= slow_after
    result = ProbeResult(
        kind=kind,
        outcome=Outcome.HEALTHY if is_healthy else Outcome.UNHEALTHY,
        detail=_canary_detail(answer, exchange, key),
        measured_at=at,
        latency=exchange.latency,
        status=exchange.status,
        answer=answer,
        answered=exchange.status is not None,
        cost=cost(exchange, price),
        request_id=exchange.request_id,
        facts=_canary_facts(exchange, key),
    )
    return traced(result, exchange, key=key, paid=True)


def _canary_detail(answer: AnswerClass, exchange: Exchange, key: ApiKey) -> str:
    if answer is AnswerClass.IMAGE:
        return f"image in {in_time(exchange, paid=True)}"
    said = happened_and_said(exchange, key, paid=True)
    is_2xx = exchange.failure is None and cost(exchange, Decimal(1)) > 0
    return f"{said}, no image" if is_2xx else said


def _canary_facts(exchange: Exchange, key: ApiKey) -> dict[str, str | int | None]:
    found: dict[str, str | int | None] = {
        facts.KEY: key.fingerprint,
        facts.KEY_SOURCE: key.source,
        facts.SLOW_PHASE: slow_phase(exchange),
        facts.SLOW_PART: slow_part(exchange, paid=True),
        facts.PHASE: None if exchange.failure is None else exchange.phase.value,
        facts.MAX_INFLIGHT: max_inflight(exchange.body),
    }
    return {name: value for name, value in found.items() if value is not None}
