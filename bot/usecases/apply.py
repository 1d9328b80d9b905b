"""Bring a pressed mitigation onto the Deployment: one patch with effect, whatever breaks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.errors import ConflictError, PermanentError, TemporaryError
from bot.domain.mitigation import MitigationKind, MitigationRun, State
from bot.domain.patch import MITIGATION, change_cause, conflict_pause, env_patch
from bot.domain.press import ended_by, moved
from bot.domain.service import Service
from bot.domain.timeline import EventKind
from bot.domain.workload import Container, Deployment
from bot.ports import Clock, Cluster, Mitigation, UnitOfWork
from bot.usecases import traces
from bot.usecases.finish import Finish
from bot.usecases.guard import target_of
from bot.usecases.work import Work

log = structlog.get_logger()

SENDS: Final = 5
SEND_WITHIN: Final = timedelta(minutes=2)  # of the press; later a person has to decide anew
LOOK_WITHIN: Final = timedelta(minutes=10)  # for what became of a patch whose answer was not seen
LOOK_EVERY: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Drives a run from *pressed* to *watching* or *stopped*.

    Before every send the Deployment is read. Carries it our annotation, the patch took effect;
    is its container as in the preview, the patch is sent with the resourceVersion just read;
    else nothing is sent. So a crash, a lost answer or a second process cannot make it two.
    """

    cluster: Cluster
    clock: Clock
    mitigations: Mapping[MitigationKind, Mitigation]
    finish: Finish

    async def __call__(self, work: Work, service: Service) -> None:
        """Apply it.

        Raises:
            ClaimLostError: Somebody else has it.
        """
        if work.run.state is State.PRESSED:
            before = work.run.preview.changes  # the before-image, stored before the first send
            await work.save(replace(moved(work.run, State.APPLYING), before=before))
        while work.run.state is State.APPLYING:
            await self._look_and_send(work, service)

    async def _look_and_send(self, work: Work, service: Service) -> None:
        target, run = target_of(service), work.run
        try:
            deployment = await self.cluster.deployment(target)
        except TemporaryError as error:
            await self._wait_for_cluster(work, service, str(error))
            return
        except PermanentError as error:
            await self.finish(work, State.STOPPED, str(error), service)
            return
        container = deployment.container(run.container)
        if deployment.annotations.get(MITIGATION) == run.id:
            await self._applied(work, deployment)
        elif container is None or _changed(run, deployment, container):
            why = f"{deployment.name} changed since the press, so nothing was sent"
            await self.finish(work, State.STOPPED, why, service)
        elif why := _too_often_or_late(run, self.clock.now()):
            await self.finish(work, State.STOPPED, why, service)
        else:
            await self._send(work, service, deployment, container)

    async def _send(
        self, work: Work, service: Service, deployment: Deployment, container: Container
    ) -> None:
        await work.save(replace(work.run, sends=work.run.sends + 1))
        patch = env_patch(
            deployment,
            container,
            work.run.preview.changes,
            mitigation_id=work.run.id,
            cause=change_cause(work.run),
        )
        try:
            after = await self.cluster.patch(target_of(service), patch)
        except ConflictError as error:  # somebody wrote meanwhile: read again
            log.info("patch.conflicted", mitigation_id=work.run.name, reason=str(error))
            await self.clock.sleep(conflict_pause(work.run.sends))
        except TemporaryError as error:
            log.warning("patch.unanswered", mitigation_id=work.run.name, reason=str(error))
            await self.clock.sleep(LOOK_EVERY)
        except PermanentError as error:
            await self.finish(work, State.STOPPED, str(error), service)
        else:
            await self._applied(work, after)

    async def _applied(self, work: Work, deployment: Deployment) -> None:
        now = self.clock.now()
        run = replace(
            moved(work.run, State.WATCHING),
            generation=deployment.generation,
            applied_at=now,
            progress_at=now,
            replicas=deployment.replicas,
        )

        async def end_others(uow: UnitOfWork, at: datetime) -> None:
            in_force = await uow.mitigations.in_force(run.object_key)
            ends = self.mitigations[run.kind].ends
            for earlier in in_force:
                if _is_ended(earlier, run, ends=ends):
                    ended = ended_by(earlier, run.id, at)
                    await uow.mitigations.save(ended, epoch=None)
                    await traces.show_progress(uow, ended, at)

        await work.save(run, event=EventKind.MITIGATION_APPLIED, also=end_others)
        log.info("mitigation.applied", mitigation_id=run.name, sends=run.sends)

    async def _wait_for_cluster(self, work: Work, service: Service, why: str) -> None:
        """Try again later: for long when a patch may be under way, else not."""
        patience = LOOK_WITHIN if work.run.sends else SEND_WITHIN
        if self.clock.now() - work.run.pressed_at > patience:
            sent = "It is not known whether the patch took effect" if work.run.sends else "Not sent"
            await self.finish(work, State.STOPPED, f"{sent}: {why}", service)
            return
        await work.keep()
        await self.clock.sleep(LOOK_EVERY)


def _changed(run: MitigationRun, deployment: Deployment, container: Container) -> bool:
    return container.env_hash != run.preview.env_hash or deployment.paused != run.preview.paused


def _too_often_or_late(run: MitigationRun, now: datetime) -> str:
    if now - run.pressed_at > SEND_WITHIN:
        return "interrupted for more than 2 min, so nothing more was sent"
    return f"sent {run.sends} times without effect" if run.sends >= SENDS else ""


def _is_ended(earlier: MitigationRun, run: MitigationRun, *, ends: bool) -> bool:
    """Tell whether a press in force is taken back by another that was just applied."""
    if run.undoes is not None:
        return earlier.id == run.undoes
    names = {change.name for change in run.preview.changes}
    touched = {change.name for change in earlier.preview.changes}
    return ends and earlier.id != run.id and bool(names & touched)
