"""All probes alike."""

from datetime import timedelta

import pytest

from bot.domain.probe import CANARIES, ProbeKind
from bot.probes import PROBES


def test_every_kind_has_its_probe_in_fixed_order(bench):
    probes = [make(bench.instruments()) for make in PROBES.values()]

    assert [one.kind for one in probes] == list(PROBES) == list(ProbeKind)


def test_every_probe_ends_within_the_longest_chain(bench):
    probes = [make(bench.instruments()) for make in PROBES.values()]

    assert all(timedelta(0) < one.timeout <= timedelta(seconds=65) for one in probes)


@pytest.mark.parametrize("kind", list(ProbeKind))
async def test_no_result_shows_the_key_or_a_signed_url(bench, kind):
    subject = bench.subject()
    subject.picture_seen(ProbeKind.GENERATE_V3, None)

    shown = repr(await bench.measure(kind, subject))

    assert "the-services-own-key" not in shown
    assert "sig=" not in shown


@pytest.mark.parametrize("kind", list(ProbeKind))
async def test_only_canaries_send_paid_requests(bench, kind):
    subject = bench.subject(canaries={kind} & CANARIES)
    if kind is ProbeKind.DOWNLOAD:
        subject.picture_seen(kind, None)

    await bench.measure(kind, subject)

    paid = [name for name in bench.ideogram.asked if name in {"legacy", "v3"}]
    assert bool(paid) == (kind in CANARIES)
