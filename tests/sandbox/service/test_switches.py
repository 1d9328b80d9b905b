"""The switches of the service: placeholders instead of pictures."""

import pytest

from bot.sandbox.service.pods import Switches


@pytest.mark.parametrize(
    "switch", [{"IDEOGRAM_FALLBACK": "true"}, {"IDEOGRAM_ENABLED": "false"}], ids=str
)
async def test_a_switch_gives_placeholders_without_asking_ideogram(
    order, cluster, ideogram, switch
):
    await ideogram.set_fault("outage-500")
    cluster.roll_out(**switch)

    status, body = await order()

    assert (status, body["fallback"], body["seed"]) == (200, True, 0)
    assert not ideogram.requests


async def test_the_placeholder_is_made_here(order, http, cluster):
    cluster.roll_out(IDEOGRAM_FALLBACK="true")
    _, body = await order()

    async with http.get(body["url"]) as response:
        text = await response.text()

    assert (response.status, response.content_type) == (200, "image/svg+xml")
    assert "Image unavailable" in text


async def test_switching_back_gives_pictures(order, cluster):
    cluster.roll_out(IDEOGRAM_FALLBACK="true")
    await order()

    cluster.roll_out(IDEOGRAM_FALLBACK="false")

    assert (await order())[1]["fallback"] is False


async def test_a_bad_release_serves_no_placeholders_either(order, cluster):
    cluster.roll_out(image="app:bad", IDEOGRAM_FALLBACK="true")

    assert (await order())[0] == 500


@pytest.mark.parametrize(
    ("value", "expected"), [("3", 3), ("0", 1), ("", 8), ("many", 8), ("-1", 8)]
)
async def test_a_concurrency_that_makes_no_sense_is_the_default(cluster, value, expected):
    cluster.roll_out(IDEOGRAM_CONCURRENCY=value)

    assert Switches.of(cluster.pods[0]).concurrency == expected
