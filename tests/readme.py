"""Tables as the README shows them: read from the page, and made from the code."""

import re
import types
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin

import typer.main
import yaml
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from bot.__main__ import app
from bot.bootstrap.objects import services_of
from bot.domain.branches import BRANCHES
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, HumanStep, Measurements, Mode
from bot.domain.mitigation import MitigationKind
from bot.domain.service import Call
from bot.mitigations import MITIGATIONS
from bot.ports import Mitigation
from bot.settings.config_file import ConfigFile
from bot.settings.environment import SECRETS, Environment
from tests.fakes.lookout import a_lookout

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = (ROOT / "README.md").read_text(encoding="utf-8")

Row = tuple[str, ...]


def table(heading: str) -> list[Row]:
    """Read the first table below a heading, without its head; escaped pipes are pipes."""
    _, found, below = PAGE.partition(f"# {heading}\n")
    if not found:
        raise AssertionError(f"the README has no heading {heading!r}")
    block = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    if block is None:
        raise AssertionError(f"no table below {heading!r}")
    return [_cells(line) for line in block.group().splitlines()[2:]]


def _cells(line: str) -> Row:
    cells = re.split(r"(?<!\\)\|", line.strip()[1:-1])
    return tuple(cell.strip().replace("\\|", "|") for cell in cells)


def column(heading: str, at: int = 0) -> list[str]:
    """Read one column, without the marks of code."""
    return [row[at].replace("`", "") for row in table(heading)]


def drawn_transitions(heading: str) -> dict[str, set[str]]:
    """Read the arrows of the first state diagram below a heading; starts and ends left out."""
    diagram = PAGE.partition(f"# {heading}\n")[2].partition("```mermaid\n")[2].partition("```")[0]
    arrows = re.findall(r"^ *(\w+) --> (\w+)", diagram, re.MULTILINE)
    found: dict[str, set[str]] = {}
    for start, end in arrows:
        found.setdefault(start.replace("_", " "), set()).add(end.replace("_", " "))
    return found


def command_line() -> list[str]:
    """Write every command of the command line with its arguments and options."""
    group = typer.main.get_group(app)
    return [_usage(name, command.params) for name, command in group.commands.items()]


def _usage(name: str, parameters: Sequence[Any]) -> str:
    words = [name]
    for one in parameters:
        word = str(one.name).upper()
        if one.param_type_name == "argument":
            words.append(word if one.required else f"[{word}]")
        else:
            words.append(f"[{one.opts[0]}]" if one.is_flag else f"[{one.opts[0]} {word}]")
    return " ".join(words)


def variables() -> Iterator[Row]:
    """Make the rows of the environment: name, default, what it is."""
    for name, one in Environment.model_fields.items():
        secret = " (secret)" if name.upper() in SECRETS else ""
        yield f"`{name.upper()}`{secret}", _default(one), one.description or ""


def keys(model: type[BaseModel] = ConfigFile, before: str = "") -> Iterator[Row]:
    """Make the rows of the config file: key, default, what it is; parts by their keys."""
    for name, one in model.model_fields.items():
        inner, is_list = _part_of(one.annotation)
        path = f"{before}{name}{'[]' if is_list and inner else ''}"
        if inner is None:
            yield f"`{path}`", _default(one), one.description or ""
        else:
            yield from keys(inner, f"{path}.")


def _part_of(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    if get_origin(annotation) in (list, Union, types.UnionType):
        for part in get_args(annotation):
            inner, _ = _part_of(part)
            if inner is not None:
                return inner, get_origin(annotation) is list
    return None, False


def _default(one: FieldInfo) -> str:
    if one.is_required():
        return "required"
    value = one.get_default(call_default_factory=True)
    assert value is not PydanticUndefined
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None:
        return "none"
    plain = to_jsonable_python(value)
    written = yaml.safe_dump(plain, default_flow_style=True, width=1000, allow_unicode=True)
    text = written.strip().removesuffix("...").strip()
    return f"`{text}`"


def all_mitigations() -> dict[MitigationKind, Mitigation]:
    made = (make(a_lookout()) for make in MITIGATIONS)
    return {one.kind: one for one in made}


def title(kind: MitigationKind) -> str:
    """Write a mitigation as its button does."""
    return kind.replace("-", " ").title()


def causes() -> Iterator[Row]:
    """Make the rows of the verdict: cause, origin, severity, condition, next steps."""
    for row in BRANCHES:
        steps = next_steps(row.cause, row.steps)
        yield f"`{row.cause}`", row.whose, row.severities, row.when, steps


def steps_without_answer() -> str:
    """Write the next steps of a verdict that cannot be given."""
    nothing = Measurements((Call.V3,), Mode.FULL, {}, names_resolvable=True)
    return next_steps(Cause.UNDETERMINED, diagnose(nothing).steps)


def next_steps(cause: Cause, steps: Iterable[HumanStep]) -> str:
    """Merge buttons and human steps by their place."""
    places = [
        (one.helps[cause], 0, f"**{title(kind)}**")
        for kind, one in all_mitigations().items()
        if cause in one.helps
    ]
    places += [(step.place, 1, step.text) for step in steps]
    return " · ".join(text for _, _, text in sorted(places))


def examples() -> list[str]:
    """Read every YAML example of the page."""
    return re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def is_config(text: str) -> bool:
    """Tell whether an example is a whole config file that the bot accepts."""
    return bool(services_of(ConfigFile.model_validate(yaml.safe_load(text))))
