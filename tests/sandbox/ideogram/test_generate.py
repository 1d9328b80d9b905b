"""What generation requests get from the pretend Ideogram when all is well."""

import asyncio
from decimal import Decimal

import aiohttp
import pytest

LEGACY = {"image_request": {"prompt": "a blue dot", "model": "V_2_TURBO", "num_images": 1}}
V3 = {"prompt": "a blue dot", "rendering_speed": "FLASH"}


async def test_legacy_answers_one_picture_in_the_documented_shape(http):
    async with http.post("/generate", json=LEGACY) as response:
        body = await response.json()

    (item,) = body["data"]
    assert response.status == 200
    assert sorted(body) == ["created", "data"]
    assert sorted(item) == [
        "is_image_safe",
        "prompt",
        "resolution",
        "seed",
        "style_type",
        "url",
    ]


async def test_every_answer_carries_a_request_id(http, ideogram):
    async with http.post("/generate", json=LEGACY) as response:
        request_id = response.headers["x-request-id"]

    assert ideogram.requests[-1].request_id == request_id


async def test_v3_takes_json_and_multipart(http):
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("prompt", "a blue dot")
    form.add_field("num_images", "2")

    async with http.post("/v1/ideogram-v3/generate", json=V3) as as_json:
        assert as_json.status == 200
    async with http.post("/v1/ideogram-v3/generate", data=form) as as_form:
        assert len((await as_form.json())["data"]) == 2


async def test_legacy_takes_json_only(http):
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("prompt", "a blue dot")

    async with http.post("/generate", data=form) as response:
        assert response.status == 415


@pytest.mark.parametrize(
    ("path", "body", "usd"),
    [
        ("/generate", LEGACY, "0.05"),
        ("/v1/ideogram-v3/generate", V3, "0.03"),
        ("/v1/ideogram-v3/generate", {"prompt": "x", "rendering_speed": "QUALITY"}, "0.09"),
        ("/v1/ideogram-v3/generate", {"prompt": "x", "num_images": 3}, "0.18"),
        ("/v2/image/generate/ideogram-4-5", {"prompt": "x"}, "0.10"),
        ("/v2/image/generate/z-image", {"prompt": "x"}, "0.005"),
    ],
)
async def test_a_picture_costs_what_the_price_list_says(http, ideogram, path, body, usd):
    async with http.post(path, json=body) as response:
        assert response.status == 200

    assert ideogram.spent == Decimal(usd)


async def test_a_resolution_can_be_asked_for_instead_of_a_ratio(http):
    body = {"prompt": "x", "resolution": "512x1536"}
    async with http.post("/v1/ideogram-v3/generate", json=body) as response:
        (item,) = (await response.json())["data"]

    assert item["resolution"] == "512x1536"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/generate", {}),
        ("/generate", {"image_request": {}}),
        ("/generate", []),
        ("/generate", {"image_request": {"prompt": "x", "model": "V_9"}}),
        ("/generate", {"image_request": {"prompt": "x", "num_images": 9}}),
        ("/v1/ideogram-v3/generate", {"prompt": 7}),
        ("/v1/ideogram-v3/generate", {"prompt": "x", "seed": True}),
        (
            "/v1/ideogram-v3/generate",
            {"prompt": "x", "resolution": "1024x1024", "aspect_ratio": "1x1"},
        ),
        ("/v2/image/generate/ideogram-4-5", {"prompt": "x", "quality": "very_low"}),
        ("/v2/image/generate/ideogram-4", {"prompt": "x", "rendering_speed": "TURBO"}),
    ],
)
async def test_a_request_outside_the_schema_is_a_free_400(http, ideogram, path, body):
    async with http.post(path, json=body) as response:
        problem = await response.json()

    assert (response.status, problem["status"], problem["type"]) == (400, 400, "about:blank")
    assert ideogram.spent == 0


async def test_broken_json_is_a_400(http):
    async with http.post("/generate", data=b"{", headers={"Content-Type": "application/json"}) as r:
        assert r.status == 400


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_broken_form_is_a_400(http, kind):
    headers = {"Content-Type": kind}
    async with http.post("/v1/ideogram-v3/generate", data=b"nothing", headers=headers) as response:
        assert response.status == 400


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "1.5", ""])
async def test_a_number_in_a_form_that_is_none_is_a_400(http, number):
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("prompt", "a blue dot")
    form.add_field("num_images", number)

    async with http.post("/v1/ideogram-v3/generate", data=form) as response:
        assert response.status == 400


async def test_unknown_fields_are_ignored_and_the_picture_is_billed(http, ideogram):
    async with http.post("/generate?dry_run=true", json={**LEGACY, "dry_run": True}) as response:
        assert "data" in await response.json()

    assert ideogram.spent == Decimal("0.05")


async def test_an_unsafe_picture_is_a_free_200_without_url(http, ideogram):
    async with http.post("/v1/ideogram-v3/generate", json={"prompt": "unsafe"}) as response:
        (item,) = (await response.json())["data"]

    assert (response.status, item["is_image_safe"], item["url"]) == (200, False, "")
    assert ideogram.spent == 0


async def test_one_answer_can_hold_safe_and_unsafe_pictures(http):
    body = {"prompt": "unsafe", "num_images": 2}
    async with http.post("/v1/ideogram-v3/generate", json=body) as response:
        data = (await response.json())["data"]

    assert [item["is_image_safe"] for item in data] == [False, True]


async def test_a_prohibited_prompt_is_a_422(http):
    async with http.post("/v1/ideogram-v3/generate", json={"prompt": "prohibited"}) as response:
        body = await response.json()

    assert response.status == 422
    assert body["error"].startswith("Prompt provided failed safety check")


async def test_the_eleventh_request_in_flight_is_refused(http, ideogram):
    async def status():
        async with http.post("/generate", json=LEGACY) as response:
            return response.status, await response.json()

    answers = await asyncio.gather(*(status() for _ in range(11)))

    (refused,) = [body for code, body in answers if code == 429]
    assert (refused["reject_reason"], refused["max_inflight_requests"]) == ("inflight_limit", 10)
    assert ideogram.inflight == 0


async def test_a_client_that_gives_up_frees_its_place(http, ideogram):
    await ideogram.set_fault("timeout")
    with pytest.raises(TimeoutError):
        await http.post("/generate", json=LEGACY, timeout=aiohttp.ClientTimeout(total=0.05))

    await ideogram.set_fault(None)
    async with http.post("/generate", json=LEGACY) as response:
        assert response.status == 200
    assert ideogram.inflight == 0
