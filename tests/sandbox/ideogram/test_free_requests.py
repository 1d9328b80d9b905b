"""Requests that cost nothing: quotes, keys, models, generations, usage, the status page."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

QUOTE = "/v2/image/generate/{}?dry_run=true"


@pytest.mark.parametrize(
    ("model", "body", "micros"),
    [
        ("ideogram-4-5", {"prompt": "health check"}, 100_000),
        ("ideogram-4-5", {"prompt": "x", "quality": "low", "num_images": 2}, 60_000),
        ("ideogram-3", {"prompt": "x"}, 60_000),
        ("ideogram-2", {"prompt": "x"}, 80_000),
        ("z-image", {"prompt": "x"}, 5_000),
    ],
)
async def test_a_dry_run_quotes_a_price_and_bills_nothing(http, ideogram, model, body, micros):
    async with http.post(QUOTE.format(model), json=body) as response:
        quote = await response.json()

    assert (quote["object"], quote["usd_micros"]) == ("price_quote", micros)
    assert quote["credit_millis"] == micros // 10
    assert ideogram.spent == 0


async def test_a_dry_run_of_an_unknown_model_is_a_404(http):
    async with http.post(QUOTE.format("ideogram-99"), json={"prompt": "x"}) as response:
        assert (response.status, response.content_type) == (404, "application/problem+json")


async def test_a_dry_run_with_a_wrong_key_is_a_401(stranger):
    async with stranger.post(QUOTE.format("ideogram-4-5"), json={"prompt": "x"}) as response:
        assert response.status == 401


async def test_the_public_keys_need_no_key(stranger):
    async with stranger.get("/v1/.well-known/jwks.json") as response:
        (key,) = (await response.json())["keys"]

    assert (response.status, key["crv"]) == (200, "Ed25519")


@pytest.mark.parametrize("path", ["/models", "/v2/generations/x", "/v2/account/usage"])
async def test_everything_else_needs_one(stranger, path):
    async with stranger.get(path) as response:
        assert response.status == 401


async def test_an_empty_legacy_request_is_401_without_key_and_400_with_one(http, stranger):
    async with stranger.post("/generate", json={"image_request": {}}) as refused:
        assert refused.status == 401
    async with http.post("/generate", json={"image_request": {}}) as accepted:
        assert accepted.status == 400


async def test_another_key_of_the_account_is_accepted_once_added(stranger, ideogram):
    ideogram.add_key("staged")

    async with stranger.get("/models", headers={"Api-Key": "staged"}) as response:
        assert response.status == 200


async def test_an_unknown_generation_is_a_404(http):
    async with http.get("/v2/generations/nope") as response:
        assert response.status == 404


async def test_a_synchronous_v2_generation_can_be_found_again(http):
    async with http.post("/v2/image/generate/z-image", json={"prompt": "x"}) as response:
        made = await response.json()
    async with http.get(f"/v2/generations/{made['generation_id']}") as response:
        found = await response.json()

    assert (found["status"], found["usage_cost_usd_micros"]) == ("completed", 5_000)


async def test_an_asynchronous_generation_has_no_data_yet(http):
    body = {"prompt": "x", "async": True}
    async with http.post("/v2/image/generate/z-image", json=body) as response:
        made = await response.json()
    async with http.get(f"/v2/generations/{made['generation_id']}") as response:
        found = await response.json()

    assert sorted(made) == ["generation_id", "seed"]
    assert found["status"] == "pending"


USAGE = "/v2/account/usage?start_time=2000-01-01T00:00:00Z&end_time=2000-01-01T03:00:00Z"


async def test_usage_comes_in_buckets(http):
    async with http.get(USAGE + "&bucket_width=1h") as response:
        buckets = (await response.json())["buckets"]

    assert [bucket["line_items"] for bucket in buckets] == [[], [], []]


async def test_usage_sums_up_what_was_billed(http):
    for _ in range(2):
        async with http.post("/v1/ideogram-v3/generate", json={"prompt": "x"}) as made:
            today = parsedate_to_datetime(made.headers["Date"])
    start, end = today - timedelta(days=1), today + timedelta(days=1)
    path = (
        f"/v2/account/usage?start_time={start:%Y-%m-%dT00:00:00Z}&end_time={end:%Y-%m-%dT00:00:00Z}"
    )
    async with http.get(path) as response:
        buckets = (await response.json())["buckets"]

    (line,) = [line for bucket in buckets for line in bucket["line_items"]]
    assert (line["product"], line["cost_total"]) == ("ideogram_v3_generation", "0.12")
    assert line["billed_units"] == {"unit": "image", "quantity": "2", "unit_price": "0.06"}


@pytest.mark.parametrize(
    "path",
    [
        "/v2/account/usage",
        USAGE + "&bucket_width=1m",
        USAGE.replace("T03", "T00"),
        USAGE.replace("end_time=2000", "end_time=2001"),
    ],
)
async def test_usage_with_wrong_arguments_is_a_400(http, path):
    async with http.get(path) as response:
        assert response.status == 400


async def test_an_unknown_path_is_a_problem_document(stranger):
    async with stranger.get("/v1/usage") as response:
        assert (response.status, response.content_type) == (404, "application/problem+json")


async def test_a_wrong_method_is_a_problem_document(stranger):
    async with stranger.get("/generate") as response:
        assert (response.status, (await response.json())["title"]) == (405, "Method Not Allowed")


async def test_the_status_page_is_green_when_all_is_well(stranger):
    async with stranger.get("/api/v2/summary.json") as response:
        body = await response.json()

    assert (body["status"]["indicator"], body["incidents"]) == ("none", [])


@pytest.mark.parametrize(("lag", "indicator"), [(60.0, "none"), (0.0, "major")])
async def test_the_status_page_notices_an_outage_late(stranger, ideogram, lag, indicator):
    ideogram.status_lag_seconds = lag
    await ideogram.set_fault("outage-503")

    async with stranger.get("/api/v2/summary.json") as response:
        assert (await response.json())["status"]["indicator"] == indicator
