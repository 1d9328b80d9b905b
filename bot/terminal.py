"""The triage in a terminal: live progress, a card in plain words, and the JSON document."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bot.domain.beside import Beside
from bot.domain.diagnosis import Cause, Diagnosis
from bot.domain.errors import Problem
from bot.domain.history import Earlier
from bot.domain.ids import incident_text, triage_text
from bot.domain.message import TriageCard
from bot.domain.mitigation import MitigationKind
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.ports import Words

EXIT_HEALTHY: Final = 0
EXIT_FAULT: Final = 1
EXIT_UNDETERMINED: Final = 2
_MARKS: Final = {
    Outcome.HEALTHY: ("works", "green"),
    Outcome.UNHEALTHY: ("fails", "red"),
    Outcome.UNKNOWN: ("not seen", "yellow"),
}
_DATE: Final = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_LINK: Final = re.compile(r"<[^|>]*\|([^>]*)>|<([^>]*)>")


class Progress:
    """Shows each result as it comes: redrawn on a terminal, plain lines when piped."""

    def __init__(self, console: Console, services: Sequence[str]) -> None:
        """Write to `console`; with several services each line names its own."""
        self._console = console
        self._is_live = console.is_terminal
        self._many = len(services) > 1
        self._results: dict[tuple[str, ProbeKind], ProbeResult] = {}
        self._live = Live(get_renderable=self._table, console=console, transient=True)

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._is_live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the drawing."""
        self._live.stop()

    def of(self, service: str) -> Callable[[ProbeResult], None]:
        """Make the listener for one service's results."""

        def add(result: ProbeResult) -> None:
            self._results[service, result.kind] = result
            if self._is_live:
                return  # drawn from time to time
            word, _ = _MARKS[result.outcome]
            before = f"{service}: " if self._many else ""
            # Past the console, which would measure and wrap what nobody reads in columns.
            print(f"{before}{result.kind}: {word}: {result.detail}", file=self._console.file)

        return add

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for (service, kind), result in sorted(self._results.copy().items()):  # drawn by a thread
            word, colour = _MARKS[result.outcome]
            cells = [kind.value, Text(word, style=colour), Text(result.detail)]
            table.add_row(*([service, *cells] if self._many else cells))
        table.add_row(Text("measuring …", style="dim"))
        return table


def show(console: Console, card: TriageCard, words: Words, *, in_full: bool = False) -> None:
    """Print a finished triage for people; long lines stay whole, so commands can be copied.

    Args:
        console: Where to.
        card: What was found.
        words: For everything said.
        in_full: Whether all that was found stands below the card, as *Show Evidence* has it.
    """
    wording = words.wording(card)
    lines = [Text(wording.header, style="bold")]
    texts = "\n".join((wording.lead, *wording.rows)).splitlines()
    lines += [Text(f"  {plain(text)}") for text in texts if text]
    lines.append(Text(plain(wording.context), style="dim"))
    for one in words.evidence(card) if in_full else ():
        lines.append(Text(f"{one.name} · {one.state}", style="bold"))
        lines += [Text(f"  {text}") for text in one.lines]
    for line in lines:
        console.print(line, soft_wrap=True)


def plain(mrkdwn: str) -> str:
    """Turn Slack's markup into plain text."""
    without_dates = _DATE.sub(r"\1", mrkdwn)
    without_links = _LINK.sub(lambda found: found[1] or found[2], without_dates)
    without_bold = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"\1", without_links)
    return html.unescape(re.sub(r"(?m)(^|(?<=\s))`([^`\n]+)`$", r"\2", without_bold))


def next_steps(
    diagnosis: Diagnosis, places: Mapping[MitigationKind, int], words: Words
) -> list[str]:
    """Merge what people do and what buttons do, by their place; a button comes first on a tie."""
    buttons = [(place, 0, words.label(f"button.{kind}")) for kind, place in places.items()]
    steps = [(step.place, 1, step.text) for step in diagnosis.steps]
    return [text for _, _, text in sorted(buttons + steps)]


