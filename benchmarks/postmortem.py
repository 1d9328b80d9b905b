"""The postmortem of an incident with 10,000 lines on its timeline, from an SQLite file.

`bot.bootstrap.once.postmortem_once` is what `python -m bot postmortem INC-1` calls: open the
database, read, find the gaps, write the Markdown.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, spread
from benchmarks.stage import a_stage
from bot.bootstrap.once import postmortem_once
from bot.clock import SystemClock
from bot.domain.ids import ChannelId, IncidentId, OutboxKey, ServiceName, UserId
from bot.domain.incident import Incident, Status
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.settings.load import load
from bot.storage.storage import SqlStorage

LINES, RUNS = 10_000, 5
LIMIT_SECONDS = 1.0
BEGAN = datetime(2026, 11, 20, 3, 4, tzinfo=UTC)
ANA = UserId("U0ANA")


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with a_stage(Path(folder)) as stage:
            name = await filled(stage.files.database_url)
            settings = load(stage.environment, for_slack=False)
            took = []
            for _ in range(RUNS):
                began = time.perf_counter()
                document = await postmortem_once(settings, name)
                took.append(time.perf_counter() - began)
    lines = sum(line.startswith("- ") for line in document.splitlines())
    assert lines >= LINES, f"only {lines} lines"
    return [
        Figure(
            f"postmortem of {LINES:,} events, {len(document) / 1e6:.1f} MB",
            spread(took, ".2f", "s"),
            f"< {LIMIT_SECONDS:g} s",
            max(took) < LIMIT_SECONDS,
        )
    ]


async def filled(url: str) -> str:
    """Store an incident of a long night: an update every second, each with its message."""
    storage = SqlStorage(url=url, clock=SystemClock())
    await storage.open()
    try:
        async with storage() as uow:
            incident = an_incident(await uow.incidents.next_id())
            await uow.incidents.save(incident)
            for number in range(LINES):
                await uow.timeline.add(an_event(incident, number))
        return incident.name
    finally:
        await storage.close()


def an_incident(incident_id: IncidentId) -> Incident:
    return Incident(
        id=incident_id,
        service=ServiceName("ideogram-service"),
        title="Ideogram is down",
        severity=Severity.P1,
        status=Status.RESOLVED,
        channel=ChannelId("C0INCIDENTS"),
        declared_at=BEGAN,
        declared_by=ANA,
        started_at=BEGAN,
        owner=ANA,
        resolved_at=BEGAN + timedelta(seconds=LINES),
        resolved_by=ANA,
    )


def an_event(incident: Incident, number: int) -> TimelineEvent:
    return TimelineEvent(
        incident_id=incident.id,
        at=BEGAN + timedelta(seconds=number),
        kind=EventKind.UPDATE_POSTED,
        evidence=Evidence(
            f"{incident.name}/update/{number}", OutboxKey(f"{incident.name}/update/{number}")
        ),
        by=ANA,
        facts={"status": "investigating", "impact": f"No pictures, {number}"},
    )
