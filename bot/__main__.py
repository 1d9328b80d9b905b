"""The command line. A command imports what it needs when it runs: starting stays quick."""

import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot.domain.errors import BotError, ConfigError, Problem, TemporaryError

CANNOT_RUN = 2


class Document(StrEnum):
    """What has a JSON Schema."""

    TRIAGE = "triage"
    CONFIG = "config"


app = typer.Typer(
    name="ideogram-bot",
    help="Is it them or us? An incident bot for services that depend on the Ideogram image API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@contextmanager
def _reading() -> Iterator[None]:
    """Read modules without looking for garbage: what they make stays.

    A fifth of the start would go into that. What stays is then left out of all later looks, the
    longest of which would stop the bot for a moment.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@app.command()
def serve() -> None:
    """Run the bot: Socket Mode when SLACK_APP_TOKEN is set, else signed HTTP."""
    with _reading():
        from bot.bootstrap.serve import run
        from bot.settings.load import load

    _guarded(lambda: asyncio.run(run(load(os.environ, for_slack=True))), as_json=False)


@app.command()
def triage(
    service: Annotated[str | None, typer.Argument(help="A service, or all.")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Free probes only.")] = False,
    full: Annotated[bool, typer.Option("--full", help="One image with each used call.")] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="All that was found, below the card.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The JSON document.")] = False,
) -> None:
    """Find out whether it is them or us. Exit 0 healthy, 1 a fault, 2 undetermined or error."""
    if quick and full:
        _fail([Problem("--quick and --full exclude each other.", "Use one.")], as_json=as_json)
    code: int = _guarded(
        lambda: _triage(service, quick=quick, full=full, in_full=evidence, as_json=as_json),
        as_json=as_json,
    )
    raise typer.Exit(code)


def _triage(service: str | None, *, quick: bool, full: bool, in_full: bool, as_json: bool) -> int:
    with _reading():
        from rich.console import Console

        from bot import log
        from bot.bootstrap.objects import secrets_of
        from bot.bootstrap.once import triage_once
        from bot.domain.diagnosis import Mode
        from bot.settings.load import load
        from bot.terminal import Progress, document, exit_code, show

    settings = load(os.environ, for_slack=False)
    log.configure(settings.environment.log_format, secrets_of(settings.environment))
    mode = Mode.QUICK if quick else Mode.FULL if full else None
    names = [one.name for one in settings.file.services] if service == "all" else [service or ""]
    with Progress(Console(stderr=True), names) as progress:
        shown, words = asyncio.run(triage_once(settings, service, mode, progress.of))
    documents = [document(card, words, steps) for card, steps in shown]
    if as_json:
        many = {"schema": "ideogram-bot/triages/1", "triages": documents}
        # Many in one line: a program reads it, and indenting a thousand takes a second.
        print(json.dumps(many) if service == "all" else json.dumps(documents[0], indent=2))
    else:
        for card, _ in shown:
            show(Console(highlight=False), card, words, in_full=in_full)
    return exit_code([card.diagnosis.cause if card.diagnosis else None for card, _ in shown])


@app.command()
def postmortem(incident: Annotated[str, typer.Argument(help="For example INC-42.")]) -> None:
    """Print the postmortem of an incident as Markdown."""
    with _reading():
        from bot import log
        from bot.bootstrap.document import postmortem_once
        from bot.bootstrap.objects import secrets_of
        from bot.settings.load import load

    def write() -> None:
        settings = load(os.environ, for_slack=False)
        log.configure(settings.environment.log_format, secrets_of(settings.environment))
        sys.stdout.write(asyncio.run(postmortem_once(settings, incident)))

    _guarded(write, as_json=False)


@app.command()
def manifest(
    url: Annotated[str | None, typer.Option(help="Public URL of the bot, for HTTP mode.")] = None,
) -> None:
    """Print the Slack app manifest: Socket Mode, or HTTP with --url."""
    from bot.slack.manifest import manifest_text

    _guarded(lambda: sys.stdout.write(manifest_text(url)), as_json=False)


@app.command()
def schema(
    document: Annotated[Document, typer.Argument(help="What it describes.")],
) -> None:
    """Print a JSON Schema: of what triage --json prints, or of the config file."""
    from bot.bootstrap.schemas import config_schema, triage_schema

    print(json.dumps(triage_schema() if document is Document.TRIAGE else config_schema(), indent=2))


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the web page; 0 takes a free one.")
    ] = 8765,
    folder: Annotated[
        Path | None, typer.Option(help="Keep the bot's files here; else they are removed.")
    ] = None,
    *,
    browser: Annotated[bool, typer.Option("--open", help="Open the page.")] = False,
) -> None:
    """Run the bot in a pretend world with a web page to break things in."""
    from bot.sandbox.world import BotDidNotStartError, run

    try:
        _interruptible(run(port, folder, open_browser=browser))
    except BotDidNotStartError as error:
        _fail([Problem(str(error), "--folder DIR keeps its whole log.")], as_json=False)
    except OSError as error:
        _fail([_unusable(port, error)], as_json=False)


def _unusable(port: int, error: OSError) -> Problem:
    why = error.strerror or str(error)
    if error.filename is not None:
        return Problem(f"{error.filename} cannot be used: {why}.", "Name a folder: --folder DIR")
    fix = "Stop what listens there, or let a free one be taken: --port 0"
    return Problem(f"Port {port} cannot be used: {why}.", fix)


def _interruptible(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        print("\nStopped.")


def _guarded(work: Callable[[], Any], *, as_json: bool) -> Any:  # noqa: ANN401  as the work
    """Run a command; an expected error becomes words and exit code 2."""
    try:
        return work()
    except ConfigError as error:
        _fail(error.problems, as_json=as_json)
    except BotError as error:
        _fail([Problem(str(error), _fix(error))], as_json=as_json)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fix(error: BotError) -> str:
    if isinstance(error, TemporaryError):
        return "Try again in a moment."
    return "`python -m bot --help` lists commands and options."


def _fail(problems: Any, *, as_json: bool) -> NoReturn:  # noqa: ANN401  any sequence of problems
    from bot.terminal import problems_document

    if as_json:
        print(json.dumps(problems_document(problems), indent=2))
    for problem in problems:
        print(f"{problem.message} {problem.fix}".rstrip(), file=sys.stderr)
    raise typer.Exit(CANNOT_RUN)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
