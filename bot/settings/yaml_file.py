"""Reading YAML with the line of every key, so that an error can name it."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from bot.domain.errors import ConfigError, Problem

Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]

# What PyYAML lets out for a value that is not what it looks like: a 13th month, `0b_`, `!!int x`.
_NO_VALUE: Final = (ValueError, LookupError, AttributeError, TypeError)
_WHAT_MAX_CHARS: Final = 200
DEPTH_MAX: Final = 100  # ours has six
_BOOL: Final = "tag:yaml.org,2002:bool"
_TRUE_OR_FALSE: Final = re.compile(r"^(?:true|false)$")


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Leave only true and false booleans: YAML 1.1 takes on, off, yes and no for them too."""
    kept = {
        letter: [(tag, regexp) for tag, regexp in resolvers if tag != _BOOL]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for letter in "tf":
        kept[letter] = [*kept.get(letter, []), (_BOOL, _TRUE_OR_FALSE)]
    return kept


def read_yaml(path: Path) -> tuple[Any, Lines]:
    """Read a file.

    Returns:
        The document, and the line (from 1) of every key by its path.

    Raises:
        ConfigError: The file is missing, unreadable or no YAML; the path is named.
    """
    reader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader  # ten times as quick

    class Loader(reader):  # type: ignore[misc, valid-type]  # one of two
        yaml_implicit_resolvers = _resolvers()

        def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002  as PyYAML's
            try:
                return super().construct_object(node, deep)
            except _NO_VALUE as error:
                raise yaml.constructor.ConstructorError(
                    None, None, str(error), node.start_mark
                ) from error

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror or type(error).__name__
        problem = Problem(
            f"The config file {path} cannot be read: {why}.",
            "Create it (README, section Configuration) or set IDEOGRAM_BOT_CONFIG to its path.",
        )
        raise ConfigError([problem]) from error
    except UnicodeDecodeError as error:
        problem = Problem(f"The config file {path} is no UTF-8 text.", "Save it as UTF-8.")
        raise ConfigError([problem]) from error
    try:
        _refuse_depth(text, reader)
        loader = Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None, {}
            return loader.construct_document(node), _lines(node, (), set())
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise ConfigError([_no_yaml(path, error)]) from None
    except RecursionError:
        problem = Problem(f"{path}: not valid here: nested too deeply.", "Write it flat.")
        raise ConfigError([problem]) from None


def _refuse_depth(text: str, reader: type) -> None:
    """Look at the nesting before anything is built: the reader in C would end the process.

    Raises:
        RecursionError: Of more than `DEPTH_MAX` levels.
        yaml.YAMLError: It is no YAML up to there.
    """
    depth = 0
    for event in yaml.parse(text, Loader=reader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_MAX:
            raise RecursionError


def _no_yaml(path: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = f", line {mark.line + 1}" if mark is not None else ""
    what = getattr(error, "problem", None) or "it cannot be parsed"
    return Problem(f"{path}{line}: not valid YAML: {what[:_WHAT_MAX_CHARS]}.", "Mend the line.")


def _lines(node: yaml.Node, path: Path_, seen: set[int]) -> Lines:
    lines: Lines = {path: node.start_mark.line + 1}
    if id(node) in seen:  # an alias: a few of them could stand for millions of lines, or for itself
        return lines
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            step = (*path, str(key.value))
            lines |= _lines(value, step, seen)
            lines[step] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines |= _lines(item, (*path, index), seen)
    return lines
