"""A full triage beside the runbook's own script, at the same time against the same server.

Both are processes of their own: benchmarks/warm.py, which stays as `serve` does and measures one
triage after the other from its first to its last probe, and bash with curl. `python -m bot triage`
is measured too, with the start of its interpreter. They ask with different keys of one account, so
that the server can say what each spent. Generations take exactly the named time: with chance in it,
the slower of two would be compared with the sum of three.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from benchmarks import processes
from benchmarks.figures import Figure, spread
from benchmarks.stage import Stage, a_stage

RUNBOOK = Path(__file__).parents[1] / "bot" / "sandbox" / "runbook_triage.sh"
BOT = (sys.executable, "-m", "bot", "triage", "--full", "--json")
WARM = (sys.executable, "-m", "benchmarks.warm")
LATENCIES = ((0.2, 6, 5), (6.0, 3, 3), (15.0, 3, 3))  # seconds, triages, scripts
WITHIN = 75.0
OVERHEAD_MS = 100
TIMES_FASTER = 2.9
SHARE_OF_COST = Decimal("0.62")
CANARIES = ("generate-legacy", "generate-v3")


@dataclass(slots=True)
class Measured:
    """All of one latency; seconds and milliseconds as named, USD for one run of each."""

    triage_ms: list[float] = field(default_factory=list)
    over_ms: list[float] = field(default_factory=list)
    command_seconds: list[float] = field(default_factory=list)
    script_seconds: list[float] = field(default_factory=list)
    triage_usd: Decimal = Decimal(0)
    script_usd: Decimal = Decimal(0)


async def measure() -> list[Figure]:
    found = []
    for latency, triages, scripts in LATENCIES:
        with tempfile.TemporaryDirectory() as folder:
            async with a_stage(Path(folder), latency) as stage:
                found += figures(latency, await beside(stage, triages, scripts))
    return found


async def beside(stage: Stage, triages: int, scripts: int) -> Measured:
    """Run the triages one after the other, and the scripts all at once beside them."""
    measured = Measured()
    other_key = "key-of-the-script"
    stage.ideogram.add_key(other_key)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_triages(stage, triages, measured))
        for _ in range(scripts):
            group.create_task(run_script(stage, other_key, measured))
    measured.triage_usd = stage.ideogram.spent_with(stage.ideogram.key) / triages
    measured.script_usd = stage.ideogram.spent_with(other_key) / scripts
    return measured


async def run_triages(stage: Stage, count: int, measured: Measured) -> None:
    """Run the command once, the others in one process."""
    ended = await processes.run(BOT, stage.environment, stage.folder, WITHIN)
    assert json.loads(ended.output)["diagnosis"]["cause"] == "healthy", ended.output
    measured.command_seconds.append(ended.seconds)
    command = (*WARM, str(count - 1))
    ended = await processes.run(command, stage.environment, stage.folder, WITHIN)
    assert ended.output, ended.errors
    for one in json.loads(ended.output):
        measured.triage_ms.append(one["ms"])
        measured.over_ms.append(one["over_ms"])


async def run_script(stage: Stage, key: str, measured: Measured) -> None:
    environment = stage.environment | {"IDEOGRAM_API_KEY": key}
    ended = await processes.run(("bash", str(RUNBOOK)), environment, stage.folder, WITHIN)
    assert ended.output.count("200") >= len(CANARIES), ended.output + ended.errors
    measured.script_seconds.append(ended.seconds)


def figures(latency: float, measured: Measured) -> list[Figure]:
    name = f"generation {latency:g} s"
    ratio = statistics.median(measured.script_seconds) * 1000
    ratio /= statistics.median(measured.triage_ms)
    share = measured.triage_usd / measured.script_usd
    worst = max(measured.over_ms)
    held = latency >= 6  # noqa: PLR2004  at 0.2 s the fixed parts of both decide
    seconds = [one / 1000 for one in measured.triage_ms]
    return [
        Figure(f"{name}: full triage", spread(seconds, ".2f", "s")),
        Figure(
            f"{name}: beyond its longest chain of probes",
            spread(measured.over_ms, ".0f", "ms"),
            f"<= {OVERHEAD_MS} ms",
            worst <= OVERHEAD_MS,
        ),
        Figure(
            f"{name}: as a command, interpreter and all",
            f"{measured.command_seconds[0]:.2f} s",
        ),
        Figure(f"{name}: the runbook's script", spread(measured.script_seconds, ".2f", "s")),
        Figure(
            f"{name}: the triage is faster by",
            f"{ratio:.2f} times",
            f">= {TIMES_FASTER} times" if held else "-",
            ratio >= TIMES_FASTER if held else None,
        ),
        Figure(
            f"{name}: cost, triage against script",
            f"${measured.triage_usd:.2f} : ${measured.script_usd:.2f}, {share:.1%}",
            f"<= {SHARE_OF_COST:.0%}",
            share <= SHARE_OF_COST,
        ),
    ]
