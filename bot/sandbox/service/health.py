"""The service's health document: what its newest requests got, and what its switches say."""

import time
from collections.abc import Iterable, Sequence
from typing import Final

from bot.sandbox.service.failures import CONTENT_REASONS, Reason
from bot.sandbox.service.outcomes import Outcome
from bot.sandbox.service.pods import Switches

_SAMPLE: Final = 4  # newest requests that count: both ways it turns within about two seconds
_AGE_SECONDS: Final = 10.0  # older ones say nothing about now


def health(switches: Sequence[Switches], newest: Iterable[Outcome]) -> dict[str, object]:
    """Return the document of `GET /health`.

    Args:
        switches: Of the ready pods.
        newest: Outcomes, newest first.
    """
    sample = _sample(newest)
    idle = sum(pod.serves_placeholders for pod in switches)
    fallback = bool(switches) and idle == len(switches)
    status = _status(sample, switches)
    ideogram = {
        "status": _switched(switches) if fallback else status,
        "fallback": fallback,
        "pods": {"ready": len(switches), "fallback": idle},
        "requests": {"looked_at": len(sample), "failed": sum(o.kind == "error" for o in sample)},
        "reasons": sorted({o.reason for o in sample if o.reason is not None}),
    }
    return {"status": "degraded" if fallback else status, "services": {"ideogram": ideogram}}


def _sample(newest: Iterable[Outcome]) -> list[Outcome]:
    since = time.time() - _AGE_SECONDS
    sample: list[Outcome] = []
    for outcome in newest:
        if outcome.at < since or len(sample) == _SAMPLE:
            break
        if outcome.reason not in CONTENT_REASONS:
            sample.append(outcome)
    return sample


def _status(sample: Sequence[Outcome], switches: Sequence[Switches]) -> str:
    if not switches:
        return "down"
    errors = [outcome for outcome in sample if outcome.kind == "error"]
    if errors and len(errors) == len(sample):
        # Users who left while it was slow: it works, badly.
        return "degraded" if {o.reason for o in errors} == {Reason.GAVE_UP} else "down"
    return "degraded" if any(outcome.reason is not None for outcome in sample) else "ok"


def _switched(switches: Sequence[Switches]) -> str:
    return "fallback" if any(pod.fallback for pod in switches) else "disabled"
