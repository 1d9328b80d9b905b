"""Templates are compiled once and kept; whatever lies there, they are filled."""

from pathlib import Path

import pytest

from bot.rendering.escaping import plain
from bot.rendering.surface import Compiled, environment_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hello.j2").write_text("Hello {{ name }}")
    return tmp_path


def hello(folder: Path, kept_in: Path) -> str:
    environment = environment_of([folder], Compiled(kept_in), plain)
    return environment.get_template("hello.j2").render(name="Ana")


def test_what_is_compiled_is_kept_for_the_next_start(folder):
    kept_in = folder / "kept"

    assert [hello(folder, kept_in), hello(folder, kept_in)] == ["Hello Ana"] * 2
    (kept,) = kept_in.iterdir()
    made_at = kept.stat().st_mtime_ns
    assert hello(folder, kept_in) == "Hello Ana"
    assert kept.stat().st_mtime_ns == made_at


def test_a_changed_template_is_compiled_anew(folder):
    assert hello(folder, folder / "kept") == "Hello Ana"
    (folder / "hello.j2").write_text("Good night {{ name }}")

    assert hello(folder, folder / "kept") == "Good night Ana"


@pytest.mark.parametrize("left", [0, 3, 12, 25, 60])
def test_half_a_file_is_written_anew(folder, left):
    kept_in = folder / "kept"
    hello(folder, kept_in)
    (kept,) = kept_in.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:left])

    assert hello(folder, kept_in) == "Hello Ana"
    assert len(kept.read_bytes()) == len(whole)


def test_where_nothing_can_be_written_it_is_compiled_at_each_start(folder):
    assert hello(folder, folder / "hello.j2") == "Hello Ana"
