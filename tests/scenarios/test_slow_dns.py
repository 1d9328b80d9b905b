"""Our own name servers are the trouble: users suffer, Ideogram answers, the card says why."""

from tests.scenarios.seeing import read


async def test_slow_dns_is_named_as_ours_and_every_request_says_what_it_cost(story):
    await story.users_get("picture")
    await story.world.chaos.break_("slow-dns")
    await story.users_get("error")

    await story.run("triage full")

    card = read(await story.sees("P2 · Our DNS is slow, Ideogram answers"))
    assert "Do now: Mend our DNS: resolving takes 3." in card
    assert "resolving takes 3." in card.partition("*Hurts*")[2].partition("\n")[0]
    works = card.partition("*Works*")[2].partition("\n")[0]
    assert "V3 image in 3." in works
    assert works.count(" s of it DNS") == 4  # the keyless request, the quote and both images
    assert ", DNS," not in works


async def test_a_dead_resolver_is_named_though_the_second_one_answers(story):
    await story.users_get("picture")
    await story.world.chaos.break_("dead-resolver")
    dead, good = (one.place for one in story.world.name_servers)
    await story.users_get("error")

    await story.run("triage full")

    card = read(await story.sees("P2 · Our DNS is slow, Ideogram answers"))
    assert f"1 of 2 resolvers fails: {dead} (no answer)" in card
    assert good not in card
    await story.press("Show Evidence")
    view = await story.until(lambda: story.slack.open_views("U0ANA"), "the evidence")
    assert f"{dead}: no answer, after 8." in read(view[-1])
    assert f"{good}: 127.0.0.1 in" in read(view[-1])


async def test_a_dead_resolver_behind_a_good_one_does_not_pass_as_all_fine(story):
    story.world.name_servers[1].is_silent = True
    await story.users_get("picture")

    await story.run("triage full")

    card = read(await story.sees("Ideogram works, but trouble with our DNS"))
    assert "*Hurts*  1 of 2 resolvers fails" in card
