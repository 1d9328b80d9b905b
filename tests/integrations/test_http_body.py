"""Foreign bodies: bounded and never a crash."""

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.integrations.http_body import parse, read_bounded


async def chunks(*parts):
    for part in parts:
        yield part


async def test_a_small_body_is_read_whole():
    assert await read_bounded(chunks(b"ab", b"c"), encoding="", max_bytes=3) == (b"abc", False)


async def test_reading_stops_at_the_bound():
    async def endless():
        while True:
            yield b"x" * 10

    assert await read_bounded(endless(), encoding="", max_bytes=25) == (b"x" * 25, True)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
async def test_a_bomb_is_unpacked_no_further_than_the_bound(encoding, pack):
    bomb = pack(b"\0" * 50_000_000)

    content, is_cut = await read_bounded(chunks(bomb), encoding=encoding, max_bytes=1000)

    assert (len(content), is_cut) == (1000, True)


async def test_an_unknown_encoding_is_not_read():
    assert await read_bounded(chunks(b"?"), encoding="br", max_bytes=9) == (b"", True)


def test_json_of_any_shape_is_read():
    assert parse(b'[{"a": null}, 1.5, "x"]') == [{"a": None}, 1.5, "x"]


def test_what_is_no_json_is_read_as_text():
    assert parse(b"<html>" + b"x" * 900) == "<html>" + "x" * 900


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_nothing_is_none(content):
    assert parse(content) is None


def test_thousands_of_brackets_are_text():
    assert parse(b"[" * 60_000) == "[" * 60_000


def test_a_lone_surrogate_is_replaced_and_a_pair_kept():
    assert parse(rb'{"a": "\ud800", "b": "\ud83d\ude00"}') == {"a": "\ufffd", "b": "\U0001f600"}


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())
)
def test_no_body_crashes_the_reader_and_what_it_read_can_be_stored(content):
    json.dumps(parse(content), ensure_ascii=False).encode()
