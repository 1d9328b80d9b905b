"""Whose key is used."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import SecretText
from bot.domain.errors import ForbiddenError, MissingError
from bot.integrations.key_reading import read_key
from bot.integrations.keys import ServiceKeys
from tests.builders import a_service
from tests.fakes.cluster import a_cluster

OWN = SecretText("the-bots-own-key")
SERVICE = a_service()


def keys(cluster=None, own=None, **options):
    return ServiceKeys(cluster=cluster, own_key=own, **options)


async def test_the_services_own_key_comes_first():
    key, note = await keys(a_cluster()).for_service(SERVICE)

    assert key.secret.value == "the-services-own-key"
    assert (key.source, note) == ("secret ideogram-secrets", "")


async def test_two_different_keys_are_told_by_fingerprint_only():
    key, note = await keys(a_cluster(), OWN).for_service(SERVICE)

    assert key.source == "secret ideogram-secrets"
    assert read_key(OWN.value, "").fingerprint in note
    assert key.fingerprint in note
    assert OWN.value not in note


async def test_the_same_key_twice_is_not_worth_a_word():
    _, note = await keys(a_cluster(), SecretText("the-services-own-key")).for_service(SERVICE)

    assert note == ""


async def test_a_forbidden_secret_falls_back_to_the_bots_key_and_says_so():
    cluster = a_cluster()
    cluster.fail("api_key", ForbiddenError("the bot may not get secrets/ideogram-secrets"))

    key, note = await keys(cluster, OWN).for_service(SERVICE)

    assert key.source == "IDEOGRAM_API_KEY"
    assert "may not get secrets/ideogram-secrets" in note


async def test_without_any_key_the_note_says_how_to_grant_one():
    cluster = a_cluster()
    cluster.fail("api_key", ForbiddenError("the bot may not get secrets/ideogram-secrets"))

    key, note = await keys(cluster).for_service(SERVICE)

    assert key is None
    assert "may not get secrets/ideogram-secrets" in note
    assert "set IDEOGRAM_API_KEY" in note


async def test_in_a_terminal_without_a_cluster_the_bots_key_is_used():
    key, note = await keys(own=OWN).for_service(SERVICE)

    assert (key.source, note) == ("IDEOGRAM_API_KEY", "")


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [(None, "run where a cluster is"), (a_cluster(), "configure the service's secret")],
    ids=["no-cluster", "no-secret"],
)
async def test_nothing_at_all_names_both_ways(cluster, expected):
    key, note = await keys(cluster).for_service(a_service(secret=None))

    assert key is None
    assert note == f"set IDEOGRAM_API_KEY, or {expected}"


async def test_a_cluster_that_hangs_costs_a_bounded_time():
    class Hanging(type(a_cluster())):
        async def api_key(self, target, secret):
            await asyncio.Event().wait()

    key, note = await keys(Hanging(), OWN, timeout=timedelta(0)).for_service(SERVICE)

    assert key.source == "IDEOGRAM_API_KEY"
    assert "did not answer" in note


async def test_a_key_of_its_own_that_cannot_be_one_is_said():
    key, note = await keys(own=SecretText(" ")).for_service(SERVICE)

    assert key is None
    assert "IDEOGRAM_API_KEY is empty" in note


def test_white_space_around_a_key_is_cut_and_said():
    key = read_key("abc\n", "secret s")

    assert key.secret.value == "abc"
    assert key.source == "secret s (it has white space around it)"


@pytest.mark.parametrize("text", ["", "\n", "a\nb", "schlüssel", "a\0b"])
def test_what_no_header_carries_is_no_key(text):
    with pytest.raises(MissingError, match="secret s"):
        read_key(text, "secret s")


def test_a_key_is_shown_by_no_representation():
    key = read_key("ik-very-secret", "x")

    assert "very-secret" not in f"{key!r} {key} {key.secret} {key.secret!r}"


@given(st.text())
def test_any_text_is_a_key_for_a_header_or_refused(text):
    with suppress(MissingError):
        key = read_key(text, "secret s")
        assert key.secret.value == text.strip()
        assert key.secret.value.isascii()
