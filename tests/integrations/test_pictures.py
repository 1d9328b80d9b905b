"""The rules for fetching pictures: from listed hosts, at public addresses, without the key."""

import functools
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import SecretText
from bot.domain.errors import NoPictureError, PermanentError
from bot.integrations.ideogram import is_picture
from tests.integrations.provider import PNG, World


@functools.cache  # a client reads the trusted authorities, for many examples once
def an_api():
    return World().api()


@pytest.mark.parametrize(
    "url",
    [
        "https://ideogram.ai/a.png?exp=1&sig=x",
        "https://cdn.eu.ideogram.ai/a.png",
        "http://127.0.0.1:8766/a.png",
        "http://[::1]:8766/a.png",
    ],
)
async def test_a_picture_of_a_listed_host_is_fetched_without_the_key(world, url):
    seen = await world.api().picture(SecretText(url))

    assert seen.body == {"bytes": len(PNG), "is_picture": True}
    assert "api-key" not in world.requests[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.png",
        "https://ideogram.ai.evil.example/a.png",
        "https://ideogram.ai@evil.example/a.png",
        "https://notideogram.ai/a.png",
        "http://ideogram.ai/a.png",
        "https://ideogram.ai:8443/a.png",
        "http://127.0.0.1:8767/a.png",
        "http://localhost:8766/a.png",
        "file:///etc/passwd",
        "//ideogram.ai/a.png",
        "https://ideogram.ai:port/a.png",
        "https://[/a.png",
        "",
    ],
)
async def test_any_other_url_is_never_asked(world, url):
    with pytest.raises(PermanentError):
        await world.api().picture(SecretText(url))

    assert world.requests == []


async def test_a_host_off_the_list_is_named_with_its_cure(world):
    with pytest.raises(PermanentError, match=r"lies on evil\.example: add it to image_hosts"):
        await world.api().picture(SecretText("https://evil.example/a.png?sig=secret"))


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
    ],
)
async def test_a_listed_host_with_a_private_address_is_not_asked(world, address):
    with pytest.raises(PermanentError, match="private address"):
        await world.api(addresses=(address,)).picture(SecretText("https://ideogram.ai/a.png"))

    assert world.requests == []


async def test_only_public_addresses_of_several_are_asked(world):
    api = world.api(addresses=("10.0.0.1", "93.184.216.34"))

    await api.picture(SecretText("https://ideogram.ai/a.png"))

    assert [one.url.host for one in world.requests] == ["93.184.216.34"]


async def test_a_redirect_to_a_listed_host_is_followed(world):
    target = {"location": "https://img.ideogram.ai/b.png"}
    world.answers["ideogram.ai/a.png"] = httpx.Response(302, headers=target)

    seen = await world.api().picture(SecretText("https://ideogram.ai/a.png"))

    assert [one.headers["host"] for one in world.requests] == ["ideogram.ai", "img.ideogram.ai"]
    assert seen.status == 200
    assert seen.latency == timedelta(seconds=2)


@pytest.mark.parametrize("target", ["https://evil.example/b.png", "http://169.254.169.254/x"])
async def test_a_redirect_off_the_list_is_not_followed(world, target):
    redirect = httpx.Response(302, headers={"location": target})
    world.answers["ideogram.ai/a.png"] = redirect

    with pytest.raises(PermanentError):
        await world.api().picture(SecretText("https://ideogram.ai/a.png"))

    assert len(world.requests) == 1


async def test_a_circle_of_redirects_ends(world):
    circle = httpx.Response(302, headers={"location": "/a.png"})
    world.answers["ideogram.ai/a.png"] = circle

    with pytest.raises(NoPictureError, match="more than 3 times"):
        await world.api().picture(SecretText("https://ideogram.ai/a.png"))

    assert len(world.requests) == 4


@pytest.mark.parametrize(
    "url",
    ["http://ideogram.ai/a.png", "https://ideogram.ai:8443/a.png", "file:///a.png", "a.png", ""],
)
async def test_a_link_that_nobody_can_follow_is_no_question_of_our_list(world, url):
    with pytest.raises(NoPictureError):
        await world.api().picture(SecretText(url))


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1:8080", "[::1]"])
async def test_nobody_is_advised_to_list_a_private_address(world, host):
    with pytest.raises(PermanentError, match="is a private address") as caught:
        await world.api().picture(SecretText(f"http://{host}/latest"))

    assert "image_hosts" not in str(caught.value)


async def test_redirects_share_one_timeout(world):
    circle = httpx.Response(302, headers={"location": "/a.png"})
    world.answers["ideogram.ai/a.png"] = circle
    api = world.api(timeout=timedelta(seconds=2))

    seen = await api.picture(SecretText("https://ideogram.ai/a.png"))

    assert seen.status == 302
    assert len(world.requests) == 2


async def test_a_refused_picture_has_no_size(world):
    world.answers["ideogram.ai/a.png"] = httpx.Response(403, content=b"<Error/>")

    seen = await world.api().picture(SecretText("https://ideogram.ai/a.png"))

    assert (seen.status, seen.body) == (403, None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PNG, True),
        (b"\xff\xd8\xff\xe0", True),
        (b"RIFF\0\0\0\0WEBPVP8 ", True),
        (b"RIFF\0\0\0\0WAVE", False),
        (b"<html>", False),
        (b"", False),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(content, expected):
    assert is_picture(content) is expected


SCRAPS = [
    "http",
    "s",
    "://",
    "ideogram.ai",
    "@",
    ":",
    "[",
    "]",
    "/",
    "?exp=",
    "#",
    "%",
    "..",
    "8766",
]


@given(st.text(max_size=20) | st.lists(st.sampled_from(SCRAPS), max_size=9).map("".join))
async def test_any_text_for_a_url_is_fetched_or_refused_in_words(url):
    try:
        seen = await an_api().picture(SecretText(url))
    except PermanentError as error:
        assert str(error)  # noqa: PT017  it may also be fetched
    else:
        assert seen.endpoint.startswith("GET /")
