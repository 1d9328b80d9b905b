"""`download`: images are made, and get lost on their way."""

import pytest

from bot.domain.metrics import Query
from tests.scenarios.verdicts.place import LEGACY, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")

STORE = "Store pictures at once when they are made: their links expire"


def verdict(origin):
    return ("download", origin, "P3", "picture")


def lost(place, **codes):
    """Let 10 of 400 downloads of users fail, with these codes."""
    failed = [({"status": "error", "code": code[1:]}, many) for code, many in codes.items()]
    place.prometheus.series[Query.DOWNLOADS] = [({"status": "success"}, 390), *failed]


async def test_a_fresh_link_that_is_dead_is_the_providers(place):
    await place.break_("expired-urls")

    found = await place.triage()

    assert found.verdict == verdict("provider")
    assert found.evidence == ["download"]
    assert found.next_steps[-1] == STORE
    assert found.would_change == "the picture of a fresh image"
    assert "410" in found.row("download")[1]
    assert "expired" in found.row("download")[1]


async def test_a_fresh_picture_that_is_none_is_the_providers(place):
    item = {"is_image_safe": True, "url": f"{place.ideogram.url}/page.png"}
    for path in (LEGACY, V3):
        place.ideogram.say(path, 200, {"data": [item]})
    place.ideogram.say("/page.png", 200, "<html>no picture</html>")

    found = await place.triage()

    assert found.verdict == verdict("provider")
    assert "no PNG, JPEG or WebP" in found.row("download")[1]


async def test_users_who_come_too_late_for_their_links_are_our_doing(place):
    lost(place, c410=6, c403=3, c500=1)

    found = await place.triage()

    assert found.verdict == verdict("us")
    assert found.evidence == ["traffic"]
    assert found.row("download")[0] == "healthy"
    assert "9 by expired links" in found.row("traffic")[1]


async def test_users_who_lose_pictures_otherwise_are_the_providers(place):
    lost(place, c410=3, c500=7)

    assert (await place.triage()).verdict == verdict("provider")


async def test_slow_downloads_are_the_providers(place):
    place.prometheus.sees(success=400, download_p95=12)

    found = await place.triage()

    assert (found.verdict, found.evidence) == (verdict("provider"), ["traffic"])
    assert "downloads P95 12.0 s" in found.row("traffic")[1]


async def test_a_picture_on_a_host_off_the_list_is_not_looked_at(place):
    item = {"is_image_safe": True, "url": "https://pictures.example/x.png"}
    for path in (LEGACY, V3):
        place.ideogram.say(path, 200, {"data": [item]})

    found = await place.triage()

    assert found.cause == "healthy"
    said = "the picture lies on pictures.example: add it to image_hosts"
    assert found.row("download") == ("unknown", said)


async def test_users_who_fail_because_of_it_lift_it(place):
    await place.break_("expired-urls")
    place.health.says = "down"

    found = await place.triage()

    assert found.verdict == ("download", "provider", "P1", "picture")
    assert found.next_steps[0] == "Enable Fallback"
