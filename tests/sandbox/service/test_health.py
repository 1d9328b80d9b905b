"""What the service says about itself."""

from dataclasses import replace

import pytest


@pytest.fixture
def health(http):
    async def get():
        async with http.get("/health") as response:
            return response.status, await response.json()

    return get


@pytest.fixture
def ideogram_health(health):
    async def get():
        return (await health())[1]["services"]["ideogram"]

    return get


async def asked(order, times=4):
    for _ in range(times):
        await order()


async def test_it_is_fine_before_anybody_asked(health):
    status, body = await health()

    assert (status, body["status"]) == (200, "ok")
    assert body["services"]["ideogram"]["fallback"] is False


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("outage-500", "down"),
        ("key-revoked", "down"),
        ("expired-urls", "down"),
        ("payment-required", "degraded"),
        ("unsafe", "ok"),
    ],
)
async def test_it_says_what_users_get(order, ideogram, health, fault, status):
    await ideogram.set_fault(fault)

    await asked(order)

    assert (await health())[1]["status"] == status


async def test_some_failures_are_a_degradation(order, ideogram, health):
    await asked(order, 3)
    await ideogram.set_fault("outage-500")

    await order()

    assert (await health())[1]["status"] == "degraded"


async def test_users_who_leave_are_a_degradation(serve, ideogram):
    await ideogram.set_fault("slow")
    async with serve(patience_seconds=0.02) as service:
        for _ in range(4):
            await service.ask("Ana", "a dot", "v3")

        assert service.health()["status"] == "degraded"


async def test_four_good_answers_make_it_fine_again(order, ideogram, health):
    await ideogram.set_fault("outage-500")
    await asked(order)
    await ideogram.set_fault(None)

    await asked(order)

    assert (await health())[1]["status"] == "ok"


async def test_bad_prompts_do_not_hide_an_outage(order, ideogram, health):
    await ideogram.set_fault("outage-500")
    await asked(order)

    for _ in range(4):
        await order("")

    assert (await health())[1]["status"] == "down"


async def test_fallback_is_active_at_once_when_all_pods_have_it(order, cluster, ideogram_health):
    cluster.roll_out(IDEOGRAM_FALLBACK="true")

    found = await ideogram_health()

    assert (found["status"], found["fallback"]) == ("fallback", True)
    assert found["pods"] == {"ready": 1, "fallback": 1}


async def test_disabled_generation_is_a_fallback_too(cluster, ideogram_health):
    cluster.roll_out(IDEOGRAM_ENABLED="false")

    found = await ideogram_health()

    assert (found["status"], found["fallback"]) == ("disabled", True)


async def test_one_pod_without_fallback_is_no_fallback(cluster, ideogram_health):
    cluster.roll_out(IDEOGRAM_FALLBACK="true")
    (pod,) = cluster.pods
    cluster.pods.append(replace(pod, name="old", env={**pod.env, "IDEOGRAM_FALLBACK": "false"}))

    assert (await ideogram_health())["fallback"] is False


async def test_pods_that_are_not_ready_do_not_count(cluster, ideogram_health):
    cluster.roll_out(IDEOGRAM_FALLBACK="true")
    (pod,) = cluster.pods
    cluster.pods.append(replace(pod, name="new", env={}, ready=False))

    assert (await ideogram_health())["fallback"] is True


async def test_a_broken_release_is_no_fallback(order, cluster, ideogram_health):
    cluster.roll_out(image="app:bad", IDEOGRAM_FALLBACK="true")
    await asked(order)

    found = await ideogram_health()

    assert (found["status"], found["fallback"]) == ("down", False)


async def test_without_pods_it_is_down(cluster, health):
    cluster.pods = []

    status, body = await health()

    assert (status, body["status"]) == (503, "down")
