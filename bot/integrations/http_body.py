"""Bodies of foreign answers: bounded, decompressed within the bound, read tolerantly."""

import json
import re
import zlib
from collections.abc import AsyncIterator
from typing import Any, Final

_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32  # recognises either by its first bytes
_COMPRESSED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN: Final = frozenset({"", "identity"})
# A lone surrogate is valid JSON and no valid text: it could neither be stored nor sent.
_SURROGATES: Final = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


async def read_bounded(
    chunks: AsyncIterator[bytes], *, encoding: str, max_bytes: int
) -> tuple[bytes, bool]:
    """Read a body, decompressed, and stop at the bound.

    Args:
        chunks: As they came over the wire.
        encoding: Of the header Content-Encoding; we ask for none, not everybody listens.
        max_bytes: Of the decompressed body.

    Returns:
        The bytes, and whether there was more. Nothing for an encoding that we cannot read.
    """
    encoding = encoding.strip().lower()
    unpack = zlib.decompressobj(_GZIP_OR_ZLIB) if encoding in _COMPRESSED else None
    if unpack is None and encoding not in _PLAIN:
        return b"", True
    content = bytearray()
    async for chunk in chunks:
        room = max_bytes + 1 - len(content)
        content += chunk[:room] if unpack is None else unpack.decompress(chunk, room)
        if len(content) > max_bytes:
            return bytes(content[:max_bytes]), True
    return bytes(content), False


def parse(content: bytes) -> Any:  # noqa: ANN401  a foreign document may be anything
    """Read a document: JSON, else text, else None."""
    text = content.decode("utf-8", errors="replace").strip()
    if not text:
        return None
    try:
        return json.loads(_SURROGATES.sub(lambda found: found[1] or r"\ufffd", text))
    except (ValueError, RecursionError):  # recursion: thousands of brackets are not worth more
        return text
