"""The pretend customer's account at Ideogram: its keys, what it spent, what is in flight."""

import contextlib
import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.sandbox.ideogram.answers import (
    DENIED,
    INFLIGHT_LIMIT,
    MAX_INFLIGHT_REQUESTS,
    Refusal,
    bad_request,
    not_found,
)
from bot.sandbox.ideogram.orders import Order

_WIDTHS: Final = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}
_SPANS: Final = {"1h": timedelta(hours=168), "1d": timedelta(days=92)}  # documented


@dataclass(frozen=True, slots=True)
class _Line:
    """What charges have in common that end up in one line of the usage answer."""

    hour: datetime
    endpoint: str
    product: str
    unit_usd: Decimal
    key: str


class Account:
    """Keys, money and the limit of requests in flight.

    Attributes:
        key: The first accepted key.
        spent: USD for all pictures made so far.
        inflight: Generations being worked on.
        paused: Every key is refused, as with a balance of zero.
        owner_is_admin: Otherwise usage answers 404, as for keys of ordinary members.
    """

    def __init__(self) -> None:
        """Open an account with one random key."""
        self.key = secrets.token_urlsafe(64)
        self.spent = Decimal(0)
        self.inflight = 0
        self.paused = False
        self.owner_is_admin = True
        self._accepted = {self.key}
        self._revoked: set[str] = set()
        self._latest_key = self.key
        self._lines: Counter[_Line] = Counter()

    def add_key(self, key: str) -> None:
        """Accept another key of the same account."""
        self._accepted.add(key)

    def revoke_key_in_use(self) -> None:
        """Refuse the key that asked for the newest picture; the others stay accepted."""
        self._revoked = {self._latest_key}

    def revoke(self, keys: Iterable[str]) -> None:
        """Refuse these keys; the others stay accepted."""
        self._revoked = set(keys)

    def restore_keys(self) -> None:
        """Accept all keys again."""
        self._revoked = set()
        self.paused = False

    def authenticate(self, key: str | None) -> str:
        """Return the key when it is accepted.

        Raises:
            Refusal: 401, the same for a missing, wrong, revoked and paused key.
        """
        if key is None or key not in self._accepted - self._revoked or self.paused:
            raise Refusal(401, DENIED)
        return key

    @contextlib.contextmanager
    def slot(self, key: str) -> Iterator[None]:
        """Hold one of the account's places in flight.

        Raises:
            Refusal: 429 when all are taken.
        """
        if self.inflight >= MAX_INFLIGHT_REQUESTS:
            raise Refusal(429, INFLIGHT_LIMIT)
        self._latest_key = key
        self.inflight += 1
        try:
            yield
        finally:
            self.inflight -= 1

    def charge(self, key: str, endpoint: str, order: Order, *, images: int, now: float) -> None:
        """Bill `images` pictures of one order at `now` (Unix seconds)."""
        if not images:
            return
        hour = datetime.fromtimestamp(now, UTC).replace(minute=0, second=0, microsecond=0)
        self.spent += order.unit_usd * images
        line = _Line(hour, endpoint, order.product, order.unit_usd, key)
        self._lines[line] += images

    def spent_with(self, key: str) -> Decimal:
        """Sum up what was billed to one key, USD."""
        mine = [line.unit_usd * images for line, images in self._lines.items() if line.key == key]
        return sum(mine, Decimal(0))

    def usage(self, start: str, end: str, width: str) -> dict[str, object]:
        """Return the usage answer: buckets in order, empty ones too.

        Args:
            start: RFC 3339, cut down to a bucket's start.
            end: RFC 3339, excluded.
            width: `1h` (up to 168 hours) or `1d` (up to 92 days).

        Raises:
            Refusal: 404 when the key's owner may not see it; 400 for wrong arguments.
        """
        if not self.owner_is_admin:
            raise not_found("The requested URL was not found on the server.")
        if width not in _WIDTHS:
            raise bad_request(f"{width!r} is not one of ['1d', '1h'] - 'bucket_width'")
        first, last = _moment(start, "start_time"), _moment(end, "end_time")
        if not timedelta(0) < last - first <= _SPANS[width]:
            raise bad_request("The time range is empty or too long for this bucket_width.")
        buckets = []
        at = first.replace(minute=0, second=0, microsecond=0)
        at = at.replace(hour=0) if width == "1d" else at
        while at < last:
            buckets.append(self._bucket(at, at + _WIDTHS[width]))
            at += _WIDTHS[width]
        return {"buckets": buckets}

    def _bucket(self, start: datetime, end: datetime) -> dict[str, object]:
        sums: Counter[_Line] = Counter()
        for line, images in self._lines.items():
            if start <= line.hour < end:
                sums[_Line(start, line.endpoint, line.product, line.unit_usd, line.key)] += images
        return {
            "start_time": start.isoformat(),
            "end_time": end.isoformat(),
            "line_items": [_line_item(line, images) for line, images in sums.items()],
        }


def _line_item(line: _Line, images: int) -> dict[str, object]:
    digest = hashlib.sha256(line.key.encode()).hexdigest()
    return {
        "product": line.product,
        "endpoint": line.endpoint,
        "cost_total": str(line.unit_usd * images),
        "currency_code": "USD",
        "billed_units": {
            "unit": "image",
            "quantity": str(images),
            "unit_price": str(line.unit_usd),
        },
        "api_key": {"id": digest[:16], "redacted_key": f"{line.key[:4]}...", "label": "production"},
        "user_email": "owner@example.com",
        "source": "api",
    }


def _moment(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"{text!r} is not a 'date-time' - {name!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
