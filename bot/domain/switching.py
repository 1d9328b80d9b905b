"""What the mitigations of a switch have in common: which value, and what health says of it."""

from collections.abc import Sequence
from typing import Final

from bot.domain.answer import Exchange
from bot.domain.errors import GuardRefusedError
from bot.domain.health import HealthState, read_health
from bot.domain.mitigation import Effect, EffectState, EnvChange, MitigationRun
from bot.domain.observation import one_line
from bot.domain.patch import ALREADY, changed, value_of
from bot.domain.service import Service, Switch, SwitchName
from bot.domain.workload import Container

NO_HEALTH: Final = "health is not visible (no health_url configured)"
NO_PATH: Final = "a status code does not tell of fallback (no health_path configured)"


def switch_of(service: Service, name: SwitchName) -> Switch:
    """Look up a configured switch.

    Raises:
        GuardRefusedError: It is not configured.
    """
    found = service.switches.get(name)
    if found is None:
        raise GuardRefusedError("configured", f"No {name} switch is configured.")
    return found


def ended(
    container: Container, name: str, normal: str, in_force: Sequence[MitigationRun]
) -> EnvChange:
    """Describe ending everything in force on a variable.

    Args:
        container: As just read.
        name: Of the variable.
        normal: Its value in normal times, as configured.
        in_force: Mitigations on this Deployment that were not undone, oldest first.

    Raises:
        GuardRefusedError: There is nothing to end, or the value comes from a reference.
    """
    if container.variable(name) is None:
        raise GuardRefusedError(ALREADY, f"{name} is not set: nothing to end.")
    ours = [change for run in in_force for change in run.before if change.name == name]
    return changed(container, name, _before(ours, value_of(container, name), normal))


def _before(changes: Sequence[EnvChange], value: str | None, normal: str) -> str | None:
    """Follow a value back to what it was before the oldest of our changes that led to it.

    What somebody wrote in between broke the chain: older before-images are out of date. A value
    that none of our changes led to becomes the normal one.
    """
    found: str | None = normal
    for change in reversed(changes):
        if change.after != value:
            break
        found = value = change.before
    return found


def judged(
    service: Service, answer: Exchange, promised: HealthState, bad: frozenset[HealthState]
) -> Effect:
    """Judge one look at the service's health.

    Args:
        service: Says how its health document reads.
        answer: Of its health URL.
        promised: The state that the mitigation promises.
        bad: States in which it made matters worse.
    """
    health = read_health(answer, service.health_path, service.health_values)
    detail = f"health says {one_line(health.said)}"
    if health.state is promised:
        return Effect(EffectState.EFFECTIVE, detail)
    if health.state is HealthState.UNKNOWN:
        return Effect(EffectState.UNSEEN, detail)
    state = EffectState.WORSE if health.state in bad else EffectState.PENDING
    return Effect(state, detail)
