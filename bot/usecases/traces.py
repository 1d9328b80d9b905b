"""What a press leaves behind at each step: its live message, timeline lines, audit entries."""

from datetime import datetime

import structlog

from bot.domain.ids import (
    MitigationId,
    OutboxKey,
    UserId,
    incident_text,
    mitigation_text,
    triage_text,
)
from bot.domain.message import MitigationProgress
from bot.domain.mitigation import MitigationRun, Preview
from bot.domain.patch import as_text
from bot.domain.press import change_text, duration_text
from bot.domain.request import Press
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.ports import AuditEntry, UnitOfWork

log = structlog.get_logger()


def progress_key(mitigation_id: MitigationId) -> OutboxKey:
    """Name the live message of a press in the outbox."""
    return OutboxKey(f"{mitigation_text(mitigation_id)}/progress")


def outcome_key(run: MitigationRun) -> OutboxKey:
    """Name the one message that ends a press."""
    return OutboxKey(f"{run.name}/outcome")


def thread_of(run: MitigationRun) -> OutboxKey | None:
    """Name the message whose thread it belongs to: that of its incident."""
    return None if run.incident_id is None else OutboxKey(f"{incident_text(run.incident_id)}/card")


async def show_progress(uow: UnitOfWork, run: MitigationRun, at: datetime) -> None:
    """Show a press in its newest state."""
    await uow.outbox.card(
        run.message, run.channel, MitigationProgress(run), at=at, parent=thread_of(run)
    )


async def note(
    uow: UnitOfWork,
    run: MitigationRun,
    kind: EventKind,
    at: datetime,
    *,
    by: UserId | None = None,
    message: OutboxKey | None = None,
) -> None:
    """Add a line to the incident's timeline, where there is one."""
    if run.incident_id is None:
        return
    facts = {"change": ", ".join(change_text(one) for one in run.preview.changes)}
    if kind is EventKind.MITIGATION_FINISHED:
        facts = {"result": run.state.value, "detail": run.detail}
        facts |= {} if run.took is None else {"took": duration_text(run.took)}
    elif kind is EventKind.MITIGATION_ROLLED_OUT:
        facts = {"pods": f"{run.ready_seen} of {run.replicas} ready"}
    named = run.kind.value if run.undoes is None else f"undo.{run.kind.value}"
    facts = {"mitigation": named} | facts
    evidence = Evidence(run.name, message or run.message)
    await uow.timeline.add(TimelineEvent(run.incident_id, at, kind, evidence, by, facts))


async def audit(uow: UnitOfWork, preview: Preview, by: UserId, result: str, at: datetime) -> None:
    """Write an attempt down, and log it so that a copy stands outside the database."""
    before = as_text({change.name: change.before for change in preview.changes})
    after = as_text({change.name: change.after for change in preview.changes})
    target = f"{preview.where}/{preview.deployment}"
    what, why = preview.kind.value, _why(preview)
    await _add(uow, AuditEntry(at, by, what, target, before, after, result, why))


def _why(preview: Preview) -> str:
    """Name what it was pressed on, and what it takes back: `INC-42, T-118, undo of M-3f2a91`."""
    incident, triage, target = preview.incident_id, preview.triage_id, preview.undoes
    reasons = (
        None if incident is None else incident_text(incident),
        None if triage is None else triage_text(triage),
        None if target is None else f"undo of {mitigation_text(target)}",
    )
    return ", ".join(reason for reason in reasons if reason)


async def audit_unknown(uow: UnitOfWork, press: Press) -> None:
    """Write down a press of a button that nobody remembers."""
    asked, what = press.asked, f"button {press.preview_id}"
    await _add(uow, AuditEntry(asked.at, asked.by, what, "", "", "", "refused: not known"))


async def _add(uow: UnitOfWork, entry: AuditEntry) -> None:
    await uow.audit.add(entry)
    log.info(
        "mitigation.audited",
        by=entry.by,
        mitigation=entry.what,
        target=entry.target,
        before=entry.before,
        after=entry.after,
        result=entry.result,
        why=entry.why,
    )
