"""The wheel holds everything: someone who installs it has the words and the migrations too."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the wheel and unpack it away from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=installed,
        env=os.environ | {"PYTHONPATH": str(installed)} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_template_and_migration_is_in_the_wheel(installed):
    for source, packed in ((ROOT / "templates", "bot/templates"), (ROOT / "bot", "bot")):
        wanted = {one.relative_to(source) for one in source.rglob("*.j2")}
        wanted |= {one.relative_to(source) for one in source.rglob("versions/*.py")}

        assert all((installed / packed / one).exists() for one in wanted)


def test_the_sandbox_page_is_in_the_wheel(installed):
    assert (installed / "bot/sandbox/static/index.html").exists()


def test_the_console_script_starts_the_command_line(installed):
    (points,) = installed.glob("*.dist-info/entry_points.txt")

    assert "ideogram-bot = bot.__main__:main" in points.read_text()


def test_the_installed_bot_speaks(installed):
    result = run(installed, "manifest")

    assert result.returncode == 0, result.stderr
    assert result.stdout == (ROOT / "manifest.yml").read_text()


def test_the_installed_bot_remembers(installed, tmp_path):
    (tmp_path / "bot.yml").write_text("services: [{name: painter}]\n")

    result = run(
        installed,
        "postmortem",
        "INC-1",
        IDEOGRAM_BOT_CONFIG=str(tmp_path / "bot.yml"),
        DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}",
    )

    assert (result.returncode, result.stdout) == (2, "")
    assert "INC-1" in result.stderr
