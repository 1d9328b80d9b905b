"""Values of a submitted form, read tolerantly."""

from collections.abc import Mapping
from typing import Any


def element_in(view: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Find what a person left in a field, by its block; empty when there is no such field.

    The element's own id may differ: a form shown anew gives its elements new ones, for Slack keeps
    what was typed into those that it knows.
    """
    values = (view.get("state") or {}).get("values") or {}
    found = next(iter((values.get(name) or {}).values()), None)
    return found if isinstance(found, dict) else {}


def value_in(view: Mapping[str, Any], name: str) -> str:
    """Read a text, or the value of a choice; empty when there is none."""
    element = element_in(view, name)
    chosen = (element.get("selected_option") or {}).get("value")
    return " ".join(str(chosen or element.get("value") or "").split())
