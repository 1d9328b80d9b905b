"""The rows of the README's table of causes and the files of this folder are the same."""

import ast
from pathlib import Path

import pytest

from tests import readme

HERE = Path(__file__).parent
CAUSES = readme.column("Causes")  # compared with BRANCHES by tests/test_readme.py


def of(cause: str) -> Path:
    return HERE / f"test_{cause.replace('-', '_')}.py"


@pytest.mark.parametrize("cause", CAUSES)
def test_a_row_has_a_file_whose_stories_end_in_it(cause):
    tree = ast.parse(of(cause).read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))

    stories = [one for one in nodes if isinstance(one, ast.AsyncFunctionDef)]
    words = {one.value for one in nodes if isinstance(one, ast.Constant)}
    assert [one.name for one in stories if one.name.startswith("test_")]
    assert (ast.get_docstring(tree) or "").startswith(f"`{cause}`: ")
    assert cause in words or cause == "quality"  # known in Slack by its title alone


def test_there_is_no_file_of_a_row_that_is_gone():
    files = {*HERE.glob("test_*.py")} - {Path(__file__)}

    assert files == {of(cause) for cause in CAUSES}
