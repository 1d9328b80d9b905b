"""Samples written down: a store that was scraped once a second up to a fixed moment."""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.prometheus.answers import instant
from bot.sandbox.prometheus.parser import parse
from bot.sandbox.prometheus.store import NAME, Store, labels_of

NOW = 1_700_000_000_000  # ms


def series(name: str, values: Sequence[float | None], **labels: str):
    """Write a series down: its newest value is of NOW; None where it ended."""
    return {NAME: name, **labels}, values


def a_store(*found) -> Store:
    """Keep these series."""
    store = Store()
    for labels, values in found:
        for place, value in enumerate(values):
            at = NOW - (len(values) - 1 - place) * 1000
            store.append(labels_of(labels), at, None if value is None else float(value))
    return store


def ask(store: Store, query: str, *, later_ms: int = 0) -> Any:
    """Evaluate at NOW, or later; a vector as values by the labels."""
    found = instant(parse(query), store, NOW + later_ms)["result"]
    if found and isinstance(found[0], dict) and "value" in found[0]:
        return {tuple(one["metric"].items()): float(one["value"][1]) for one in found}
    return found
