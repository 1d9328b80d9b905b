"""From environment and file to settings, or to the list of everything that is wrong."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bot.domain.errors import ConfigError, Problem
from bot.settings.config_file import ConfigFile
from bot.settings.environment import Environment, with_files
from bot.settings.yaml_file import Lines, Path_, read_yaml

_OF_KEY: Final = "[key]"  # pydantic's step below a key of a map that is not allowed


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set."""

    environment: Environment
    file: ConfigFile


def load(environ: Mapping[str, str], *, for_slack: bool) -> Settings:
    """Read and validate everything.

    Args:
        environ: The process's environment.
        for_slack: Whether the Slack settings are needed (serve).

    Raises:
        ConfigError: Something is missing or wrong; every problem is listed.
    """
    values, problems = with_files(environ)
    environment = _environment(values, problems)
    file = _file(Path(values.get("IDEOGRAM_BOT_CONFIG", "ideogram-bot.yml")), problems)
    if for_slack:
        problems += _slack_problems(values, file)
    if problems or environment is None or file is None:
        raise ConfigError(problems)
    return Settings(environment, file)


def _environment(values: Mapping[str, str], problems: list[Problem]) -> Environment | None:
    try:
        return Environment.model_validate(values)
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False, include_context=False):
            name = str(one["loc"][0])
            problems.append(Problem(f"{name}: {_words(one['msg'])}.", f"Set {name} anew."))
    return None


def _file(path: Path, problems: list[Problem]) -> ConfigFile | None:
    try:
        document, lines = read_yaml(path)
    except ConfigError as error:
        problems += error.problems
        return None
    try:
        return ConfigFile.model_validate(document if document is not None else {})
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        # A key that fits none of several kinds is reported once for each: once is enough.
        problems += dict.fromkeys(
            _problem(path, lines, one["loc"], one["type"], one["msg"]) for one in found
        )
    return None


def _slack_problems(values: Mapping[str, str], file: ConfigFile | None) -> list[Problem]:
    problems = []
    if "SLACK_BOT_TOKEN" not in values:
        fix = "Install the app (README, section Install) and copy its bot token, xoxb-…"
        problems.append(Problem("SLACK_BOT_TOKEN is not set.", fix))
    if "SLACK_APP_TOKEN" not in values and "SLACK_SIGNING_SECRET" not in values:
        fix = "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
        problems.append(Problem("No way to receive from Slack is configured.", fix))
    if file is not None and file.slack is None:
        fix = "Add slack: {incidents_channel: C…} with the id of a channel."
        problems.append(Problem("The config file has no slack section.", fix))
    return problems


def _problem(path: Path, lines: Lines, loc: Path_, kind: str, said: str) -> Problem:
    if _OF_KEY in loc:
        loc, kind = loc[: loc.index(_OF_KEY)], "extra_forbidden"
    dotted = ".".join(str(step) for step in loc) or "the file"
    where = f"{path}, line {_line(lines, loc)}"
    if kind == "extra_forbidden":
        return Problem(f"{where}: unknown key {dotted}.", _nearest_key(loc))
    if kind == "missing":
        return Problem(f"{where}: {dotted} is missing.", f"Add the key {loc[-1]}.")
    return Problem(f"{where}: {dotted}: {_words(said)}.", "Mend the value.")


def _words(said: str) -> str:
    """Make pydantic's sentence one of ours."""
    return said.removeprefix("Value error, ").rstrip(".")


def _line(lines: Lines, loc: Path_) -> int:
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 1)


def _nearest_key(loc: Path_) -> str:
    known = _keys_at(ConfigFile, loc[:-1])
    near = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}."


def _keys_at(annotation: Any, loc: Path_) -> list[str]:  # noqa: ANN401  typing's own shapes
    for step in loc:
        if isinstance(step, int):
            continue
        model = _model_in(annotation)
        field = None if model is None else model.model_fields.get(step)
        if field is None:
            return []
        annotation = field.annotation
    model = _model_in(annotation)
    return _keys_of_map(annotation) if model is None else list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  typing's own shapes
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, Union, UnionType):
        found = (_model_in(part) for part in get_args(annotation))
        return next((model for model in found if model is not None), None)
    return None


def _keys_of_map(annotation: Any) -> list[str]:  # noqa: ANN401  typing's own shapes
    return _words_of(get_args(annotation)[0]) if get_origin(annotation) is dict else []


def _words_of(annotation: Any) -> list[str]:  # noqa: ANN401  typing's own shapes
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return [str(one) for one in annotation]
    if get_origin(annotation) is Literal:
        return [str(one) for one in get_args(annotation)]
    return [word for part in get_args(annotation) for word in _words_of(part)]
