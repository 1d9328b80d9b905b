"""Checks before a prompt leaves the house: length, and no personal data."""

import re
from typing import Final

from bot.sandbox.service.failures import Reason, ServiceFailure

MAX_CHARS: Final = 10_000  # production checklist; Ideogram documents none
_LOGGED_CHARS: Final = 120

# Deliberately simple, as most services have it; order matters: cards look like phone numbers.
_PERSONAL: Final = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[email]"),
    (re.compile(r"\b(?:\d[ -]?){13,16}\b"), "[card]"),
    (re.compile(r"\+?\d[\d ()/-]{7,}\d"), "[phone]"),
)


def checked(prompt: object) -> str:
    """Return the prompt that may be sent: trimmed, personal data replaced.

    Raises:
        ServiceFailure: BAD_PROMPT when it is no text, empty, or longer than 10,000 characters.
    """
    if not isinstance(prompt, str) or not prompt.strip():
        raise ServiceFailure(Reason.BAD_PROMPT, 400, "Say what the picture should show")
    if len(prompt) > MAX_CHARS:
        raise ServiceFailure(Reason.BAD_PROMPT, 400, f"At most {MAX_CHARS} characters")
    return sanitized(prompt.strip())


def sanitized(prompt: str) -> str:
    """Replace addresses, card and phone numbers by what they are."""
    for pattern, replacement in _PERSONAL:
        prompt = pattern.sub(replacement, prompt)
    return prompt


def for_log(prompt: str) -> str:
    """Return one short sanitized line, for people who review refused prompts."""
    line = " ".join(sanitized(prompt).split())
    return line if len(line) <= _LOGGED_CHARS else line[: _LOGGED_CHARS - 1] + "…"
