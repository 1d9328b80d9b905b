"""Claims about enable-fallback and disable-fallback."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import GuardRefusedError
from bot.domain.metrics import Reading
from bot.domain.mitigation import EffectState, EnvChange, State
from bot.mitigations.disable_fallback import DisableFallback
from bot.mitigations.enable_fallback import EnableFallback
from tests.builders import NIGHT, a_run, a_service
from tests.fakes.clock import FakeClock
from tests.fakes.cluster_objects import a_container, a_deployment
from tests.fakes.ideogram import an_exchange
from tests.fakes.lookout import a_lookout
from tests.fakes.metrics import SOURCE, FakeMetrics, outcomes
from tests.fakes.network import FakeNetwork

SERVICE = a_service()
CHANGE = EnvChange("IDEOGRAM_FALLBACK", "false", "true")
OFF = a_container(IDEOGRAM_FALLBACK="false")
ON = a_container(IDEOGRAM_FALLBACK="true")


async def effect_of(make, word, status=200):
    network = FakeNetwork()
    body = {"services": {"ideogram": word}}
    network.pages["https://app.example.com/health"] = an_exchange(status, body)
    return await make(a_lookout(network=network)).effect(SERVICE, a_run())


def enable():
    return EnableFallback(a_lookout())


def disable():
    return DisableFallback(a_lookout())


def test_enabling_sets_the_configured_value():
    assert enable().change(SERVICE, OFF, []) == CHANGE
    assert enable().by_hand(SERVICE, None) == CHANGE


def test_enabling_what_is_on_is_refused():
    with pytest.raises(GuardRefusedError, match="IDEOGRAM_FALLBACK is true already"):
        enable().change(SERVICE, ON, [])


def test_disabling_what_we_did_not_enable_sets_the_normal_value():
    assert disable().change(SERVICE, ON, []) == CHANGE.reversed
    assert disable().by_hand(SERVICE, None) == CHANGE.reversed


def test_disabling_restores_the_oldest_before_image():
    older = a_run(state=State.EFFECTIVE, before=(EnvChange("IDEOGRAM_FALLBACK", None, "maybe"),))
    newer = a_run(state=State.EFFECTIVE, before=(EnvChange("IDEOGRAM_FALLBACK", "maybe", "true"),))

    change = disable().change(SERVICE, ON, [older, newer])

    assert change == EnvChange("IDEOGRAM_FALLBACK", "true", None)


def test_disabling_what_is_not_set_is_refused():
    with pytest.raises(GuardRefusedError, match="nothing to end"):
        disable().change(SERVICE, a_container(), [])


def test_a_service_without_the_switch_is_not_configured():
    without = a_service(switches={})

    assert enable().is_configured(SERVICE)
    assert disable().is_configured(SERVICE)
    assert not enable().is_configured(without)
    assert not disable().is_configured(without)
    with pytest.raises(GuardRefusedError, match="No fallback switch"):
        enable().change(without, OFF, [])


@pytest.mark.parametrize("one", [enable(), disable()])
def test_an_effect_that_cannot_be_seen_is_said_before(one):
    blind = a_service(health_url=None)

    assert one.warnings(SERVICE, a_deployment(), CHANGE, None) == ()
    assert "cannot be checked" in one.warnings(blind, a_deployment(), CHANGE, None)[0]


@pytest.mark.parametrize("one", [enable(), disable()])
async def test_without_a_health_url_the_effect_is_unseen(one):
    effect = await one.effect(a_service(health_url=None), a_run())

    assert effect.state is EffectState.UNSEEN


@pytest.mark.parametrize(
    ("word", "enabled", "disabled"),
    [
        ("fallback", EffectState.EFFECTIVE, EffectState.PENDING),
        ("ok", EffectState.PENDING, EffectState.EFFECTIVE),
        ("degraded", EffectState.PENDING, EffectState.PENDING),
        ("down", EffectState.PENDING, EffectState.WORSE),
        ("purple", EffectState.UNSEEN, EffectState.UNSEEN),
    ],
)
async def test_the_effect_is_what_health_says(word, enabled, disabled):
    assert (await effect_of(EnableFallback, word)).state is enabled
    assert (await effect_of(DisableFallback, word)).state is disabled


PRESS = a_run(pressed_at=NIGHT - timedelta(minutes=2), rolled_out_at=NIGHT - timedelta(minutes=1))


async def seen_by_requests(service, *, word="purple", **counts):
    metrics, network = FakeMetrics(), FakeNetwork()
    network.pages["https://app.example.com/health"] = an_exchange(
        200, {"services": {"ideogram": word}}
    )
    then = [replace(one, at=PRESS.pressed_at) for one in outcomes(c503=99).samples]
    metrics.past = Reading((*then, *outcomes(**counts).samples))
    lookout = a_lookout(metrics=metrics, network=network, clock=FakeClock(NIGHT))
    return await EnableFallback(lookout).effect(service, PRESS)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({"success": 100}, EffectState.EFFECTIVE),
        ({"success": 50, "c503": 50}, EffectState.PENDING),
        ({"c503": 0}, EffectState.UNSEEN),
    ],
)
@pytest.mark.parametrize("url", [None, "https://app.example.com/health"])
async def test_where_health_says_nothing_the_share_of_failures_does(counts, state, url):
    blind = a_service(health_url=url, metrics=SOURCE)

    effect = await seen_by_requests(blind, **counts)

    assert effect.state is state
    assert effect.detail.startswith("health ")


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({"success": 100}, EffectState.EFFECTIVE),
        ({"success": 50, "c503": 50}, EffectState.PENDING),
        ({"c503": 0}, EffectState.PENDING),
    ],
)
async def test_requests_that_fail_no_more_are_enough_where_health_does_not_know_of_it(
    counts, state
):
    effect = await seen_by_requests(a_service(metrics=SOURCE), word="ok", **counts)

    assert effect.state is state
    assert effect.detail.startswith("health says ok; ")


async def test_health_that_says_so_needs_no_requests():
    effect = await seen_by_requests(a_service(metrics=SOURCE), word="fallback", c503=99)

    assert (effect.state, effect.detail) == (EffectState.EFFECTIVE, "health says fallback")


async def test_a_status_code_says_nothing_of_fallback():
    by_status = a_service(health_path=None)

    effect = await seen_by_requests(by_status)

    assert (effect.state, effect.is_final) == (EffectState.UNSEEN, True)
    (warning,) = enable().warnings(by_status, a_deployment(), CHANGE, None)
    assert "no health_path is configured" in warning


async def test_where_health_is_a_status_code_requests_decide():
    effect = await seen_by_requests(a_service(health_path=None, metrics=SOURCE), success=100)

    assert effect.state is EffectState.EFFECTIVE


def test_a_fallback_that_requests_can_show_is_not_warned_of():
    blind = a_service(health_url=None, metrics=SOURCE)

    assert enable().warnings(blind, a_deployment(), CHANGE, None) == ()
    assert "cannot be checked" in disable().warnings(blind, a_deployment(), CHANGE, None)[0]


def test_each_is_undone_as_the_other():
    assert enable().inverse is disable().kind
    assert disable().inverse is enable().kind
    assert (enable().ends, disable().ends) == (False, True)
    assert (enable().needs_image, disable().needs_image) == (False, True)
