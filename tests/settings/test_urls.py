"""URLs of the environment: what passes can be used, and no password goes unnoticed."""

import inspect
import subprocess
import sys

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import make_url

from bot.bootstrap.objects import secrets_of
from bot.sandbox.bot_process import child_environment
from bot.settings.environment import Environment
from bot.settings.urls import POSTGRES_OPTIONS, api_url, database_url
from bot.storage.engine import create_engine

WRONG_API = {
    "scheme": ("ftp://api.ideogram.ai", "must start with https://"),
    "bracket": ("http://[", "no URL"),
    "empty": ("https://", "no host"),
    "port-alone": ("https://:8080", "no host"),
    "slash": ("https:///v1", "no host"),
    "blank": ("https://a b", "no URL"),
    "line": ("https://api\n.ai", "no URL"),
    "address": ("https://1.2.3.999", "no URL"),
    "port": ("https://api:abc", "no URL"),
    "high-port": ("https://api:70000", "no URL"),
    "query": ("https://api.ideogram.ai?key=1", "leave out"),
    "fragment": ("https://api.ideogram.ai/#v1", "leave out"),
}


@pytest.mark.parametrize(("url", "words"), WRONG_API.values(), ids=WRONG_API.keys())
def test_an_address_of_an_api_that_could_never_be_asked_is_explained(url, words):
    with pytest.raises(ValueError, match=words) as refused:
        api_url(url)

    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        *("https://api.ideogram.ai", "http://127.0.0.1:8766/api/", "http://[::1]:80", "http://h"),
        *("https://my_proxy.internal./ideogram", "https://user:word@proxy"),
    ],
)
def test_an_address_of_an_api_stays_as_it_is(url):
    assert api_url(url) == url


QUOTE = "quote the password"
WRONG_DATABASE = {
    "scheme": ("postgres://u:secret@h/db", "must start with"),
    "two-slashes": ("sqlite+aiosqlite://x/y", "three slashes"),
    "memory": ("sqlite+aiosqlite:///:memory:", "name a file"),
    "empty-port": ("postgresql+asyncpg://u:secret@h:/db", QUOTE),
    "port": ("postgresql+asyncpg://u:secret@h:many/db", QUOTE),
    "hash": ("postgresql+asyncpg://u:12#34@h/db", QUOTE),
    "last-hash": ("postgresql+asyncpg://u:secret@h/db#", QUOTE),
    "question": ("postgresql+asyncpg://u:12?34@h/db", QUOTE),
    "slash": ("postgresql+asyncpg://u:12/34@h/db", QUOTE),
    "at": ("postgresql+asyncpg://u:12@34@h/db", QUOTE),
    "bracket": ("postgresql+asyncpg://u:12[34@h/db", QUOTE),
    "brackets": ("postgresql+asyncpg://u:secret@][::1/db", QUOTE),
    "behind": ("postgresql+asyncpg://u:secret@[::1]x/db", QUOTE),
    "late-at": ("postgresql+asyncpg://u@h/12@34?user=u", QUOTE),
    "tab": ("postgresql+asyncpg://u:12\t34@h/db", QUOTE),
    "no-host": ("postgresql+asyncpg://u:secret@/db", "names no host"),
    "nothing": ("postgresql+asyncpg://", "names no host"),
    "dots": ("postgresql+asyncpg://u@a..b/db", "no host can have"),
    "label": (f"postgresql+asyncpg://u@{'a' * 64}/db", "no host can have"),
    "option": ("postgresql+asyncpg://h/db?sslmode=require", "it is ssl=require"),
}


@pytest.mark.parametrize(("url", "words"), WRONG_DATABASE.values(), ids=WRONG_DATABASE.keys())
def test_a_database_that_could_never_be_opened_is_explained_and_not_quoted(url, words):
    with pytest.raises(ValueError, match=words) as refused:
        database_url(url)

    assert not any(part in str(refused.value) for part in ("secret", "12", "34"))


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite+aiosqlite:///var/bot.db", "sqlite+aiosqlite:////data/a@b#1.db"),
        "postgresql+asyncpg://u:p%40@[::1]:5432/db?ssl=require",
        "postgresql+asyncpg://u@h",
        "postgresql+asyncpg:///db?host=/var/run/postgresql",
        "postgresql+asyncpg:///db?service=bot",
        "postgresql+asyncpg://u:p@h/db?host=a:1&host=b:1&target_session_attrs=read-write",
    ],
)
async def test_a_database_that_may_be_opened_stays_as_it_is(url):
    assert database_url(url) == url
    await create_engine(url).dispose()


def test_no_option_of_a_database_is_one_that_its_driver_does_not_take():
    of_sqlalchemy = {"plugin", "prepared_statement_cache_size"}

    assert set(inspect.signature(asyncpg.connect).parameters) >= POSTGRES_OPTIONS - of_sqlalchemy


PIECES = st.sampled_from([*"ab12", *"@:/?#[]%=&\t .", "%40", "::1", "password=", "h/db", "u:"])


@given(st.lists(PIECES, max_size=14).map("".join))
def test_every_password_that_would_be_used_is_known_to_the_redaction(rest):
    url = f"postgresql+asyncpg://{rest}"
    try:
        database_url(url)
    except ValueError:
        return

    used, found = make_url(url), Environment(DATABASE_URL=SecretStr(url))
    of_query = used.query.get("password", ())
    passwords = {used.password, *([of_query] if isinstance(of_query, str) else of_query)}
    assert passwords - {None, ""} <= set(secrets_of(found))


def test_a_password_among_the_options_is_known_to_the_redaction():
    url = SecretStr("postgresql+asyncpg://u@h/db?password=pass%2Dword")

    assert secrets_of(Environment(DATABASE_URL=url)) == ("pass-word",)


def test_settings_are_read_without_what_reads_sql_or_sends_requests():
    asked = "import sys, bot.settings.load; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", asked],
        env=child_environment({}),
        capture_output=True,
        text=True,
        check=True,
    )

    assert {"sqlalchemy", "asyncpg", "httpx"}.isdisjoint(ran.stdout.split())
