"""What somebody who asks the service for a picture gets."""

import pytest


@pytest.mark.parametrize("call", ["legacy", "v3"])
async def test_a_picture_is_kept_before_its_url_expires(order, http, call):
    status, body = await order(call=call)

    async with http.get(body["url"]) as response:
        content = await response.read()
    assert (status, body["fallback"], response.content_type) == (200, False, "image/png")
    assert content.startswith(b"\x89PNG")


async def test_its_name_holds_the_seed_and_its_metadata_are_kept(order, service):
    _, body = await order("a red square")

    stored = service.store.find(body["url"].removeprefix("/images/"))
    assert stored.name.startswith(f"seed-{body['seed']}-")
    assert stored.metadata["prompt"] == "a red square"
    assert sorted(stored.metadata) == [
        "created_at",
        "model",
        "prompt",
        "resolution",
        "seed",
        "style",
    ]


async def test_an_unknown_picture_is_a_404(http):
    async with http.get("/images/seed-1-00000000.png") as response:
        assert response.status == 404


async def test_the_service_sends_the_model_of_its_environment(order, ideogram, cluster):
    cluster.roll_out(IDEOGRAM_MODEL="V_2A_TURBO")

    await order()

    assert str(ideogram.spent) == "0.025"


async def test_a_wrong_model_is_our_own_fault(order, cluster):
    cluster.roll_out(IDEOGRAM_MODEL="V_9")

    status, body = await order()

    assert (status, body["reason"]) == (500, "bad-request")


@pytest.mark.parametrize("prompt", ["", "   ", 7, None, "x" * 10_001])
async def test_a_prompt_that_cannot_be_drawn_costs_nothing(order, ideogram, prompt):
    status, body = await order(prompt)

    assert (status, body["reason"]) == (400, "bad-prompt")
    assert not ideogram.requests


@pytest.mark.parametrize("body", ["{", "[]", '{"prompt": "x", "call": "v4"}'])
async def test_a_broken_request_is_a_400(http, body):
    async with http.post("/images", data=body) as response:
        assert response.status == 400


async def test_personal_data_do_not_leave_the_house(order, service):
    _, body = await order("a card for ana@example.com, call +1 (555) 123-4567")

    stored = service.store.find(body["url"].removeprefix("/images/"))
    assert stored.metadata["prompt"] == "a card for [email], call [phone]"


async def test_an_unsafe_picture_is_never_shown(order):
    status, body = await order("unsafe")

    assert (status, body["reason"]) == (422, "unsafe")


async def test_a_refused_prompt_is_logged_without_personal_data(order, service):
    status, _ = await order("prohibited things for ana@example.com")

    (line,) = service.log
    assert (status, line.event) == (422, "prompt.refused")
    assert line.detail == "prohibited things for [email]"


async def test_no_ready_pod_means_no_picture(order, cluster):
    cluster.pods = []

    status, body = await order()

    assert (status, body["reason"]) == (503, "no-pod")


async def test_a_bad_release_fails_whatever_ideogram_does(order, cluster, ideogram):
    cluster.roll_out(image="registry.example.com/ideogram-service:2.8.1-bad")

    status, body = await order()

    assert (status, body["reason"]) == (500, "crashed")
    assert not ideogram.requests
