"""Full triages in one process that stays, as in `serve`: `python -m benchmarks.warm COUNT`.

Prints a JSON array: milliseconds of each triage, and beyond its longest chain of probes.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping

import structlog

from bot.bootstrap.once import opened
from bot.bootstrap.outbound import Outbound
from bot.domain.diagnosis import Cause, Mode
from bot.domain.probe import CANARIES, ProbeKind, ProbeResult
from bot.settings.load import load


async def main(count: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with opened(load(os.environ, for_slack=False)) as (out, _):
        await out.prepare()
        print(json.dumps([await once(out) for _ in range(count)]))


async def once(out: Outbound) -> dict[str, float]:
    service = out.services[0]
    async with out.storage() as uow:
        plan = await out.examine.plan(uow, service, Mode.FULL)
    examined = await out.examine(service, plan, lambda _: True)
    assert examined.diagnosis.cause is Cause.HEALTHY, examined.diagnosis
    async with out.storage() as uow:
        await out.examine.settle(uow, examined)
    took = examined.duration.total_seconds() * 1000
    results = examined.measurements.results
    return {"ms": took, "over_ms": took - longest_chain(results)}


def longest_chain(results: Mapping[ProbeKind, ProbeResult]) -> float:
    """Find the longest probe, or the first canary with the download that waits for it; ms."""
    took = {
        kind: one.latency.total_seconds() * 1000 if one.latency else 0.0
        for kind, one in results.items()
    }
    first = min(took[kind] for kind in CANARIES)
    return max(*took.values(), first + took[ProbeKind.DOWNLOAD])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
