"""The metrics under the names that the runbook's users know."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families


async def scraped(http):
    async with http.get("/metrics") as response:
        assert response.content_type == "text/plain"
        return await response.text()


async def samples(http):
    lines = (await scraped(http)).splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {series: float(value) for series, value in pairs}


def generations(status, code, model="V_2_TURBO"):
    return f'ideogram_generations_total{{model="{model}",status="{status}",code="{code}"}}'


async def test_prometheus_can_read_them(order, http):
    await order()

    families = text_string_to_metric_families(await scraped(http))

    assert {family.name: family.type for family in families} == {
        "ideogram_generations": "counter",
        "ideogram_generation_duration_seconds": "histogram",
        "ideogram_consecutive_rate_limited": "gauge",
        "ideogram_credits_estimated": "gauge",
        "ideogram_safety_rejections": "counter",
        "ideogram_image_downloads": "counter",
        "ideogram_image_download_duration_seconds": "histogram",
    }


async def test_generations_are_counted_by_model_and_status(order, http, ideogram):
    await order()
    await order("prohibited")
    await ideogram.set_fault("outage-500")
    await order()
    await ideogram.set_fault("rate-limited")
    await order()

    found = await samples(http)

    answers = {"success": 200, "safety_rejected": 422, "error": 500, "rate_limited": 429}
    assert [found[generations(*answer)] for answer in answers.items()] == [1, 1, 2, 4]
    assert found["ideogram_consecutive_rate_limited"] == 4
    assert found["ideogram_safety_rejections"] == 1


async def test_durations_fall_into_the_documented_buckets_and_finer_ones(order, http):
    await order()

    found = await samples(http)

    name = "ideogram_generation_duration_seconds_bucket"
    bounds = [series.split('"')[1] for series in found if series.startswith(name)]
    assert bounds == ["0.5", "1", "2", "5", "10", "15", "20", "30", "60", "+Inf"]
    assert found[f'{name}{{le="2"}}'] == 1


async def test_the_estimated_balance_falls_by_the_list_price(order, http):
    await order()

    assert (await samples(http))["ideogram_credits_estimated"] == 4999.95


async def test_failed_downloads_are_counted(order, http, ideogram):
    await order()
    await ideogram.set_fault("expired-urls")
    await order()

    found = await samples(http)

    assert found['ideogram_image_downloads{status="success",code="200"}'] == 1
    assert found['ideogram_image_downloads{status="error",code="410"}'] == 1


async def test_a_hanging_ideogram_shows_in_the_metrics(serve, ideogram):
    await ideogram.set_fault("timeout")
    async with serve(patience_seconds=0.05) as service, aiohttp.ClientSession(service.url) as http:
        await service.ask("Ana", "a dot", "legacy")

        assert (await samples(http))[generations("error", "timeout")] == 1
