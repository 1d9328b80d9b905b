"""Traffic in one line, for a row of evidence."""

from collections.abc import Iterator
from typing import Final

from bot.domain.answer import AnswerClass
from bot.domain.observation import ago, took
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Signs, Traffic

_ANSWERS: Final = {
    AnswerClass.SERVER_ERROR: "5xx",
    AnswerClass.TIMED_OUT: "timed out",
    AnswerClass.NO_ANSWER: "no answer",
    AnswerClass.DENIED: "401",
    AnswerClass.PLAN: "403",
    AnswerClass.UNFUNDED: "402",
    AnswerClass.RATE_LIMITED: "429",
    AnswerClass.BAD_REQUEST: "malformed",
}


def in_words(traffic: Traffic, limits: Thresholds) -> str:
    """Say what users got: `338 of 340 requests failed in 5 min: 338 5xx, P95 41.0 s`."""
    return ", ".join(_parts(traffic, limits))


def _parts(traffic: Traffic, limits: Thresholds) -> Iterator[str]:
    signs = Signs(traffic, limits)
    if traffic.requests:
        yield _requests(traffic)
        yield from _beside_failures(signs)
    if traffic.lost:
        expired = f", {traffic.expired} by expired links" if traffic.expired else ""
        yield f"{traffic.lost} of {traffic.downloads} downloads failed{expired}"
    if traffic.download_p95 is not None and traffic.download_p95 > limits.slow_download_after:
        yield f"downloads P95 {took(traffic.download_p95)}"
    if traffic.balance_usd is not None and signs.is_low:
        yield f"balance ${traffic.balance_usd:.2f}"


def _requests(traffic: Traffic) -> str:
    unsafe = traffic.count(AnswerClass.UNSAFE)
    if unsafe and not traffic.failed:
        return f"{unsafe} of {traffic.requests} requests refused as unsafe in {ago(traffic.window)}"
    counts = [(traffic.count(one), words) for one, words in _ANSWERS.items()]
    counts.append((traffic.unexplained, "for reasons not counted"))
    reasons = ", ".join(f"{count} {words}" for count, words in counts if count)
    said = f"{traffic.failed} of {traffic.requests} requests failed in {ago(traffic.window)}"
    return f"{said} ({reasons})" if reasons else said


def _beside_failures(signs: Signs) -> Iterator[str]:
    traffic = signs.traffic
    if traffic.in_a_row:
        yield f"{traffic.in_a_row} × 429 in a row"
    unsafe = traffic.count(AnswerClass.UNSAFE)
    if unsafe and traffic.failed:
        yield f"{unsafe / traffic.requests:.0%} refused as unsafe"
    if traffic.p95 is not None:
        yield f"P95 {took(traffic.p95)}"
