"""Pretend users, and what is told about them."""

from bot.sandbox.service.users import names


async def test_users_ask_for_pictures_all_the_time(serve, until):
    async with serve(users=3) as service:
        await until(lambda: service.counters["picture"] >= 6)

    assert len({outcome.user for outcome in service.outcomes}) == 3


async def test_users_use_both_kinds_of_call(serve, ideogram, until):
    async with serve(users=3):
        await until(lambda: ideogram.requests_by_path["/generate"])
        await until(lambda: ideogram.requests_by_path["/v1/ideogram-v3/generate"])


async def test_the_loop_closes_from_outage_to_placeholders_to_pictures(
    serve, ideogram, cluster, until
):
    async with serve(users=3) as service:
        await ideogram.set_fault("outage-503")
        await until(lambda: service.health()["status"] == "down")

        cluster.roll_out(IDEOGRAM_FALLBACK="true")
        await until(lambda: service.outcomes[-1].kind == "placeholder")

        await ideogram.set_fault(None)
        cluster.roll_out(IDEOGRAM_FALLBACK="false")
        await until(lambda: service.health()["status"] == "ok")


async def test_an_outcome_tells_who_got_what_from_which_pod(service, cluster):
    reply = await service.ask("Ana", "a dot", "v3")

    outcome = reply.outcome
    assert (outcome.user, outcome.kind, outcome.pod) == ("Ana", "picture", cluster.pods[0].name)
    assert outcome.path.startswith("/images/seed-")
    assert outcome.seconds > 0


async def test_the_summary_counts_by_kind(service, ideogram):
    await service.ask("Ana", "a dot", "v3")
    await ideogram.set_fault("outage-500")
    await service.ask("Ben", "a dot", "v3")

    summary = service.summary(window_seconds=15)

    assert summary.counts == {"picture": 1, "placeholder": 0, "error": 1}
    assert [outcome.user for outcome in summary.latest] == ["Ana", "Ben"]
    assert summary.error_share == 0.5


async def test_an_empty_summary_has_no_errors(service):
    assert service.summary().error_share == 0


async def test_who_subscribed_hears_of_every_outcome(service):
    async with service.subscribe() as queue:
        await service.ask("Ana", "a dot", "v3")

        news = queue.get_nowait()

    assert (news["type"], news["kind"], news["user"]) == ("outcome", "picture", "Ana")


async def test_who_left_hears_nothing(service):
    async with service.subscribe() as queue:
        pass

    await service.ask("Ana", "a dot", "v3")

    assert queue.empty()


def test_every_user_has_a_name_of_their_own():
    assert len(set(names(20))) == 20
