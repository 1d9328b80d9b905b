"""`request-bug`: Ideogram calls our requests malformed or unknown."""

import pytest

from tests.scenarios.verdicts.place import LEGACY, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")


def verdict(severity):
    return ("request-bug", "us", severity, "400")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"title": "Bad Request", "detail": "'x' is not one of […]", "status": 400}),
        (404, {"title": "Not Found", "status": 404}),
        (405, ""),
        (415, {"detail": "Invalid Content-type"}),
        (422, {"detail": [{"loc": ["body", "prompt"], "msg": "field required"}]}),
    ],
)
async def test_a_malformed_request_is_our_bug_on_every_call(place, status, body):
    for path in (LEGACY, V3):
        place.ideogram.say(path, status, body)

    found = await place.triage()

    assert found.verdict == verdict("P2")
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert found.next_steps == ["Compare the newest deploy and the API version it calls"]
    assert found.would_change == "an image from the same request"
    assert str(status) in found.row("generate-v3")[1]


async def test_one_call_of_two_is_a_bug_in_part(place):
    place.ideogram.say(LEGACY, 404)

    found = await place.triage()

    assert (found.verdict, found.evidence) == (verdict("P3"), ["generate-legacy"])
    assert found.summary.startswith("P3 · Ideogram rejects the form of some requests.")


@pytest.mark.parametrize(("wrong", "severity"), [(300, "P1"), (40, "P2")])
async def test_requests_of_users_count_by_their_share_lifted_by_what_users_suffer(
    place, wrong, severity
):
    place.prometheus.sees(success=400 - wrong, codes={"400": wrong})

    found = await place.triage()

    assert (found.verdict, found.evidence) == (verdict(severity), ["traffic"])
