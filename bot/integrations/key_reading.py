"""Turning the text of a key into something that cannot be shown by accident."""

import hashlib
from typing import Final

from bot.domain.answer import ApiKey, SecretText
from bot.domain.errors import MissingError

_FINGERPRINT_DIGITS: Final = 8


def read_key(text: str, source: str) -> ApiKey:
    """Read a key.

    Args:
        text: As it was found; white space around it, a frequent accident, is cut and said.
        source: Where it was found, in words.

    Raises:
        MissingError: It is empty, or holds characters that no header can carry.
    """
    key = text.strip()
    if not key:
        raise MissingError(f"{source} is empty; put the API key there")
    if not (key.isascii() and key.isprintable()):
        raise MissingError(f"{source} holds no API key: it has characters that no header carries")
    padded = "" if key == text else " (it has white space around it)"
    fingerprint = hashlib.sha256(key.encode()).hexdigest()[:_FINGERPRINT_DIGITS]
    return ApiKey(SecretText(key), fingerprint, source + padded)
