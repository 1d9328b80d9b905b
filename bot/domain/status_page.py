"""Reading the provider's status page: what it says about itself, evidence and never a verdict.

The shape is Statuspage's (https://metastatuspage.com/api, `summary.json`); of Ideogram's page only
the shape is known, not its components, so any key may be absent and any document may come.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.cleaning import cleaned

_NAME_MAX_CHARS: Final = 60
_NAMED_MOST: Final = 3
_FINE: Final = "operational"
_COMPONENT_WORDS: Final = {
    _FINE: _FINE,
    "degraded_performance": "degraded",
    "partial_outage": "partial outage",
    "major_outage": "major outage",
    "under_maintenance": "under maintenance",
}
_INDICATORS: Final = frozenset({"none", "minor", "major", "critical", "maintenance"})
_ALL_WELL: Final = "none"


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Where the page stands, and which of its components concern us.

    Attributes:
        components: Matched anywhere in a component's name.
    """

    url: str
    components: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class StatusReading:
    """What the page says.

    Attributes:
        is_fine: None when the document says nothing that we understand.
        said: In our words and the components' names; not yet fit for a line.
        affected: How many of our components are not operational.
    """

    is_fine: bool | None
    said: str
    affected: int = 0


def read_status(document: object, components: re.Pattern[str]) -> StatusReading:
    """Read a summary. Total: any document.

    Our components decide where the page lists some with a known word. The indicator of the whole
    page counts as long as it speaks of no component that is none of ours.
    """
    known = list(_components(document))
    ours = [(name, word) for name, word in known if components.search(name)]
    affected = [f"{name} {_COMPONENT_WORDS[word]}" for name, word in ours if word != _FINE]
    if affected:
        more = f" and {len(affected) - _NAMED_MOST} more" if len(affected) > _NAMED_MOST else ""
        said = ", ".join(affected[:_NAMED_MOST]) + more
        return StatusReading(is_fine=False, said=said, affected=len(affected))
    indicator = _indicator(document) if len(ours) == len(known) else None
    if indicator not in (None, _ALL_WELL):
        return StatusReading(is_fine=False, said=f"reports {indicator} trouble")
    if ours or indicator == _ALL_WELL:
        return StatusReading(is_fine=True, said="all operational")
    return StatusReading(is_fine=None, said="no component of ours and no known status in it")


def _components(document: object) -> Iterator[tuple[str, str]]:
    listed = document.get("components") if isinstance(document, Mapping) else None
    for one in listed if isinstance(listed, list) else ():
        name, word = (one.get("name"), one.get("status")) if isinstance(one, Mapping) else (0, 0)
        if isinstance(name, str) and isinstance(word, str) and word in _COMPONENT_WORDS:
            yield cleaned(name)[:_NAME_MAX_CHARS], word


def _indicator(document: object) -> str | None:
    status = document.get("status") if isinstance(document, Mapping) else None
    indicator = status.get("indicator") if isinstance(status, Mapping) else None
    known = isinstance(indicator, str) and indicator in _INDICATORS
    return indicator if known and isinstance(indicator, str) else None
