"""URLs of the environment: what could never be used is refused before anything is started."""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import HttpUrl

_LABEL_MAX_CHARS: Final = 63  # RFC 1035; the resolver raises UnicodeError for a longer or empty one
_SQLITE: Final = "sqlite+aiosqlite://"
_POSTGRES: Final = "postgresql+asyncpg://"
# Read alike by both: urlsplit of Python 3.11.7 also takes ][::1, SQLAlchemy no empty port.
_HOST_AND_PORT: Final = re.compile(r"(\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]|[^:\[\]]*)(:[0-9]+)?")
# What asyncpg 0.32 and SQLAlchemy 2.1 take as text; any other name is a TypeError when connecting.
POSTGRES_OPTIONS: Final = frozenset(
    {
        *("host", "port", "user", "password", "passfile", "service", "servicefile", "database"),
        *("ssl", "direct_tls", "target_session_attrs", "krbsrvname", "gsslib"),
        *("timeout", "command_timeout", "statement_cache_size", "server_settings"),
        *("max_cached_statement_lifetime", "max_cacheable_statement_size"),
        *("prepared_statement_cache_size", "plugin"),
    }
)


def api_url(url: str) -> str:
    """Check the base of an API, to which paths are added.

    Raises:
        ValueError: No request could be sent there; the value is not quoted.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError("it must start with https:// or http://")
    if "?" in url or "#" in url:
        raise ValueError("leave out ? and # with what follows: paths are added to it")
    parts = _split(url, "it is no URL: check its host and port")
    if parts.hostname is None:
        raise ValueError("it names no host")
    try:
        HttpUrl(url)
    except ValueError:
        # Without the original, which would quote the value.
        raise ValueError("it is no URL: check its host and port") from None
    return url


def database_url(url: str) -> str:
    """Check that SQLAlchemy's dialects can use it, without reading SQLAlchemy: it takes 0.4 s.

    Raises:
        ValueError: It could never be opened; the value is not quoted.
    """
    if not url.startswith((_SQLITE, _POSTGRES)):
        raise ValueError(f"it must start with {_SQLITE} or {_POSTGRES}")
    # Without the original: its text may hold a part of the password.
    wrong = (
        "it is no URL: check host and port, and quote the password (@ is %40, # is %23, / is %2F)"
    )
    parts = _split(url, wrong)
    if url.startswith(_SQLITE):
        _check_sqlite(parts)
        return url
    # Where SQLAlchemy and urlsplit see another end of the user and password, or of the host, the
    # password would be unknown to us. They agree with one @, none behind the host, and no #.
    user, _, host = parts.netloc.rpartition("@")
    is_ambiguous = "#" in url or "@" in user or url.count("@") > parts.netloc.count("@")
    if is_ambiguous or not _HOST_AND_PORT.fullmatch(host):
        raise ValueError(wrong)
    _check_postgres(parts)
    return url


def passwords_in(url: str) -> tuple[str, ...]:
    """Find the passwords of a database URL, as they are written and as a driver names them."""
    parts = urlsplit(url)
    written = [] if not parts.password else [parts.password, unquote(parts.password)]
    return (*written, *parse_qs(parts.query).get("password", ()))


def _split(url: str, wrong: str) -> SplitResult:
    if not url.isprintable():  # urlsplit removes line breaks and tabs, drivers do not
        raise ValueError(wrong)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        raise ValueError(wrong) from None
    return parts


def _check_sqlite(parts: SplitResult) -> None:
    if parts.netloc:
        raise ValueError(f"use three slashes before the path: {_SQLITE}/path")
    if parts.path in ("", "/", "/:memory:"):
        raise ValueError(f"it must name a file: {_SQLITE}/path")


def _check_postgres(parts: SplitResult) -> None:
    options = parse_qs(parts.query)
    if not options.keys() <= POSTGRES_OPTIONS:
        raise ValueError("it has an option that asyncpg does not know; for TLS it is ssl=require")
    if parts.hostname is None and not options.keys() & {"host", "service"}:
        raise ValueError(f"it names no host: {_POSTGRES}user:password@host/database")
    labels = (parts.hostname or "localhost").removesuffix(".").split(".")
    if not all(0 < len(label) <= _LABEL_MAX_CHARS for label in labels):
        raise ValueError("no host can have such a name")
