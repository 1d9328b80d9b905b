"""The pretend world closes the loop: what is broken reaches users; the bot's settings fit it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from bot.sandbox.chaos import app_image
from bot.sandbox.faults import BAD_DEPLOY, BAD_IMAGE, FAULTS, OWN, TROUBLES
from bot.sandbox.ideogram.faults import FAULTS as IDEOGRAM_FAULTS
from bot.sandbox.presses import NothingToPressError
from bot.sandbox.world import Pace, World
from tests import prometheus

QUICK = Pace(pod_seconds=0.02, latency_seconds=0.01, think_seconds=0.01, scrape_seconds=0.1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as started:
        yield started


async def _until(world: World, kind: str) -> None:
    async with asyncio.timeout(20), world.service.subscribe() as news:
        while (await news.get())["kind"] != kind:
            pass


async def test_users_get_pictures_while_nothing_is_broken(world):
    await _until(world, "picture")

    assert world.service.counters["error"] == 0


async def test_breaking_reaches_users_and_repairing_ends_it(world):
    await _until(world, "picture")

    await world.chaos.break_("outage-503")
    await _until(world, "error")
    await world.chaos.repair()

    await _until(world, "picture")


async def test_what_users_get_is_counted_from_the_moment_of_the_fault(world):
    await _until(world, "picture")

    await world.chaos.break_("payment-required")
    await _until(world, "placeholder")  # the service takes a 402 gracefully

    assert world.chaos.since_broken()["placeholder"] >= 1
    assert world.chaos.broken_at is not None


async def test_our_own_bad_deploy_is_a_rollout_and_repairing_it_brings_the_old_image_back(world):
    before = app_image(world.kubernetes.deployment("default", "ideogram-service"))

    await world.chaos.break_(BAD_DEPLOY)
    broken = app_image(world.kubernetes.deployment("default", "ideogram-service"))
    await world.chaos.repair()

    assert broken == BAD_IMAGE
    assert app_image(world.kubernetes.deployment("default", "ideogram-service")) == before


async def test_a_new_fault_ends_the_one_before(world):
    await world.chaos.break_(BAD_DEPLOY)

    await world.chaos.break_("slow")

    assert app_image(world.kubernetes.deployment("default", "ideogram-service")) != BAD_IMAGE
    assert world.ideogram.fault == "slow"


async def test_a_mystery_is_one_of_the_known_faults_and_hidden(world):
    await world.chaos.break_something()

    assert world.chaos.fault in [fault for fault in FAULTS if fault.is_riddle]
    assert world.chaos.is_hidden


async def test_trouble_is_switched_on_and_off(world):
    await world.chaos.trouble("kubernetes-away", is_on=True)
    await world.chaos.trouble("stuck-pods", is_on=True)
    both = set(world.chaos.troubles)

    await world.chaos.trouble("kubernetes-away", is_on=False)

    assert both == set(TROUBLES)
    assert world.chaos.troubles == {"stuck-pods"}


async def test_pressing_twice_without_a_button_says_what_to_do_first(world):
    with pytest.raises(NothingToPressError, match="/ideogram triage"):
        await world.chaos.press_twice()


def test_the_menu_offers_every_fault_of_ideogram_and_our_own():
    assert {fault.name for fault in FAULTS} == {*IDEOGRAM_FAULTS, *OWN}


async def test_the_config_file_names_both_switches_and_the_incidents_channel(world):
    config = yaml.safe_load(world.files.config.read_text())

    switches = config["services"][0]["switches"]
    assert switches["fallback"]["env"] == "IDEOGRAM_FALLBACK"
    assert switches["generation"]["env"] == "IDEOGRAM_ENABLED"
    assert config["slack"]["incidents_channel"] == "C0INCIDENTS"


async def test_users_are_seen_through_the_worlds_own_prometheus(tmp_path):
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as world:
        config = yaml.safe_load(world.files.config.read_text())["services"][0]["prometheus"]

        assert config["url"] == world.prometheus_url
        await prometheus.knows(config["url"], "sum(ideogram_generations_total) > 3")


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:9"])
async def test_a_world_may_have_another_prometheus_or_none(tmp_path, url):
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK, prometheus_url=url) as world:
        config = yaml.safe_load(world.files.config.read_text())

        assert config["services"][0]["prometheus"]["url"] == url


async def test_the_bot_gets_the_rights_of_its_role_only(world):
    users = yaml.safe_load(world.files.kubeconfig.read_text())["users"]

    assert [user["name"] for user in users] == ["bot"]


async def test_every_address_the_bot_is_given_is_on_loopback_or_a_name_that_only_we_know(world):
    config = yaml.safe_load(world.files.config.read_text())
    hosts = {urlsplit(url).hostname for url in world.environment.values() if "://" in url}

    assert hosts == {"127.0.0.1", "api.ideogram.test", None}  # none in the database's file
    assert config["ideogram"]["resolvers"] == [one.place for one in world.name_servers]
    assert all(place.startswith("127.0.0.1:") for place in config["ideogram"]["resolvers"])


async def test_http_mode_has_no_app_token(tmp_path):
    async with World(tmp_path, port=0, start_bot=False, transport="http", pace=QUICK) as world:
        assert "SLACK_APP_TOKEN" not in world.environment
        assert world.environment["SLACK_SIGNING_SECRET"] == world.slack.signing_secret


async def test_a_test_may_amend_the_config_file(tmp_path):
    def no_connectivity(config):
        config["connectivity_urls"] = []

    async with World(tmp_path, port=0, start_bot=False, amend=no_connectivity) as world:
        assert yaml.safe_load(world.files.config.read_text())["connectivity_urls"] == []


async def test_a_taken_port_is_said_before_anything_is_left_running(world, tmp_path):
    taken = int(world.url.rpartition(":")[2])

    with pytest.raises(OSError, match="in use"):
        async with World(tmp_path / "second", port=taken, start_bot=False, pace=QUICK):
            pass


async def test_socket_mode_has_an_app_token(world):
    assert world.environment["SLACK_APP_TOKEN"] == world.slack.app_token
