"""The postmortem of an incident with 10,000 lines on its timeline, from an SQLite file.

What a running bot does when somebody asks for it: read everything, find gaps, write the Markdown.
CPU time stands beside it, for a machine that has other things to do.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, spread
from benchmarks.stage import a_stage
from bot.bootstrap.once import opened
from bot.bootstrap.outbound import Outbound
from bot.domain.ids import ChannelId, IncidentId, OutboxKey, ServiceName, UserId
from bot.domain.incident import Incident, Status
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.ports import Storage
from bot.settings.load import load
from bot.usecases.postmortem import Postmortems

LINES, RUNS = 10_000, 5
LIMIT_SECONDS = 1.0
BEGAN = datetime(2026, 11, 20, 3, 4, tzinfo=UTC)
ANA = UserId("U0ANA")


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with a_stage(Path(folder)) as stage:
            settings = load(stage.environment, for_slack=False)
            async with opened(settings) as (out, _):
                await out.prepare()
                incident = await filled(out.storage)
                postmortems = Postmortems(clock=out.clock)
                runs = [await written(out, postmortems, incident) for _ in range(RUNS)]
    took = [wall for wall, _, _ in runs]
    size = runs[0][2] / 1e6
    return [
        Figure(
            f"postmortem of {LINES:,} events, {size:.1f} MB",
            f"{spread(took, '.2f', 's')}, {min(cpu for _, cpu, _ in runs):.2f} s of CPU",
            f"< {LIMIT_SECONDS:g} s",
            max(took) < LIMIT_SECONDS,
        )
    ]


async def written(
    out: Outbound, postmortems: Postmortems, incident: IncidentId
) -> tuple[float, float, int]:
    """Write the document once; seconds, CPU seconds, characters."""
    began, used = time.perf_counter(), time.process_time()
    async with out.storage() as uow:
        found = await uow.incidents.get(incident)
        document = out.words.document(await postmortems.compose(uow, found, ()))
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    lines = sum(line.startswith("- ") for line in document.splitlines())
    assert lines >= LINES, f"only {lines} lines"
    return seconds, cpu, len(document)


async def filled(storage: Storage) -> IncidentId:
    """Store an incident of a long night: an update every second, each with its message."""
    async with storage() as uow:
        incident = an_incident(await uow.incidents.next_id())
        await uow.incidents.save(incident)
        for number in range(LINES):
            await uow.timeline.add(an_event(incident, number))
    return incident.id


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
