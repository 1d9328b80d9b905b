"""How the service behaves while Ideogram or the account fails."""

import asyncio

import pytest


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        ("outage-500", 503, "server-error"),
        ("outage-503", 503, "server-error"),
        ("unreachable", 503, "no-answer"),
        ("key-revoked", 502, "denied"),
        ("balance-zero", 502, "denied"),
        ("rate-limited", 503, "rate-limited"),
        ("unsafe", 422, "unsafe"),
        ("expired-urls", 502, "download"),
    ],
)
async def test_a_fault_of_ideogram_reaches_the_user_in_words(
    order, ideogram, fault, status, reason
):
    await ideogram.set_fault(fault)

    answer = await order()

    assert (answer[0], answer[1]["reason"]) == (status, reason)
    await ideogram.set_fault(None)
    assert (await order())[0] == 200


@pytest.mark.parametrize("fault", ["timeout", "slow"])
async def test_users_do_not_wait_for_ever(serve, ideogram, fault):
    await ideogram.set_fault(fault)
    async with serve(patience_seconds=0.05) as service:
        reply = await service.ask("Ana", "a dot", "legacy")

    assert (reply.outcome.status, reply.outcome.reason) == (504, "gave-up")


async def test_a_request_has_its_own_timeout(serve, ideogram):
    await ideogram.set_fault("timeout")
    async with serve(request_seconds=0.05) as service:
        reply = await service.ask("Ana", "a dot", "legacy")

    assert (reply.outcome.status, reply.outcome.reason) == (504, "timed-out")


async def test_a_connection_that_breaks_is_not_tried_again(serve, ideogram, until):
    await ideogram.set_fault("timeout")
    async with serve() as service, asyncio.TaskGroup() as group:
        asking = group.create_task(service.ask("Ana", "a dot", "legacy"))
        await until(lambda: ideogram.inflight == 1)
        await ideogram.set_fault("unreachable")

    assert asking.result().outcome.detail == "Ideogram broke the connection"


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [("rate-limited", 4), ("outage-503", 2), ("key-revoked", 1), ("payment-required", 1)],
)
async def test_only_what_may_pass_is_tried_again(order, ideogram, fault, attempts):
    await ideogram.set_fault(fault)

    await order()

    assert ideogram.requests_by_path["/generate"] == attempts


async def test_no_credits_degrade_to_a_placeholder_and_call_billing(order, service, ideogram):
    await ideogram.set_fault("payment-required")

    status, body = await order()

    assert (status, body["fallback"]) == (200, True)
    assert [line.event for line in service.log] == ["credits.exhausted"]


async def test_a_refused_key_is_logged_without_the_key(order, service, ideogram):
    await ideogram.set_fault("key-revoked")

    await order()

    (line,) = service.log
    assert line.event == "key.refused"
    assert ideogram.key not in line.detail


async def test_the_circuit_breaker_stops_asking(serve, ideogram):
    await ideogram.set_fault("outage-500")
    async with serve(breaker_failures=2, breaker_seconds=60) as service:
        replies = [await service.ask("Ana", "a dot", "legacy") for _ in range(5)]

    assert ideogram.requests_by_path["/generate"] == 2
    assert replies[-1].outcome.reason == "circuit-open"


async def test_the_circuit_breaker_lets_pictures_through_again(serve, ideogram, until):
    async with serve(breaker_failures=1, breaker_seconds=0.02, users=1) as service:
        await ideogram.set_fault("outage-500")
        await until(lambda: service.outcomes and service.outcomes[-1].reason == "circuit-open")

        await ideogram.set_fault(None)

        await until(lambda: service.outcomes[-1].kind == "picture")


async def test_a_pod_sends_no_more_at_a_time_than_its_switch_says(serve, cluster, ideogram, until):
    cluster.roll_out(IDEOGRAM_CONCURRENCY="2")
    await ideogram.set_fault("timeout")
    async with serve(patience_seconds=0.1) as service, asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(service.ask("Ana", "a dot", "legacy"))
        seen = []
        await until(lambda: seen.append(ideogram.inflight) or service.counters["error"])

    assert max(seen) == 2


async def test_a_rotated_key_reaches_only_new_pods(order, cluster, ideogram):
    ideogram.add_key("rotated")
    await ideogram.set_fault("key-revoked")
    assert (await order())[0] == 502

    cluster.roll_out(IDEOGRAM_API_KEY="rotated")

    assert (await order())[0] == 200


async def test_a_pod_keeps_the_switches_of_its_start(order, cluster):
    await order()
    cluster.pods[0].env["IDEOGRAM_FALLBACK"] = "true"

    _, body = await order()

    assert body["fallback"] is False
