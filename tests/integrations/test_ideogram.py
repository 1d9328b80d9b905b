"""The exact requests to Ideogram, and the rules for fetching pictures."""

import functools
import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import SecretText
from bot.domain.errors import NoPictureError, PermanentError
from bot.domain.money import Canary
from bot.domain.service import Call
from bot.integrations.ideogram import IdeogramApi, is_picture
from bot.integrations.key_reading import read_key
from tests.fakes.clock import FakeClock
from tests.integrations.mocked import mocked

KEY = read_key("ik-0123456789", "IDEOGRAM_API_KEY")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
HOSTS = ("ideogram.ai", "*.ideogram.ai", "127.0.0.1:8766", "[::1]:8766")


class World:
    """Remembers requests; answers with what `answers` holds, by URL without scheme."""

    def __init__(self):
        self.requests = []
        self.answers = {}
        self.clock = FakeClock()

    def __call__(self, request):
        self.requests.append(request)
        self.clock.advance(timedelta(seconds=1))
        key = request.headers["host"] + request.url.path
        return self.answers.get(key, httpx.Response(200, content=PNG))

    def api(self, *, addresses=("93.184.216.34",), **options):
        http = mocked(self, addresses=addresses, clock=self.clock)
        return IdeogramApi(
            http=http,
            url="https://api.ideogram.ai",
            quote_path="/v2/image/generate/ideogram-4-5",
            image_hosts=HOSTS,
            **options,
        )


@functools.cache  # a client reads the trusted authorities, for many examples once
def an_api():
    return World().api()


@pytest.fixture
def world():
    return World()


async def test_the_keyless_request_carries_no_key(world):
    await world.api().keyless()

    request = world.requests[0]
    assert (request.method, request.url.path) == ("GET", "/v1/.well-known/jwks.json")
    assert "api-key" not in request.headers


async def test_a_quote_is_a_dry_run_of_the_configured_operation(world):
    await world.api().quote(KEY)

    request = world.requests[0]
    assert request.url.raw_path == b"/v2/image/generate/ideogram-4-5?dry_run=true"
    assert request.headers["api-key"] == "ik-0123456789"
    assert "authorization" not in request.headers
    assert json.loads(request.content) == {"prompt": "a blue dot"}


async def test_the_legacy_canary_is_the_runbooks_request(world):
    await world.api().generate(Call.LEGACY, KEY)

    request = world.requests[0]
    assert (request.method, request.url.path) == ("POST", "/generate")
    assert json.loads(request.content) == {
        "image_request": {
            "prompt": "a blue dot",
            "model": "V_2_TURBO",
            "aspect_ratio": "ASPECT_1_1",
            "magic_prompt_option": "OFF",
            "num_images": 1,
        }
    }


async def test_the_v3_canary_has_the_configured_speed(world):
    await world.api(canary=Canary(v3_speed="TURBO")).generate(Call.V3, KEY)

    request = world.requests[0]
    assert request.url.path == "/v1/ideogram-v3/generate"
    assert json.loads(request.content) == {
        "prompt": "a blue dot",
        "rendering_speed": "TURBO",
        "magic_prompt": "OFF",
        "aspect_ratio": "1x1",
        "num_images": 1,
    }


async def test_no_paid_request_is_repeated(world):
    world.answers["api.ideogram.ai/generate"] = httpx.Response(503)

    await world.api().generate(Call.LEGACY, KEY)

    assert len(world.requests) == 1


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


def test_the_host_stands_without_scheme_and_port(world):
    assert world.api().host == "api.ideogram.ai"


async def test_a_slash_at_the_end_of_the_base_is_not_doubled(world):
    api = replace(world.api(), url="https://api.ideogram.ai/")

    await api.keyless()

    assert world.requests[0].url.path == "/v1/.well-known/jwks.json"


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
