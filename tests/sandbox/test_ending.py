"""Whoever ends the sandbox ends the bot in it, too."""

import signal
import subprocess
import sys
from pathlib import Path

from bot.sandbox.ports import free_port

PATIENCE_SECONDS = 30


def test_the_bot_is_stopped_when_the_sandbox_is_told_to_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "sandbox", "--folder", str(tmp_path)]
    with subprocess.Popen(
        [*command, "--port", str(free_port())], stdout=subprocess.PIPE, text=True
    ) as sandbox:
        assert sandbox.stdout is not None
        list(zip(range(5), sandbox.stdout, strict=False))  # it prints once everything runs

        sandbox.send_signal(signal.SIGTERM)

        assert sandbox.wait(PATIENCE_SECONDS) == 0
    assert "bot.stopped" in (tmp_path / "bot.log").read_text(encoding="utf-8").splitlines()[-1]
