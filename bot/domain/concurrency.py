"""The arithmetic of requests in flight."""

from typing import Final

from bot.domain.errors import GuardRefusedError
from bot.domain.mitigation import EnvChange
from bot.domain.patch import ALREADY, shown
from bot.domain.service import ConcurrencySwitch, Service
from bot.domain.workload import Container, Deployment

# Requests in flight that Ideogram allows by default.
# Source: https://developer.ideogram.ai, rate limits, read 2026-11-16.
INFLIGHT_LIMIT: Final = 10


def concurrency_of(service: Service) -> ConcurrencySwitch:
    """Look up the configured switch.

    Raises:
        GuardRefusedError: It is not configured.
    """
    if service.concurrency is None:
        raise GuardRefusedError("configured", "No concurrency switch is configured.")
    return service.concurrency


def current_value(switch: ConcurrencySwitch, container: Container) -> int:
    """Read the value now; where it is not set the service takes its normal one.

    Raises:
        GuardRefusedError: It is no number.
    """
    variable = container.variable(switch.env)
    if variable is None or variable.value is None:
        return switch.normal
    if not variable.value.isdecimal():
        found = shown(variable.value)[:40]
        raise GuardRefusedError("value", f"{switch.env} is “{found}”, not a number.")
    return int(variable.value)


def step_down(switch: ConcurrencySwitch, current: int) -> int:
    """Pick the next value down.

    Raises:
        GuardRefusedError: It is the smallest already.
    """
    step = next((one for one in switch.reduced if one < current), None)
    if step is None:
        raise GuardRefusedError(ALREADY, f"{switch.env} is {current}: there is no step below.")
    return step


def excess_warning(
    service: Service,
    deployment: Deployment,
    change: EnvChange,
    limit: int | None,
    *,
    advises: bool = True,
) -> tuple[str, ...]:
    """Warn when the value after a change still exceeds the limit, for a configured service.

    Args:
        service: Has the switch.
        deployment: Tells how many pods.
        change: To another value, or to none.
        limit: As Ideogram named it; None means the usual one.
        advises: Name the value that would fit; of no use to who goes back to the normal one.
    """
    if change.after is None or not change.after.isdecimal():
        return ()
    switch, value = concurrency_of(service), int(change.after)
    found = excess(switch, value, deployment.replicas, deployment.surge, limit)
    if found is None:
        return ()
    return (found if advises else f"{found.partition(': ')[0].rstrip('.')}.",)


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
    return f"{most} pods × {value} = {value * most}, limit {allowed}: {advice}."
