"""The exact requests to Ideogram."""

import json
from dataclasses import replace

import httpx

from bot.domain.money import Canary
from bot.domain.service import Call
from bot.integrations.key_reading import read_key

KEY = read_key("ik-0123456789", "IDEOGRAM_API_KEY")


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


def test_the_host_stands_without_scheme_and_port(world):
    assert world.api().host == "api.ideogram.ai"


async def test_a_slash_at_the_end_of_the_base_is_not_doubled(world):
    api = replace(world.api(), url="https://api.ideogram.ai/")

    await api.keyless()

    assert world.requests[0].url.path == "/v1/.well-known/jwks.json"
