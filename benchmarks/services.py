"""A thousand services on five keys, triaged with free probes by one process.

`python -m bot triage all --quick --json`, with a Secret per key in the pretend cluster. Requests to
Ideogram are counted where they arrive.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import processes
from benchmarks.figures import Figure
from benchmarks.stage import Stage, a_stage

SERVICES, KEYS = 1000, 5
WITHIN = 90.0
COMMAND = (sys.executable, "-m", "bot", "triage", "all", "--quick", "--json")


async def measure() -> list[Figure]:
    found = []
    for services, keys in ((SERVICES // 10, KEYS), (SERVICES, KEYS)):
        with tempfile.TemporaryDirectory() as folder:
            async with a_stage(Path(folder)) as stage:
                plant(stage, services, keys)
                found += await triaged(stage, f"{services:,} services on {keys} keys")
    return found


def plant(stage: Stage, services: int, keys: int) -> None:
    """Give each service one of the keys; they share the one Deployment and health URL there is."""
    for number in range(keys):
        key = f"{stage.ideogram.key[:-6]}{number:06}"
        stage.ideogram.add_key(key)
        stage.kubernetes.set_secret(f"ideogram-secrets-{number}", {"api-key": key})

    def change(config: dict[str, Any]) -> None:
        (one,) = config["services"]
        config["services"] = [
            one
            | {
                "name": f"service-{number:04}",
                "secret": {"name": f"ideogram-secrets-{number % keys}", "key": "api-key"},
            }
            for number in range(services)
        ]

    stage.amend(change, user="admin")  # the seeded Role names one Secret only


async def triaged(stage: Stage, name: str) -> list[Figure]:
    ended = await processes.run(COMMAND, stage.environment, stage.folder, WITHIN)
    assert ended.output, ended.errors
    verdicts = [one["diagnosis"]["cause"] for one in json.loads(ended.output)["triages"]]
    counted = stage.ideogram.requests_by_path
    paths = ", ".join(f"{count} {path}" for path, count in sorted(counted.items()))
    healthy = verdicts.count("healthy")
    time = f"{ended.seconds:.1f} s, {ended.cpu_seconds:.1f} s of CPU, {healthy} healthy"
    return [
        Figure(f"{name}: time, interpreter and all", time),
        Figure(f"{name}: most memory", f"{ended.peak_mb:.0f} MB"),
        Figure(f"{name}: most open sockets", f"{ended.sockets}"),
        Figure(f"{name}: requests to Ideogram", f"{counted.total()} ({paths})"),
    ]
