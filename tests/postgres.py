"""A throwaway Postgres server for tests: Debian's binaries, a folder of its own, loopback only."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from bot.sandbox.ports import free_port

URL_VARIABLE = "TEST_POSTGRES_URL"
WHY_NOT = f"no Postgres: {URL_VARIABLE} is not set and no server is installed"
_INSTALLED = Path("/usr/lib/postgresql")  # Debian keeps the server's binaries out of the PATH
_OWNER = "postgres"  # initdb refuses to run as root


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        url: For asyncpg, of a database that may be emptied.
        pid: Of the main process; None for a server that is not ours.
    """

    url: str
    pid: int | None


def binaries() -> Path | None:
    """Find the newest installed server."""
    on_path = shutil.which("initdb")
    found = sorted(_INSTALLED.glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    return Path(on_path).parent if on_path else None


def is_available(environment: Mapping[str, str]) -> bool:
    """Tell whether tests can have a server."""
    return URL_VARIABLE in environment or binaries() is not None


@contextmanager
def server(environment: Mapping[str, str]) -> Iterator[Server]:
    """Hand out the server that the environment names, else start one and remove it afterwards."""
    named = environment.get(URL_VARIABLE)
    if named:
        yield Server(named, None)
        return
    with throwaway() as started:
        yield started


@contextmanager
def throwaway() -> Iterator[Server]:
    """Start a server in a folder of its own."""
    programs = binaries()
    assert programs is not None, WHY_NOT
    folder = Path(mkdtemp(prefix="postgres-"))
    port = free_port()
    try:
        _own(folder)
        cluster = folder / "cluster"
        _run([programs / "initdb", "-D", cluster, "-U", _OWNER, "-A", "trust", "--no-sync"])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
        _run(
            [programs / "pg_ctl", "-D", cluster, "-o", options, "-l", folder / "log", "-w", "start"]
        )
        try:
            pid = int((cluster / "postmaster.pid").read_text().splitlines()[0])
            yield Server(f"postgresql+asyncpg://{_OWNER}@127.0.0.1:{port}/{_OWNER}", pid)
        finally:
            _run([programs / "pg_ctl", "-D", cluster, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _OWNER, _OWNER)


def _run(command: Sequence[str | Path]) -> None:
    user = _OWNER if os.geteuid() == 0 else None
    subprocess.run(  # the server keeps inherited pipes open, so output goes nowhere
        command,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
