"""Pictures drawn without any library, and the signed, expiring URLs to fetch them."""

import colorsys
import hashlib
import hmac
import random
import secrets
import struct
import zlib
from dataclasses import dataclass
from typing import Final

PATH: Final = "/api/images/ephemeral/"
_SKY: Final = 128  # shades from the top to the horizon
_HILLS: Final = 4
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture that can be fetched while its URL is valid; an unsafe one has no URL."""

    id: str
    seed: int
    width: int
    height: int
    is_safe: bool = True

    def png(self) -> bytes:
        """Draw a sun over hills; the same seed draws the same picture."""
        dice = random.Random(self.seed)
        rows = _landscape(self.width, self.height, dice)
        return _PNG_SIGNATURE + b"".join(
            (
                # 8 bits per pixel, palette colours, no interlacing
                _chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)),
                _chunk(b"PLTE", _palette(dice)),
                _chunk(b"IDAT", zlib.compress(rows, level=1)),
                _chunk(b"IEND", b""),
            )
        )


class UrlSigner:
    """Signs picture URLs and checks them again, as the query `exp` and `sig` of the real ones."""

    def __init__(self, lifetime_seconds: float) -> None:
        """Use `lifetime_seconds` for every URL signed from now on; the real one is unverified."""
        self.lifetime_seconds = lifetime_seconds
        self._secret = secrets.token_bytes(32)

    def path(self, picture_id: str, now: float) -> str:
        """Return path and query of a picture, valid from `now` (Unix seconds)."""
        expires = int(now + self.lifetime_seconds)
        return f"{PATH}{picture_id}.png?exp={expires}&sig={self._sign(picture_id, str(expires))}"

    def status(self, picture_id: str, expires: str, signature: str, now: float) -> int:
        """Return 200, or 403 for a missing or wrong signature, or 410 for an expired one."""
        expected = self._sign(picture_id, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return 403
        return 200 if int(expires) > now else 410

    def _sign(self, picture_id: str, expires: str) -> str:
        signed = f"{picture_id}.{expires}".encode()
        return hmac.new(self._secret, signed, hashlib.sha256).hexdigest()


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _palette(dice: random.Random) -> bytes:
    hue = dice.random()
    above = _colour(hue, 0.55, 0.95)
    below = _colour(hue + dice.uniform(0.06, 0.12), 0.3, 1.0)
    ground = _colour(hue + dice.uniform(0.35, 0.6), 0.45, 0.75)
    sky = [_mixed(above, below, step / (_SKY - 1)) for step in range(_SKY)]
    hills = [_mixed(ground, (20, 24, 40), step / _HILLS) for step in range(_HILLS)]
    return b"".join(bytes(colour) for colour in [*sky, *hills, (255, 244, 214)])


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return (round(red * 255), round(green * 255), round(blue * 255))


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _landscape(width: int, height: int, dice: random.Random) -> bytes:
    sun = (dice.uniform(0.2, 0.8) * width, dice.uniform(0.2, 0.45) * height, 0.12 * width)
    hills = [
        (dice.uniform(0, 1) * width, (1.05 + 0.1 * near) * height, dice.uniform(0.4, 0.6) * width)
        for near in range(_HILLS)
    ]
    discs = [(sun, _SKY + _HILLS), *((hill, _SKY + place) for place, hill in enumerate(hills))]
    rows = bytearray()
    for y in range(height):
        row = bytearray([y * _SKY // height]) * width
        for (x, centre, radius), colour in discs:
            _paint(row, x, radius * radius - (y - centre) ** 2, colour)
        rows += b"\0" + row  # filter type 0: the bytes as they are
    return bytes(rows)


def _paint(row: bytearray, x: float, squared: float, colour: int) -> None:
    if squared <= 0:
        return
    left, right = max(0, int(x - squared**0.5)), min(len(row), int(x + squared**0.5))
    if left < right:
        row[left:right] = bytes([colour]) * (right - left)
