"""What ruff, mypy and import-linter cannot hold about the layout of the code.

Each claim is about every module of `bot`, the one about long files about those of `tests` too; a
failure lists all that break it.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
FILE_MAX_LINES: Final = 300
FUNCTION_MAX_LINES: Final = 50
INSIDE: Final = ("domain", "ports", "usecases")
FOREIGN_ALLOWED: Final = {"domain": set[str](), "ports": set[str](), "usecases": {"structlog"}}

# What a module may call while it is imported: it makes values and definitions, nothing that acts.
# Besides: what it defined itself, and classes of ours.
CALLS: Final = {
    *("NewType", "TypeVar", "frozenset", "tuple", "len", "str", "Decimal", "Path", "timedelta"),
    *(
        "partial",
        "str.maketrans",
        "re.compile",
        "structlog.get_logger",
        "dataclass",
        "field",
        "values",
        "items",
    ),
    # pydantic, SQLModel, aiohttp, typer and rich describe themselves so
    *(
        "AfterValidator",
        "AliasGenerator",
        "ConfigDict",
        "Field",
        "HttpUrl",
        "SecretStr",
        "field_validator",
    ),
    *("AutoString", "Index", "MetaData", "UTCDateTime", "sa.Boolean", "sa.Integer", "text"),
    *("MarkdownIt", "enable", "web.RequestKey", "web.AppKey", "aiohttp.ClientTimeout"),
    *("typer.Typer", "typer.Option", "typer.Argument", "command", "callback", "Console"),
}
# Everything may be caught only here (style.md, section "Errors").
CATCH_ALL: Final = {
    "bot/slack/app.py",  # the wrapper around a listener, instead of Bolt's error handler
    "bot/web/server.py",  # the HTTP middleware
    "bot/usecases/boundary.py",  # the wrapper around a tick, and around each part of one
    "bot/usecases/measure.py",  # the wrapper around one probe
}
# Alembic runs these by their path, within a migration.
RUN_BY_ALEMBIC: Final = "bot/storage/migrations/"

# Run in a fresh interpreter: imports what it is told, under the eyes of an audit hook.
IMPORT_ALL: Final = """
import importlib, os, sys
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ACTS = {"socket.bind", "socket.connect", "socket.getaddrinfo", "_thread.start_new_thread",
        "subprocess.Popen", "os.fork", "os.mkdir", "os.remove", "os.rename", "sqlite3.connect"}
done = []
def watch(event, arguments):
    if event in ACTS or (event == "open" and arguments[2] & WRITING):
        done.append(f"{name}: {event} {arguments}")
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import urllib3  # kubernetes brings it; it tries at once whether there is IPv6, by binding ::1
sys.addaudithook(watch)
for name in sys.argv[2:]:
    importlib.import_module(name)
sys.exit("\\n".join(done) or 0)
"""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Trees = dict[str, ast.Module]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every module's text, by its path from the root; empty `__init__` files left out."""
    return {path: text for path, text in read("bot").items() if text}


def read(folder: str) -> dict[str, str]:
    """Read the Python files of a folder, by their paths from the root."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


@pytest.fixture(scope="module")
def trees(texts: dict[str, str]) -> Trees:
    return {path: ast.parse(text) for path, text in texts.items()}


@pytest.fixture(scope="module")
def inside(trees: Trees) -> Trees:
    return {path: tree for path, tree in trees.items() if layer(path) in INSIDE}


def layer(path: str) -> str:
    return path.split("/")[1]


def test_modules_open_with_a_docstring(trees: Trees) -> None:
    assert [path for path, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_files_stay_short(texts: dict[str, str]) -> None:
    lengths = {path: len(text.splitlines()) for path, text in (texts | read("tests")).items()}

    assert {path: lines for path, lines in lengths.items() if lines > FILE_MAX_LINES} == {}


def test_functions_stay_short(trees: Trees) -> None:
    lengths = {
        f"{path}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }

    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_MAX_LINES} == {}


def test_public_names_of_the_inside_are_documented(inside: Trees) -> None:
    assert [
        f"{path}: {one.name}"
        for path, tree in inside.items()
        for one in public(tree)
        if not ast.get_docstring(one)
    ] == []


def public(node: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Yield public classes and functions, and the public methods of public classes."""
    for one in node.body:
        if isinstance(one, Definition) and not one.name.startswith("_"):
            yield one
            if isinstance(one, ast.ClassDef):
                yield from public(one)


def test_the_inside_knows_only_the_standard_library_and_use_cases_a_logger(inside: Trees) -> None:
    ours = set(sys.stdlib_module_names) | {"bot"}

    assert [
        f"{path}: {name}"
        for path, tree in inside.items()
        for name in sorted(imported(tree) - ours - FOREIGN_ALLOWED[layer(path)])
    ] == []


def imported(tree: ast.Module) -> set[str]:
    """Name the top-level packages that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_importing_a_module_calls_only_what_defines(trees: Trees) -> None:
    assert [
        f"{path}:{call.lineno}: {ast.unparse(call.func)}"
        for path, tree in trees.items()
        if not path.startswith(RUN_BY_ALEMBIC)
        for call in calls_at_import(tree)
        if not CALLS & {ast.unparse(call.func), last_name(call)} and not is_own(tree, call)
    ] == []


def calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Yield every call outside of function bodies: those run when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            for part in (*child.decorator_list, child.args):
                yield from calls_at_import(ast.Expr(part) if isinstance(part, ast.expr) else part)
        elif not isinstance(child, ast.Lambda):
            if isinstance(child, ast.Call):
                yield child
            yield from calls_at_import(child)


def last_name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def is_own(tree: ast.Module, call: ast.Call) -> bool:
    """Tell whether the module defines what it calls, or it is a class of another module of ours."""
    name = ast.unparse(call.func).partition("[")[0]
    defined = {node.name for node in tree.body if isinstance(node, Definition)}
    classes = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot.")
        for alias in node.names
        if alias.name[0].isupper()
    }
    return name in defined | classes


def test_importing_everything_opens_no_socket_writes_no_file_and_starts_no_thread(
    trees: Trees,
) -> None:
    names = [
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in trees
        if not path.startswith(RUN_BY_ALEMBIC)
    ]

    finished = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT_ALL, str(ROOT), *names],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.stderr == ""
    assert finished.returncode == 0


def test_only_four_places_catch_everything(trees: Trees) -> None:
    caught = {
        path
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or {"Exception", "BaseException"} & names_in(node.type)
    }

    assert caught <= CATCH_ALL


def names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_the_bot_does_not_ask_whether_it_runs_in_the_sandbox(trees: Trees) -> None:
    outside = {
        path: tree for path, tree in trees.items() if layer(path) not in {"sandbox", "__main__.py"}
    }

    assert [
        f"{path}:{node.lineno}"
        for path, tree in outside.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.If | ast.IfExp) and "sandbox" in ast.unparse(node.test).lower()
    ] == []
