"""What `triage --json` prints, held against its JSON Schema."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from bot.bootstrap.schemas import triage_schema


def check_document(document: Mapping[str, Any]) -> None:
    """Fail unless a document is as the schema says, and holds nothing that it does not name."""
    schema = triage_schema()
    Draft202012Validator(schema).validate(document)
    kind = str(document["schema"]).split("/")[1]
    unnamed = _unnamed(document, schema["$defs"][kind], schema)
    assert not unnamed, f"not in the schema: {unnamed}"


def _unnamed(value: Any, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    schema = _meant(schema, whole)
    if isinstance(value, list):
        return [name for one in value for name in _unnamed(one, schema["items"], whole)]
    if not isinstance(value, Mapping) or "properties" not in schema:
        return []
    named = schema["properties"]
    inner = [
        name for key in value if key in named for name in _unnamed(value[key], named[key], whole)
    ]
    return [*(key for key in value if key not in named), *inner]


def _meant(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Look behind "or null" and references."""
    schema = schema.get("anyOf", [schema])[0]
    if "$ref" in schema:
        found: Mapping[str, Any] = whole["$defs"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema
