"""What each fault of the pretend Ideogram does, and what it leaves alone."""

import asyncio
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from bot.sandbox.ideogram.faults import FAULTS
from bot.sandbox.ideogram.server import IdeogramServer

LEGACY = {"image_request": {"prompt": "a blue dot"}}
QUOTE = "/v2/image/generate/ideogram-4-5?dry_run=true"


def elapsed():
    return asyncio.get_running_loop().time()


async def generate(http):
    async with http.post("/generate", json=LEGACY) as response:
        return response.status, await response.text()


async def quote_status(http):
    async with http.post(QUOTE, json={"prompt": "health check"}) as response:
        return response.status


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("outage-500", 500, ""),
        ("outage-503", 503, "Service Temporarily Unavailable"),
        ("payment-required", 402, "insufficient_funds"),
        ("rate-limited", 429, "inflight_limit"),
        ("unsafe", 422, "failed safety check"),
    ],
)
async def test_generation_fails_while_the_quote_still_answers(http, ideogram, fault, status, said):
    await ideogram.set_fault(fault)

    answer = await generate(http)

    assert answer[0] == status
    assert said in answer[1]
    assert await quote_status(http) == 200


async def test_a_revoked_key_is_refused_and_another_is_not(http, ideogram):
    ideogram.add_key("staged")
    await ideogram.set_fault("key-revoked")

    refused = await generate(http)

    assert refused[0] == 401
    assert "Access denied" in refused[1]
    assert await quote_status(http) == 401
    async with http.post("/generate", json=LEGACY, headers={"Api-Key": "staged"}) as response:
        assert response.status == 200


async def test_the_key_that_is_revoked_is_the_one_in_use(http, ideogram):
    ideogram.add_key("rotated")
    async with http.post("/generate", json=LEGACY, headers={"Api-Key": "rotated"}) as response:
        assert response.status == 200

    await ideogram.set_fault("key-revoked")

    async with http.get("/models", headers={"Api-Key": "rotated"}) as response:
        assert response.status == 401
    assert (await generate(http))[0] == 200


async def test_a_balance_of_zero_pauses_every_key_until_the_top_up(http, ideogram):
    ideogram.add_key("staged")
    await ideogram.set_fault("balance-zero")

    async with http.post("/generate", json=LEGACY, headers={"Api-Key": "staged"}) as response:
        assert response.status == 401
    assert (await generate(http))[0] == 401
    await ideogram.set_fault(None)
    assert (await generate(http))[0] == 200


async def test_slow_generations_take_their_time(http, ideogram):
    await ideogram.set_fault("slow")
    started = elapsed()

    status, _ = await generate(http)

    assert status == 200
    assert elapsed() - started >= 0.3


async def test_unreachable_refuses_connections_and_keeps_the_port(http, ideogram):
    url = ideogram.url
    await ideogram.set_fault("unreachable")

    with pytest.raises(aiohttp.ClientConnectorError):
        await generate(http)
    await ideogram.set_fault(None)

    assert (await generate(http))[0] == 200
    assert ideogram.url == url


async def test_unreachable_breaks_connections_that_are_open(http, ideogram, until):
    await ideogram.set_fault("timeout")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_error_of(generate(http)))
        await until(lambda: ideogram.inflight == 1)
        await ideogram.set_fault("unreachable")

    assert isinstance(waiting.result(), aiohttp.ServerDisconnectedError)


async def _error_of(call):
    try:
        await call
    except aiohttp.ClientError as error:
        return error
    return None


async def test_an_outage_takes_running_generations_along(http, ideogram, until):
    await ideogram.set_fault("slow")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(generate(http))
        await until(lambda: ideogram.inflight == 1)
        await ideogram.set_fault("outage-500")

    assert running.result()[0] == 500


async def test_expired_urls_are_in_the_past_and_gone(http, ideogram):
    await ideogram.set_fault("expired-urls")
    async with http.post("/generate", json=LEGACY) as response:
        url = (await response.json())["data"][0]["url"]

    made_at = parsedate_to_datetime(response.headers["Date"]).timestamp()
    assert int(url.split("exp=")[1].split("&")[0]) < made_at
    async with http.get(url) as response:
        assert response.status == 410


async def test_an_unknown_fault_is_an_error():
    with pytest.raises(ValueError, match="outage-503"):
        await IdeogramServer().set_fault("outage-504")


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_can_be_repaired(http, ideogram, fault):
    await ideogram.set_fault(fault)

    await ideogram.set_fault(None)

    assert (await generate(http))[0] == 200


async def test_a_server_with_hanging_requests_stops_quickly():
    async with IdeogramServer() as server:
        await server.set_fault("timeout")
        async with aiohttp.ClientSession(server.url, headers={"Api-Key": server.key}) as http:
            with pytest.raises(TimeoutError):
                await http.post("/generate", json=LEGACY, timeout=aiohttp.ClientTimeout(total=0.05))
        started = elapsed()

    assert elapsed() - started < 5


async def v3_status(http):
    async with http.post("/v1/ideogram-v3/generate", json={"prompt": "a blue dot"}) as response:
        return response.status


async def indicator(http):
    async with http.get("/api/v2/summary.json") as response:
        return (await response.json())["status"]["indicator"]


async def test_a_partial_outage_takes_some_generations_and_leaves_others(http, ideogram):
    await ideogram.set_fault("partial-outage")

    statuses = {(await generate(http))[0] for _ in range(60)}

    assert statuses == {200, 503}


async def test_v3_alone_can_be_down(http, ideogram):
    await ideogram.set_fault("v3-only")

    assert await v3_status(http) == 503
    assert (await generate(http))[0] == 200


async def test_the_status_page_stays_green_in_an_unnoticed_outage(http, ideogram):
    ideogram.status_lag_seconds = 0
    await ideogram.set_fault("outage-unnoticed")

    assert (await generate(http))[0] == 503
    assert await indicator(http) == "none"


async def test_the_status_page_is_red_at_once_in_a_false_alarm(http, ideogram):
    await ideogram.set_fault("status-red")

    assert (await generate(http))[0] == 200
    assert await indicator(http) == "major"


async def test_a_path_answers_what_it_is_told_until_the_next_fault(http, ideogram):
    ideogram.say("/generate", 402, {"reject_reason": "daily_limit"})

    assert (await generate(http))[0] == 402
    assert await v3_status(http) == 200

    await ideogram.set_fault(None)
    assert (await generate(http))[0] == 200
