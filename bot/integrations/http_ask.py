"""One HTTP request and its reply, as the clients of this package exchange them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.answer import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request.

    Attributes:
        json: The body; None sends none.
        admit: Tells whether an address may be connected to; None admits all.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    admit: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        exchange: Its body is None; `content` has it.
        content: At most the bound, decompressed.
        is_cut: There was more.
        location: Of a redirect, absolute; None otherwise.
        refused_address: No address of the host was admitted; nothing was sent.
    """

    exchange: Exchange
    content: bytes = b""
    is_cut: bool = False
    location: str | None = None
    refused_address: bool = False
