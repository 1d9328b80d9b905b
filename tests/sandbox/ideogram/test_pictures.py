"""Pictures, and the signed URLs that expire."""

import zlib
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.sandbox.ideogram.pictures import Picture, UrlSigner


@pytest.fixture
async def url(http):
    async with http.post("/v1/ideogram-v3/generate", json={"prompt": "x", "seed": 7}) as response:
        return (await response.json())["data"][0]["url"]


async def test_the_url_answers_a_png_without_a_key(stranger, url):
    async with stranger.get(url) as response:
        content = await response.read()

    assert (response.status, response.content_type) == (200, "image/png")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")


async def test_the_url_says_when_it_expires(url):
    query = parse_qs(urlsplit(url).query)

    assert sorted(query) == ["exp", "sig"]


@pytest.mark.parametrize("cut", ["?", "&sig", "exp="])
async def test_a_url_with_a_broken_query_is_forbidden(stranger, url, cut):
    async with stranger.get(url.replace(cut, "")) as response:
        assert response.status in (403, 404)


async def test_a_url_without_its_query_is_forbidden(stranger, url):
    async with stranger.get(url.split("?")[0]) as response:
        assert response.status == 403


def test_an_expired_url_is_gone():
    signer = UrlSigner(lifetime_seconds=60)
    query = parse_qs(urlsplit(signer.path("p", now=1000)).query)

    statuses = [signer.status("p", query["exp"][0], query["sig"][0], now) for now in (1059, 1061)]

    assert statuses == [200, 410]


def test_the_picture_has_the_size_that_the_answer_named():
    png = Picture(id="p", seed=1, width=32, height=16).png()

    start = png.index(b"IDAT") + 4
    rows = zlib.decompress(png[start : start + int.from_bytes(png[start - 8 : start - 4])])
    assert len(rows) == 16 * (32 + 1)


def test_the_same_seed_draws_the_same_picture():
    one, same, other = (
        Picture(id=name, seed=seed, width=64, height=64).png()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )

    assert one == same != other
