"""Foreign text made fit to be shown: no key, token, password, address of a person or signed query.

Everything that another side says passes here before it is cut, shown, kept or logged.
"""

import re
import string
from dataclasses import replace
from typing import Final

from bot.domain.answer import ApiKey
from bot.domain.probe import ProbeResult

CUT: Final = "…"
READ_MAX_CHARS: Final = 4000  # far more than is ever shown
_KEY_MIN_CHARS: Final = 8  # cutting out a shorter one would cut words
# Names of fields whose value is never shown, whatever it is.
_NAMES: Final = "prompt|url|key|token|secret|password|authorization|cookie|signature|email"
HIDDEN: Final = re.compile(_NAMES, re.IGNORECASE)
_TOKEN: Final = re.compile(r"(?<![\w+-])[A-Za-z0-9_+-]{24,}")  # a key, or part of one
_OF_A_SECRET: Final = string.ascii_letters + string.digits + "_+/=.-"
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")  # some keys are UUIDs
# What is that long too, and said often: names of pods, variables, metrics and reasons.
_NAME: Final = re.compile(
    r"[a-z0-9]{1,16}([-_][a-z0-9]{1,16})+|[A-Z0-9]{1,16}(_[A-Z0-9]{1,16})+|[a-z]+|([A-Z][a-z]+)+"
)
_SECRETS: Final = (
    # In a text that is no whole JSON: the name, the colon, and its value or what is there.
    (
        re.compile(
            rf'("[^"]{{0,40}}(?:{_NAMES})[^"]{{0,40}}"\s*:\s*)("[^"]*"?|[^,}}\s]+)', re.IGNORECASE
        ),
        rf'\1"{CUT}"',
    ),
    (re.compile(r"(://)[^/\s]+@"), rf"\1{CUT}@"),  # a password may hold an @ itself
    (re.compile(r"\?[^\s\"'<>]+"), f"?{CUT}"),  # of a URL; a signed one is a capability
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+"), CUT),
    (re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+"), CUT),
    (re.compile(r"(\b(?:bearer|basic)\s+)(?=\S*\d)[\w.~+/=-]+", re.IGNORECASE), rf"\1{CUT}"),
    # KEY=value, as in a command line that stands in an annotation.
    (
        re.compile(
            r"((?:key|token|secret|password|authorization|signature)[\w-]{0,40}\s?=\s?)"
            r"(\"[^\"]*\"|'[^']*'|[^\s\"'&,;]+)",
            re.IGNORECASE,
        ),
        rf"\1{CUT}",
    ),
    (
        re.compile(
            r"(passw(?:or)?d\\?[\"']?\s{0,3}[:=]\s{0,3})"
            r"(\\?\"[^\"]*\"?|'[^']*'?|[^\s\"',;}]{4,})",
            re.IGNORECASE,
        ),
        rf"\1{CUT}",
    ),
    # Base64 may hold slashes; a path has no such mixture without any other mark.
    (
        re.compile(
            r"(?<![\w+/.-])(?=[A-Za-z+/]*\d)(?=[A-Z0-9+/]*[a-z])(?=[a-z0-9+/]*[A-Z])"
            r"[A-Za-z0-9+/]{32,}={0,2}"
        ),
        CUT,
    ),
    # key: value, where the value looks like one.
    (
        re.compile(
            r"((?:key|token|secret|password|authorization)[\w-]{0,40}\\?[\"']?\s?:\s?\\?[\"']?)"
            r"(?=[^\s\"',;}\\]{0,200}\d)[^\s\"',;}\\]{6,}",
            re.IGNORECASE,
        ),
        rf"\1{CUT}",
    ),
)


def cleaned(text: str, key: ApiKey | None = None) -> str:
    """Cut out of foreign text what nobody may see.

    Args:
        text: As it came; only its beginning is read.
        key: With which was asked; cut out should the answer repeat it.
    """
    known = _without(text, key)
    if len(known) > READ_MAX_CHARS:
        known = known[:READ_MAX_CHARS].rstrip(_OF_A_SECRET) + CUT  # no half of one
    for pattern, instead in _SECRETS:
        known = pattern.sub(instead, known)
    return _TOKEN.sub(_unless_name, known)


def without_key(result: ProbeResult, key: ApiKey | None) -> ProbeResult:
    """Cut a key out of all that a result says: who was asked may know it and repeat it."""
    if key is None:
        return result
    said = {
        name: _without(value, key) if isinstance(value, str) else value
        for name, value in result.facts.items()
    }
    return replace(
        result,
        detail=_without(result.detail, key),
        excerpt=None if result.excerpt is None else _without(result.excerpt, key),
        facts=said,
    )


def _without(text: str, key: ApiKey | None) -> str:
    if key is None or len(key.secret.value) < _KEY_MIN_CHARS:
        return text
    return text.replace(key.secret.value, CUT)


def _unless_name(found: re.Match[str]) -> str:
    token = found[0]
    return token if _NAME.fullmatch(token) and not _ID.match(token) else CUT