def exit_code(causes: Sequence[Cause | None]) -> int:
    """Combine verdicts: 1 if any is a fault, else 2 if any is undetermined, else 0."""
    codes = {_code(cause) for cause in causes}
    return next((code for code in (EXIT_FAULT, EXIT_UNDETERMINED) if code in codes), EXIT_HEALTHY)


def _code(cause: Cause | None) -> int:
    if cause is Cause.HEALTHY:
        return EXIT_HEALTHY
    return EXIT_UNDETERMINED if cause in (None, Cause.UNDETERMINED) else EXIT_FAULT


def document(card: TriageCard, words: Words, steps: Sequence[str]) -> dict[str, Any]:
    """Build the JSON document of one triage, schema `ideogram-bot/triage/1`."""
    found = card.diagnosis
    duration = card.duration
    return {
        "schema": "ideogram-bot/triage/1",
        "id": None if card.triage_id is None else triage_text(card.triage_id),
        "service": card.service,
        "mode": card.mode,
        "mode_reason": card.mode_reason,
        "started_at": _moment(card.started_at),
        "duration_ms": None if duration is None else int(duration.total_seconds() * 1000),
        "cost_usd": _usd(card.cost),
        "spent_usd": _usd(card.spent),
        "budget_left_usd": None if card.budget_left is None else _usd(card.budget_left),
        "diagnosis": None if found is None else _diagnosis(found, card, words, steps),
        "probes": [_probe(one) for one in card.results],
        "balance_usd": None if card.beside.balance is None else _usd(card.beside.balance),
        "open_incident": None if card.open_incident is None else incident_text(card.open_incident),
        "earlier": None if card.beside.earlier is None else _earlier(card.beside.earlier),
        "balance_age_seconds": _age(card.beside),
    }


def _age(beside: Beside) -> int | None:
    """Tell how old the reading is that the balance rests on."""
    known = beside.estimate
    return None if known is None or known.balance is None else _seconds(known.age)


def _earlier(one: Earlier) -> dict[str, Any]:
    return {
        "incident": incident_text(one.incident_id),
        "ago_seconds": _seconds(one.ago),
        "lasted_seconds": None if one.lasted is None else _seconds(one.lasted),
        "helped": one.helped,
        "took_seconds": None if one.took is None else _seconds(one.took),
    }


def _diagnosis(
    found: Diagnosis, card: TriageCard, words: Words, steps: Sequence[str]
) -> dict[str, Any]:
    wording = words.wording(card)
    return {
        "cause": found.cause,
        "origin": found.origin,
        "severity": found.severity,
        "branch": found.branch,
        "summary": " ".join(f"{wording.header}. {plain(wording.lead)}".split()),
        "evidence": list(found.evidence),
        "also_seen": [
            {"cause": one.cause, "origin": one.origin, "severity": one.severity}
            for one in found.also_seen
        ],
        "not_looked_at": [{"probe": one.probe, "why": one.why} for one in found.not_looked_at],
        "contradictions": list(found.contradictions),
        "would_change": found.would_change,
        "contact": _contact(found),
        "next_steps": list(steps),
        "by_hand": [
            *((card.by_hand,) if card.by_hand is not None else ()),
            *(one.by_hand for one in card.not_offered if one.by_hand is not None),
        ],
    }


def _contact(found: Diagnosis) -> str | None:
    return found.contact if found.contact_id is None else f"{found.contact}, {found.contact_id}"


def _probe(one: ProbeResult) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "outcome": one.outcome,
        "detail": one.detail,
        "status": one.status,
        "latency_ms": None if one.latency is None else int(one.latency.total_seconds() * 1000),
        "cost_usd": _usd(one.cost),
        "request_id": one.request_id,
        "facts": dict(one.facts),
        "request": one.request,
        "phases_ms": {
            phase.value.replace(" ", "_"): int(lasted.total_seconds() * 1000)
            for phase, lasted in one.phases
        },
        "excerpt": one.excerpt,
    }


def problems_document(problems: Sequence[Problem]) -> dict[str, Any]:
    """Build the JSON document of an error, schema `ideogram-bot/error/1`."""
    return {
        "schema": "ideogram-bot/error/1",
        "problems": [{"message": one.message, "fix": one.fix} for one in problems],
    }


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())


def _usd(amount: Decimal) -> str:
    return f"{amount:.3f}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
