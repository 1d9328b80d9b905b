"""When a mitigation counts as over and is looked after no longer, and when it is again."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.errors import MissingError, UnavailableError
from bot.domain.in_force import IdeogramIsBack
from bot.domain.mitigation import State
from tests.builders import a_service
from tests.usecases.in_force import DISABLE
from tests.usecases.pressing import TARGET


async def test_pressing_the_offer_ends_the_checks(watch):
    await watch.enabled()
    await watch.after(times=3)
    watch.health_says("ok")
    await watch.press_on(watch.said(IdeogramIsBack)[0].message.offer)
    await watch.to_the_end(watch.storage.runs[-1])
    sent = watch.canaries

    await watch.after(times=2)

    assert watch.canaries == sent
    assert watch.recovery.ended_at is not None
    assert watch.card.recovery is None


async def test_what_an_undo_of_the_end_put_back_is_looked_after(watch):
    await watch.enabled()
    watch.health_says("ok")
    ended = await watch.through(DISABLE)
    watch.health_says("fallback")
    await watch.press_on(await watch.offer.undo(watch.service, ended))
    undo = await watch.to_the_end(watch.storage.runs[-1])
    await watch.recover()

    await watch.after()

    standing = [row.recovery for row in watch.storage.tables.recoveries.values()]
    assert [(one.mitigation_id, one.ended_at is None) for one in standing] == [
        (ended.preview.undoes or watch.storage.runs[0].id, False),
        (undo.id, True),
    ]


async def test_what_ended_and_holds_again_is_looked_after_anew(watch):
    run = await watch.enabled()
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "false")
    await watch.after()
    assert watch.recovery.ended_at is not None
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "true")

    await watch.after()

    assert (watch.recovery.mitigation_id, watch.recovery.ended_at) == (run.id, None)


async def test_what_somebody_else_switched_off_is_over(watch):
    await watch.enabled()
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "false")

    await watch.after()

    assert watch.canaries == 0
    assert watch.recovery.ended_at is not None


async def test_what_somebody_else_switched_off_is_left_alone_for_ten_minutes(watch):
    await watch.enabled()
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "false")
    await watch.after()
    ended = watch.recovery

    await watch.after(timedelta(seconds=15), times=39)

    assert watch.recovery == ended


async def test_a_cluster_that_does_not_answer_proves_nothing(watch):
    await watch.enabled()
    watch.cluster.fail("deployment", UnavailableError("The API server does not answer."))

    await watch.after()

    assert watch.canaries == 1


async def test_a_deployment_that_is_gone_is_over(watch):
    await watch.enabled()
    watch.cluster.fail("deployment", MissingError("There is no such Deployment."))

    await watch.after()

    assert watch.recovery.ended_at is not None


async def test_a_service_that_is_gone_is_over(watch):
    await watch.enabled()
    watch.service = a_service(name="other")

    await watch.after()

    assert watch.recovery.ended_at is not None


async def test_a_service_on_another_deployment_is_over(watch):
    await watch.enabled()
    watch.service = a_service(target=replace(TARGET, deployment="other"))

    await watch.after()

    assert watch.recovery.ended_at is not None


async def test_a_stopped_press_is_not_looked_after(watch):
    run = await watch.through()
    row = watch.storage.tables.presses[run.id]
    watch.storage.tables.presses[run.id] = replace(row, run=replace(run, state=State.STOPPED))

    await watch.recover()

    assert watch.storage.tables.recoveries == {}
