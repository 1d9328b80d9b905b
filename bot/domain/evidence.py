"""What of a request and its answer people may see: no key, no prompt, no URL with its query."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.domain.answer import ApiKey, Exchange
from bot.domain.classes import is_success
from bot.domain.cleaning import CUT, HIDDEN, cleaned
from bot.domain.probe import ProbeResult

EXCERPT_MAX_CHARS: Final = 300  # some lines on a phone
_DEPTH_MAX: Final = 4  # of nested JSON; error bodies have two


def traced(
    result: ProbeResult, seen: Exchange, *, key: ApiKey | None = None, paid: bool = False
) -> ProbeResult:
    """Add to a result what was asked, how long each phase took, and how the answer begins.

    Args:
        result: Made from the exchange.
        seen: The exchange.
        key: With which was asked; cut out of the answer should that repeat it.
        paid: Whether an image was asked for: a 2xx answer then holds its signed URL.
    """
    is_secret = is_success(seen.status) and (paid or _holds_images(seen.body))
    return replace(
        result,
        request=seen.endpoint,
        phases=seen.phases,
        excerpt=None if is_secret else excerpt(seen.body, key),
    )


def _holds_images(body: object) -> bool:
    return isinstance(body, Mapping) and "data" in body


def excerpt(body: object, key: ApiKey | None = None) -> str | None:
    """Show how a body begins, on one line; None without a body."""
    if body is None:
        return None
    text = body if isinstance(body, str) else json.dumps(_bare(body), ensure_ascii=False)
    text = cleaned(text, key)
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if len(line) <= EXCERPT_MAX_CHARS:
        return line or None
    return line[: EXCERPT_MAX_CHARS - 1] + CUT


def _bare(value: object, depth: int = 0) -> object:
    """Leave out what fields of these names hold, and what is nested too deeply."""
    if depth >= _DEPTH_MAX and isinstance(value, Mapping | list):
        return CUT
    if isinstance(value, Mapping):
        return {
            str(name): CUT if HIDDEN.search(str(name)) else _bare(one, depth + 1)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_bare(one, depth + 1) for one in value]
    return value
