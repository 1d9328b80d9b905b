"""Judging our own rollout while it goes on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.mitigation import MitigationRun
from bot.domain.patch import is_ours
from bot.domain.press import duration_text
from bot.domain.workload import Deployment, Pod, rollout

STUCK_AFTER: Final = timedelta(minutes=5)  # without one more ready pod (mitigations.md section 2)


@dataclass(frozen=True, slots=True)
class Watched:
    """One look at our rollout.

    Attributes:
        run: With the numbers now seen.
        failed: Why it will not end by itself; empty while it may.
    """

    run: MitigationRun
    done: bool = False
    failed: str = ""
    replaced: bool = False


def watched(
    run: MitigationRun,
    deployment: Deployment,
    at: datetime,
    stuck_after: timedelta = STUCK_AFTER,
) -> Watched:
    """Judge one look at the Deployment of a mitigation that is being watched."""
    if not is_ours(run, deployment):
        return Watched(run, replaced=True)
    # Scaling moves the generation beyond that of our patch; its rollout is the one to watch then.
    newest = max(run.generation or 0, deployment.generation)
    seen = rollout(deployment, newest, since=run.applied_at)
    ready = new_ready(deployment) if seen.updated else 0
    numbers = replace(run, ready_seen=ready, updated_seen=seen.updated, replicas=seen.replicas)
    if ready > run.ready_seen:
        numbers = replace(numbers, progress_at=at)
    return Watched(
        numbers, done=seen.done, failed=seen.failed or too_long(numbers, at, stuck_after)
    )


def too_long(run: MitigationRun, at: datetime, stuck_after: timedelta = STUCK_AFTER) -> str:
    """Say when no more pods became ready for too long; empty before."""
    since = run.progress_at or run.applied_at or run.pressed_at
    waited = duration_text(stuck_after)
    return f"no more pods ready for {waited}" if at - since >= stuck_after else ""


def new_ready(deployment: Deployment) -> int:
    """Count the ready pods of the newest template, taking all old pods for ready."""
    old = max(0, deployment.total - deployment.updated)
    return max(0, min(deployment.updated, deployment.ready - old))


def reasons(pods: Sequence[Pod]) -> str:
    """Say why pods are not ready, most frequent first: `ImagePullBackOff (2 pods)`."""
    counted = Counter(pod.reason or "not ready" for pod in pods if not pod.ready)
    return ", ".join(
        f"{reason} ({count} pod{'s' if count > 1 else ''})"
        for reason, count in counted.most_common()
    )
