"""What of a request and its answer people may see: no key, no prompt, no URL with its query."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.domain.answer import ApiKey, Exchange
from bot.domain.classes import is_success
from bot.domain.probe import ProbeResult

EXCERPT_MAX_CHARS: Final = 300  # some lines on a phone
_CUT: Final = "…"
_DEPTH_MAX: Final = 4  # of nested JSON; error bodies have two
# Names of fields whose value is never shown, whatever it is.
_NAMES: Final = "prompt|url|key|token|secret|password|authorization|cookie|signature|email"
_HIDDEN: Final = re.compile(_NAMES, re.IGNORECASE)
# The same in a text that is no whole JSON: the name, the colon, and its value or what is there.
_FIELD: Final = re.compile(
    rf'("[^"]{{0,40}}(?:{_NAMES})[^"]{{0,40}}"\s*:\s*)("[^"]*"?|[^,}}\s]+)', re.IGNORECASE
)
_READ_MAX_CHARS: Final = 4000  # of which the excerpt is the beginning
_QUERY: Final = re.compile(r"\?[^\s\"']*")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_LONG_TOKEN: Final = re.compile(r"[A-Za-z0-9_+-]{24,}")  # a key, or part of one


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
    if key is not None:
        text = text.replace(key.secret.value, _CUT)
    text = _FIELD.sub(rf'\1"{_CUT}"', text[:_READ_MAX_CHARS])
    for pattern in (_QUERY, _EMAIL, _LONG_TOKEN):
        text = pattern.sub(_CUT, text)
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if len(line) <= EXCERPT_MAX_CHARS:
        return line or None
    return line[: EXCERPT_MAX_CHARS - 1] + _CUT


def _bare(value: object, depth: int = 0) -> object:
    """Leave out what fields of these names hold, and what is nested too deeply."""
    if depth >= _DEPTH_MAX and isinstance(value, Mapping | list):
        return _CUT
    if isinstance(value, Mapping):
        return {
            str(name): _CUT if _HIDDEN.search(str(name)) else _bare(one, depth + 1)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_bare(one, depth + 1) for one in value]
    return value
