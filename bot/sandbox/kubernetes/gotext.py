"""Values as Go prints them in error messages: `map[a:1 b:[x y]]`."""

from typing import Any


def go_text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Print a JSON value as Go's `%v` does."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else str(value)
