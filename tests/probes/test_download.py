"""Can the picture of a fresh canary be fetched?"""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.answer import SecretText
from bot.domain.errors import NoPictureError, PermanentError
from bot.domain.probe import Outcome, ProbeKind
from bot.probes.download import seconds_left
from tests.builders import NIGHT
from tests.fakes.ideogram import an_exchange

SOON = int((NIGHT + timedelta(hours=1)).timestamp())
URL = f"https://ideogram.ai/a.png?exp={SOON}&sig=x"


async def fetched(bench, url=URL):
    subject = bench.subject(canaries={ProbeKind.GENERATE_V3})
    subject.picture_seen(ProbeKind.GENERATE_V3, SecretText(url))
    return await bench.measure(ProbeKind.DOWNLOAD, subject)


async def test_a_picture_is_healthy_with_its_size_and_the_time_left(bench):
    result = await fetched(bench)

    assert (result.outcome, result.detail) == (Outcome.HEALTHY, "picture in 0.4 s")
    assert result.facts == {
        "canary": "generate-v3",
        "host": "ideogram.ai",
        "bytes": 48_213,
        "seconds_left": 3600,
    }


@pytest.mark.parametrize("status", [403, 404, 410, 500])
async def test_a_refused_picture_is_unhealthy(bench, status):
    bench.ideogram.answers["picture"] = an_exchange(status)

    result = await fetched(bench)

    assert (result.outcome, result.detail) == (Outcome.UNHEALTHY, f"{status} in 0.4 s")


async def test_something_else_than_a_picture_is_unhealthy(bench):
    bench.ideogram.answers["picture"] = an_exchange(200, {"bytes": 7, "is_picture": False})

    result = await fetched(bench)

    assert result.outcome is Outcome.UNHEALTHY
    assert result.detail == "200 in 0.4 s, but no PNG, JPEG or WebP"


async def test_a_url_that_expired_before_it_came_is_unhealthy(bench):
    result = await fetched(bench, "https://ideogram.ai/a.png?exp=1&sig=x")

    assert (result.outcome, result.detail) == (
        Outcome.UNHEALTHY,
        "the URL had expired when it came",
    )


async def test_an_expired_url_is_named_beside_the_refusal(bench):
    bench.ideogram.answers["picture"] = an_exchange(410)

    result = await fetched(bench, "https://ideogram.ai/a.png?exp=1&sig=x")

    assert result.detail == "410 in 0.4 s, the URL expired"


async def test_a_host_off_the_list_is_no_failure_of_theirs(bench):
    bench.ideogram.answers["picture"] = PermanentError("lies on x: add it to image_hosts")

    result = await fetched(bench)

    assert (result.outcome, result.ran) == (Outcome.UNKNOWN, True)
    assert "image_hosts" in result.detail


async def test_a_link_that_nobody_can_follow_is_a_failure_of_theirs(bench):
    bench.ideogram.answers["picture"] = NoPictureError("redirected more than 3 times")

    result = await fetched(bench)

    assert (result.outcome, result.detail) == (Outcome.UNHEALTHY, "redirected more than 3 times")


async def test_it_waits_for_the_first_canary_with_an_image(bench):
    subject = bench.subject(canaries={ProbeKind.GENERATE_V3, ProbeKind.GENERATE_LEGACY})

    async with asyncio.TaskGroup() as group:
        download = group.create_task(bench.measure(ProbeKind.DOWNLOAD, subject))
        subject.picture_seen(ProbeKind.GENERATE_LEGACY, None)
        subject.picture_seen(ProbeKind.GENERATE_V3, SecretText(URL))

    assert download.result().outcome is Outcome.HEALTHY


async def test_no_image_at_all_is_unknown(bench):
    subject = bench.subject(canaries={ProbeKind.GENERATE_V3})
    subject.picture_seen(ProbeKind.GENERATE_V3, None)

    result = await bench.measure(ProbeKind.DOWNLOAD, subject)

    assert (result.outcome, result.ran) == (Outcome.UNKNOWN, False)
    assert result.detail == "no canary got an image"


async def test_without_canaries_it_does_not_wait_for_ever(bench):
    result = await bench.measure(ProbeKind.DOWNLOAD)

    assert (result.outcome, result.detail) == (Outcome.UNKNOWN, "no canary was sent")


async def test_giving_up_leaves_the_picture_to_others(bench):
    subject = bench.subject(canaries={ProbeKind.GENERATE_V3})

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await bench.measure(ProbeKind.DOWNLOAD, subject)

    assert not subject.first_picture.cancelled()


@pytest.mark.parametrize(
    "query", ["", "?sig=x", "?exp=", "?exp=soon", "?exp=-5", "?exp=" + "9" * 400, "?exp=٣"]
)
def test_a_url_without_a_moment_says_nothing_about_its_life(query):
    assert seconds_left(f"https://ideogram.ai/a.png{query}", NIGHT) is None
