"""What buttons and forms carry: names that stay, and small values of ids.

A value that comes back was in other people's hands: reading it never fails, it finds nothing.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.ids import NAME, IncidentId, PreviewId, ServiceName, TriageId
from bot.domain.mitigation import MitigationKind

# action_ids; a press names its kind as well, because ids must differ within one block.
PRESS: Final = "press"
DECLARE: Final = "declare"
ACKNOWLEDGE: Final = "acknowledge"
UPDATE: Final = "update"
RESOLVE: Final = "resolve"
EVIDENCE: Final = "evidence"
TIMELINE: Final = "timeline"
POSTMORTEM: Final = "postmortem"
AGAIN: Final = "again"
FULL: Final = "full"
OFFER: Final = "offer"
MORE: Final = "more"
USERS_FAILING: Final = "users-failing"
USERS_FINE: Final = "users-fine"
LOOKS_BAD: Final = "looks-bad"
VERIFY: Final = "verify"
BILLING: Final = "billing"
REPORT: Final = "report"
LINK: Final = "link"
ANY_ACTION: Final = re.compile(r"[a-z]+(-[a-z-]+)?")

# callback_ids of the forms.
DECLARE_FORM: Final = "declare-form"
UPDATE_FORM: Final = "update-form"
RESOLVE_FORM: Final = "resolve-form"

_BLOCK: Final = re.compile(r"actions/(\d{1,9})/([a-z0-9-]*)")


@dataclass(frozen=True, slots=True)
class Value:
    """What a button means, by ids only.

    Attributes:
        do: One of the action_ids above.
        kind: Of the mitigation to offer.
        service: Where the buttons of one block are about several.
    """

    do: str
    triage: TriageId | None = None
    incident: IncidentId | None = None
    preview: PreviewId | None = None
    kind: MitigationKind | None = None
    service: ServiceName | None = None

    def encode(self) -> str:
        """Write it as JSON, absent ids left out: short enough for an option of an overflow."""
        fields = {
            "do": self.do,
            "t": self.triage,
            "i": self.incident,
            "p": self.preview,
            "k": self.kind,
            "s": self.service,
        }
        kept = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(kept, separators=(",", ":"))


def decode(text: Any) -> Value | None:  # noqa: ANN401  it came as JSON
    """Read a button's value; None when it is none of ours."""
    try:
        found = json.loads(text or "")
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("do"), str):
        return None
    triage, incident = _number(found.get("t")), _number(found.get("i"))
    preview, kind, service = found.get("p"), found.get("k"), found.get("s")
    return Value(
        do=found["do"],
        triage=None if triage is None else TriageId(triage),
        incident=None if incident is None else IncidentId(incident),
        preview=PreviewId(preview) if isinstance(preview, str) and preview else None,
        kind=MitigationKind(kind) if kind in list(MitigationKind) else None,
        service=_name(service),
    )


def _name(value: Any) -> ServiceName | None:  # noqa: ANN401  it came as JSON
    is_name = isinstance(value, str) and NAME.fullmatch(value) is not None
    return ServiceName(value) if is_name else None


def _number(value: Any) -> int | None:  # noqa: ANN401  it came as JSON
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9
    return value if fits else None


def press_id(kind: MitigationKind, *, is_undo: bool) -> str:
    """Name the button of a mitigation: the same for each version of a card."""
    return f"{PRESS}-undo-{kind}" if is_undo else f"{PRESS}-{kind}"


def block_id(revision: int, service: ServiceName | None = None) -> str:
    """Name the block of buttons of one version of a message, for one service."""
    return f"actions/{revision}/{service or ''}"


def service_of(block: Any) -> ServiceName | None:  # noqa: ANN401  it came as JSON
    """Read the service from the name of a block; None when there is none."""
    found = _BLOCK.fullmatch(block) if isinstance(block, str) else None
    return ServiceName(found[2]) if found and NAME.fullmatch(found[2]) else None
