"""JSON Schemas (draft 2020-12) of what programs exchange with the bot.

Of the documents the names that are there stay within a version and are all required; new ones may
be added, so what is not named here is allowed. Of the config file unknown keys are refused.
"""

from collections.abc import Iterable
from typing import Any, Final

from bot.domain.diagnosis import Cause, Mode, Origin
from bot.domain.mitigation import MitigationKind
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from bot.settings.config_file import ConfigFile

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_COUNT: Final = {"type": "integer", "minimum": 0}
_INCIDENT: Final = {"type": "string", "pattern": "^INC-[0-9]+$"}
_USD: Final = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{3}$"}
_MOMENT: Final = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    "description": "UTC.",
}


def triage_schema() -> Schema:
    """Describe every document of `triage --json`: of one service, of all, of an error."""
    return {
        "$schema": DRAFT,
        "title": "What ideogram-bot triage --json prints",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("triage", "triages", "error")],
        "$defs": {
            "triage": _document("triage", **_of_triage()),
            "triages": _document("triages", triages=_list({"$ref": "#/$defs/triage"})),
            "error": _document("error", problems=_list(_object(message=_TEXT, fix=_TEXT))),
            "diagnosis": _object(**_of_diagnosis()),
            "probe": _object(**_of_probe()),
        },
    }


def config_schema() -> Schema:
    """Describe the config file."""
    described = ConfigFile.model_json_schema()
    return {"$schema": DRAFT, **described, "title": "ideogram-bot.yml"}


def _of_triage() -> Schema:
    return {
        "id": _or_null({"type": "string", "pattern": "^T-[0-9]+$"}),
        "service": _TEXT,
        "mode": _one_of(Mode),
        "mode_reason": _or_null(_TEXT),
        "started_at": _MOMENT,
        "duration_ms": _or_null(_COUNT),
        "cost_usd": _USD,
        "spent_usd": _USD,
        "budget_left_usd": _or_null(_USD),
        "balance_usd": _or_null(_USD),
        "balance_age_seconds": _or_null(_COUNT),
        "open_incident": _or_null(_INCIDENT),
        "earlier": _or_null(_object(**_of_earlier())),
        "diagnosis": _or_null({"$ref": "#/$defs/diagnosis"}),
        "probes": {
            **_list({"$ref": "#/$defs/probe"}),
            "description": "Every kind, in fixed order; also those that were not run.",
        },
    }


def _of_earlier() -> Schema:
    return {
        "incident": _INCIDENT,
        "ago_seconds": _COUNT,
        "lasted_seconds": _or_null(_COUNT),
        "helped": _or_null(_one_of(MitigationKind)),
        "took_seconds": _or_null(_COUNT),
    }


def _of_diagnosis() -> Schema:
    seen = {
        "cause": _one_of(Cause),
        "origin": _or_null(_one_of(Origin)),
        "severity": _or_null(_one_of(Severity)),
    }
    return {
        **seen,
        "branch": _TEXT,
        "summary": _TEXT,
        "evidence": _list(_one_of(ProbeKind)),
        "also_seen": _list(_object(**seen)),
        "not_looked_at": _list(_object(probe=_one_of(ProbeKind), why=_TEXT)),
        "contradictions": _TEXTS,
        "would_change": _TEXT,
        "contact": _or_null(_TEXT),
        "next_steps": _TEXTS,
        "by_hand": _TEXTS,
    }


def _of_probe() -> Schema:
    return {
        "kind": _one_of(ProbeKind),
        "outcome": _one_of(Outcome),
        "detail": _TEXT,
        "status": _or_null({"type": "integer", "minimum": 100, "maximum": 999}),
        "latency_ms": _or_null(_COUNT),
        "cost_usd": _USD,
        "request_id": _or_null(_TEXT),
        "facts": {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
            "description": "Further values by name; which ones depends on the kind.",
        },
        "request": _or_null(_TEXT),
        "phases_ms": {"type": "object", "additionalProperties": _COUNT},
        "excerpt": _or_null(_TEXT),
    }


def _document(kind: str, **properties: Schema) -> Schema:
    return _object(**{"schema": {"const": f"ideogram-bot/{kind}/1"}, **properties})


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(words: Iterable[str]) -> Schema:
    return {"enum": [str(word) for word in words]}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
