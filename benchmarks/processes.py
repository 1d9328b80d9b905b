"""Child processes, bounded in time, and what Linux says of them."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    output: str
    errors: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    sockets: int


def peak_mb(pid: int) -> float:
    """Read the most memory a process ever held (VmHWM), MB."""
    return _status(pid, "VmHWM")


def resident_mb(pid: int) -> float:
    """Read the memory a process holds (VmRSS), MB."""
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def cpu_seconds(pid: int) -> float:
    """Read the CPU time a process used so far, its own and the kernel's for it, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime


def sockets(pid: int) -> int:
    """Count the open sockets of a process."""
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            count += str(link.readlink()).startswith("socket:")
    return count


async def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, within: float
) -> Ended:
    """Run a command to its end, watching its memory and sockets; kill it after `within` seconds."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    seen = {"peak_mb": 0.0, "sockets": 0, "cpu": 0.0}
    try:
        async with asyncio.timeout(within), _watched(process, seen):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    seconds = time.perf_counter() - began
    code = process.returncode or 0
    return Ended(
        code=code,
        output=output.decode(),
        errors=errors.decode(),
        seconds=seconds,
        cpu_seconds=seen["cpu"],
        peak_mb=seen["peak_mb"],
        sockets=int(seen["sockets"]),
    )


@contextlib.asynccontextmanager
async def _watched(
    process: asyncio.subprocess.Process, seen: dict[str, float]
) -> AsyncIterator[None]:
    async def watch() -> None:
        while True:
            with contextlib.suppress(OSError):  # it just ended
                seen["peak_mb"] = max(seen["peak_mb"], peak_mb(process.pid))
                seen["sockets"] = max(seen["sockets"], sockets(process.pid))
                seen["cpu"] = cpu_seconds(process.pid)
            await asyncio.sleep(SAMPLE_SECONDS)

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()
