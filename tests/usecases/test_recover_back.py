"""When Ideogram counts as back: said once, with what ends the mitigation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.in_force import IdeogramIsBack
from bot.domain.service import Call
from bot.domain.thresholds import Thresholds
from bot.domain.timeline import EventKind
from tests.builders import ANA
from tests.fakes.ideogram import an_exchange
from tests.usecases.in_force import DISABLE


async def test_ideogram_is_not_back_before_the_call_that_failed_gets_images(watch):
    await watch.found_legacy_down()
    watch.ideogram.answers[Call.LEGACY.value] = an_exchange(503)
    await watch.enabled()

    await watch.after(times=3)

    assert watch.ideogram.asked == ["legacy"] * 3
    assert watch.said(IdeogramIsBack) == []


@pytest.mark.parametrize(
    ("limit", "took", "is_back"), [(20, 25, False), (45, 35, True)], ids=["too slow", "in time"]
)
async def test_how_slow_an_image_may_be_is_the_configured_limit(watch, limit, took, is_back):
    watch.limits = Thresholds(slow_after=timedelta(seconds=limit))
    image = replace(watch.ideogram.answers["v3"], latency=timedelta(seconds=took))
    watch.ideogram.all_generations(image)
    await watch.enabled()

    await watch.after(times=3)

    assert bool(watch.said(IdeogramIsBack)) is is_back


async def test_after_three_images_in_a_row_it_is_said_once_with_what_ends_it(watch):
    run = await watch.enabled()

    await watch.after(times=2)
    assert watch.said(IdeogramIsBack) == []
    await watch.after(times=3)

    (said,) = watch.said(IdeogramIsBack)
    assert (said.parent, said.message.run.id, said.message.person) == ("INC-42/card", run.id, ANA)
    assert said.message.recovery.in_a_row == 3
    assert (said.message.offer.kind, said.message.offer.undoes) == (DISABLE, None)


async def test_the_timeline_names_the_evidence(watch):
    run = await watch.enabled()

    await watch.after(times=3)

    (event,) = [one for one in watch.storage.events if one.kind is EventKind.IDEOGRAM_BACK]
    assert event.evidence.ref == run.name
    assert event.evidence.message == watch.said(IdeogramIsBack)[0].key
    assert event.facts == {"images in a row": "3", "last": "image in 0.4 s"}


async def test_the_cards_primary_becomes_what_ends_it_and_the_undo_leaves(watch):
    await watch.enabled()
    assert watch.card.primary == "update"

    await watch.after(times=3)

    assert watch.card.primary == DISABLE
    assert [(one.kind, one.undoes) for one in watch.card.offers] == [(DISABLE, None)]


async def test_a_failure_begins_the_row_anew(watch):
    await watch.enabled()
    await watch.after(times=2)
    image = watch.ideogram.answers["v3"]
    watch.ideogram.all_generations(an_exchange(503))
    await watch.after()
    watch.ideogram.all_generations(image)

    await watch.after(times=2)
    assert watch.said(IdeogramIsBack) == []
    await watch.after()
    assert len(watch.said(IdeogramIsBack)) == 1


async def test_a_slow_image_is_no_success(watch):
    await watch.enabled()
    slow = replace(watch.ideogram.answers["v3"], latency=timedelta(seconds=31))
    watch.ideogram.all_generations(slow)

    await watch.after(times=3)

    assert watch.said(IdeogramIsBack) == []


async def test_when_it_fails_again_the_card_takes_its_button_back_and_nothing_more_is_said(watch):
    await watch.enabled()
    await watch.after(times=3)
    image = watch.ideogram.answers["v3"]
    watch.ideogram.all_generations(an_exchange(503))
    await watch.after()
    assert watch.card.primary == "update"
    watch.ideogram.all_generations(image)

    await watch.after(times=3)

    assert watch.card.primary == DISABLE
    assert len(watch.said(IdeogramIsBack)) == 1


async def test_an_offer_that_cannot_run_says_why_and_what_to_type(watch):
    await watch.enabled()
    await watch.after(times=2)
    watch.cluster.may = False

    await watch.after()

    (said,) = watch.said(IdeogramIsBack)
    assert said.message.offer is None
    assert "may not patch" in said.message.why_not
    assert said.message.by_hand.startswith("kubectl")
