"""The provider's API as the probes need it."""

from datetime import datetime
from typing import Protocol

from bot.domain.answer import ApiKey, Exchange, SecretText
from bot.domain.ledger import Usage
from bot.domain.service import Call


class Ideogram(Protocol):
    """One request per method, never repeated. A failed request is an `Exchange`, no exception."""

    @property
    def host(self) -> str:
        """Name the API host, without scheme and port."""
        ...

    @property
    def quote_path(self) -> str:
        """Name the operation that is asked for a dry-run price quote."""
        ...

    async def keyless(self) -> Exchange:
        """Ask for the public key set, without a key. Free."""
        ...

    async def quote(self, key: ApiKey) -> Exchange:
        """Ask what an image would cost, without making one. Free.

        The caller must know that `quote_path` may be asked (diagnosis.md section 5).
        """
        ...

    async def generate(self, call: Call, key: ApiKey) -> Exchange:
        """Have one image made. Costs money: the price must be reserved before."""
        ...

    async def picture(self, url: SecretText) -> Exchange:
        """Fetch a picture from a listed host, without a key.

        The answer's body is None; its size and type are facts of `PictureFacts`.
        `Exchange.body` holds `{"bytes": int, "is_picture": bool}` for a 2xx answer.

        Raises:
            NoPictureError: The link, or what it redirects to, cannot be followed by anybody.
            PermanentError: The host is not on the allow-list, or its address is private.
        """
        ...

    async def usage(self, key: ApiKey, since: datetime, until: datetime) -> Usage:
        """Read what the key's account was charged, by hour up to a week, by day beyond. Free.

        Never raises: `Usage.why_not` says why it could not be read. It lags by a few minutes, and
        only keys of the organization's administrators may read it.
        """
        ...
