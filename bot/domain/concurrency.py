"""The arithmetic of requests in flight."""

from typing import Final

from bot.domain.service import ConcurrencySwitch

# Requests in flight that Ideogram allows by default.
# Source: https://developer.ideogram.ai, rate limits, read 2026-11-16.
INFLIGHT_LIMIT: Final = 10


def next_step(switch: ConcurrencySwitch, current: int) -> int | None:
    """Pick the next value down; None when there is none."""
    return next((step for step in switch.reduced if step < current), None)


def excess(
    switch: ConcurrencySwitch, value: int, pods: int, surge: int, limit: int | None
) -> str | None:
    """Say when a value still is too much for the limit, with the sum and what would fit.

    Args:
        switch: Tells whether the value counts for each pod.
        value: Requests in flight, to be set.
        pods: Wanted number of pods.
        surge: Pods that a rollout may add.
        limit: As Ideogram named it; None means the usual one.
    """
    allowed = INFLIGHT_LIMIT if limit is None else limit
    if not switch.per_pod:
        return f"{value} exceeds the limit {allowed}." if value > allowed else None
    most = pods + surge
    if value * most <= allowed:
        return None
    fits = allowed // most
    advice = f"choose {fits}" if fits else f"at most {allowed} pods fit"
    return f"{most} pods × {value} = {value * most}, limit {allowed}: {advice}."  # noqa: RUF001  people read it
