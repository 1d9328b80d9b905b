"""Where the service keeps its pictures, and the placeholder it shows when there is none."""

import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_KEPT: Final = 300  # newest; stands for an object store, which a sandbox does not have

PLACEHOLDER_PATH: Final = "/placeholder.svg"
PLACEHOLDER_SVG: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024" viewBox="0 0 1024 1024">'
    '<rect width="1024" height="1024" fill="#333"/>'
    '<text x="512" y="512" fill="#fff" font-family="sans-serif" font-size="72" '
    'text-anchor="middle" dominant-baseline="middle">Image unavailable</text></svg>'
)
"""Made here: a placeholder from somebody else's server is one more thing that can be down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture and what is known about it.

    Attributes:
        name: Holds the seed, so that the picture can be made again.
        metadata: prompt, seed, model, style, resolution, created_at.
    """

    name: str
    content: bytes
    metadata: Mapping[str, object]


class PictureStore:
    """Keeps pictures by name; the oldest go first when it is full."""

    def __init__(self) -> None:
        """Start empty."""
        self._pictures: OrderedDict[str, StoredPicture] = OrderedDict()

    def save(self, content: bytes, metadata: Mapping[str, object]) -> StoredPicture:
        """Keep a picture for good.

        Args:
            content: PNG.
            metadata: With `seed`.
        """
        name = f"seed-{metadata['seed']}-{uuid.uuid4().hex[:8]}.png"
        stored = StoredPicture(name=name, content=content, metadata=dict(metadata))
        self._pictures[name] = stored
        if len(self._pictures) > _KEPT:
            self._pictures.popitem(last=False)
        return stored

    def find(self, name: str) -> StoredPicture | None:
        """Return a stored picture; None when there is none (any more)."""
        return self._pictures.get(name)
