"""`safety`: content is refused; it is no outage."""

import pytest

from tests.scenarios.verdicts.place import LEGACY, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNSAFE = ("safety", "content", "P3", "422")


async def test_a_refused_harmless_prompt_is_a_matter_of_content(place):
    await place.break_("unsafe")

    found = await place.triage()

    assert found.verdict == UNSAFE
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert found.next_steps == ["Look at where the prompts come from"]
    assert found.would_change == "an image for the same prompt"
    assert "Enable Fallback" not in found.next_steps


async def test_an_answer_that_calls_its_image_unsafe_is_the_same(place):
    item = {"prompt": "a blue dot", "is_image_safe": False, "url": ""}
    for path in (LEGACY, V3):
        place.ideogram.say(path, 200, {"created": "2026-11-20T09:12:00+00:00", "data": [item]})

    found = await place.triage()

    assert found.verdict == UNSAFE
    assert found.row("download") == ("unknown", "no canary got an image")


async def test_one_refused_call_is_enough(place):
    place.ideogram.say(V3, 422, {"error": "Prompt provided failed safety check."})

    found = await place.triage()

    assert (found.verdict, found.evidence) == (UNSAFE, ["generate-v3"])


@pytest.mark.parametrize(("refused", "expected"), [(60, UNSAFE), (40, None)])
async def test_more_than_a_tenth_of_users_prompts_refused_is_one_too(place, refused, expected):
    place.prometheus.sees(success=400 - refused, codes={"422": refused})

    found = await place.triage()

    assert (found.verdict if expected else None) == expected
    assert found.evidence == (["traffic"] if expected else ["generate-legacy", "generate-v3"])


async def test_refusals_may_be_counted_by_their_own_metric(place):
    place.prometheus.sees(success=400, safety=60)

    found = await place.triage()

    assert (found.verdict, found.evidence) == (UNSAFE, ["traffic"])
