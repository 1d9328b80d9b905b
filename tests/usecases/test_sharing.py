"""What several triages ask at the same time is measured once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.answer import ApiKey, SecretText
from bot.domain.diagnosis import Mode
from bot.domain.ids import ServiceName
from bot.domain.probe import CANARIES, Outcome, ProbeKind
from bot.domain.request import RunTriage
from bot.domain.service import Call
from bot.ports import Keys, Subject
from tests.builders import a_result, a_service, asked
from tests.usecases.nights import DELIVERY, FakeProbe, Night, until

PAINTER = a_service(name=ServiceName("painter"))
SHARED = {*CANARIES, ProbeKind.AUTH, ProbeKind.DOWNLOAD, ProbeKind.DNS, ProbeKind.REACHABILITY}


class KeyPerService(Keys):
    """Gives every service a key of its own."""

    async def for_service(self, service):
        return ApiKey(SecretText("k"), service.name[:8], f"secret of {service.name}"), ""


class KeyPerNote(Keys):
    """Gives every service the same key, and says something else about it."""

    def __init__(self, notes):
        self.notes = notes

    async def for_service(self, service):
        key = ApiKey(SecretText("k"), "65f09926", f"secret of {service.name}")
        return key, self.notes.get(service.name, "")


def two_services(keys: Keys | None = None) -> Night:
    night = Night()
    night.measure = replace(night.measure, keys=keys or night.keys)
    night.examine = replace(night.examine, measure=night.measure)
    night.triage = replace(night.triage, services=[night.service, PAINTER], examine=night.examine)
    return night


async def both(night: Night, pause: timedelta = timedelta(0)):
    await night.triaged()
    night.clock.advance(pause)
    await night.triage(RunTriage(asked(), PAINTER.name), DELIVERY, night.heard)
    return night.storage.triages[-1].card


def looks(night: Night, kind: ProbeKind) -> int:
    return len(night.probes[kind].subjects)


async def test_the_provider_is_asked_once_for_two_services_with_one_key():
    night = two_services()

    await both(night)

    assert {kind for kind in ProbeKind if looks(night, kind) == 1} >= SHARED
    assert looks(night, ProbeKind.APP_HEALTH) == 2


async def test_what_was_taken_over_costs_nothing_and_says_so():
    night = two_services()
    canary = night.probes[ProbeKind.GENERATE_V3]
    canary.result = replace(canary.result, cost=Decimal("0.03"))

    card = await both(night)

    taken = {one.kind: one for one in card.results}[ProbeKind.GENERATE_V3]
    assert (taken.cost, taken.facts[facts.SHARED]) == (Decimal(0), True)
    assert card.spent == 0


async def test_the_source_of_the_key_is_that_of_the_service():
    night = two_services()
    quote = night.probes[ProbeKind.AUTH]
    quote.result = replace(quote.result, facts={facts.KEY_SOURCE: "secret of another"})

    card = await both(night)

    taken = {one.kind: one for one in card.results}[ProbeKind.AUTH]
    assert taken.facts[facts.KEY_SOURCE] == "secret ideogram-secrets"


@pytest.mark.parametrize("note", ["the bot's own key", ""])
async def test_what_is_said_about_the_key_is_of_the_service(note):
    night = two_services(KeyPerNote({PAINTER.name: note}))
    for kind in (ProbeKind.AUTH, ProbeKind.GENERATE_V3):
        probe = night.probes[kind]
        known = {facts.KEY_SOURCE: "secret x", facts.KEY_NOTE: "of another service"}
        probe.result = replace(probe.result, facts=known if kind is ProbeKind.AUTH else {})

    card = await both(night)

    taken = {one.kind: one for one in card.results}
    assert taken[ProbeKind.AUTH].facts.get(facts.KEY_NOTE, "") == note
    assert facts.KEY_NOTE not in taken[ProbeKind.GENERATE_V3].facts


async def test_another_key_is_another_question():
    night = two_services(KeyPerService())

    await both(night)

    assert looks(night, ProbeKind.GENERATE_V3) == 2
    assert looks(night, ProbeKind.DNS) == 1


async def test_after_twenty_seconds_it_is_asked_again():
    night = two_services()

    await both(night, timedelta(seconds=21))

    assert looks(night, ProbeKind.DNS) == 2


async def test_without_a_key_nothing_is_shared_that_needs_one():
    night = two_services()
    night.keys.key = None

    await both(night)

    assert looks(night, ProbeKind.AUTH) == 2


async def test_who_asks_again_for_the_same_service_gets_a_new_look():
    night = Night()

    await night.triaged()
    await night.triaged()

    assert looks(night, ProbeKind.GENERATE_V3) == 2


async def test_a_measurement_under_way_is_joined():
    night = two_services()
    canary = night.probes[ProbeKind.GENERATE_V3]
    canary.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged())
        await until(lambda: canary.subjects)
        group.create_task(night.triage(RunTriage(asked(), PAINTER.name), DELIVERY, night.heard))
        await until(lambda: looks(night, ProbeKind.APP_HEALTH) == 2)
        canary.waits_for.set()

    assert looks(night, ProbeKind.GENERATE_V3) == 1


async def test_who_waited_for_a_measurement_that_was_cut_off_measures_anew():
    night = two_services()
    canary = night.probes[ProbeKind.GENERATE_V3]
    canary.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        dying = group.create_task(night.triaged())
        await until(lambda: canary.subjects)
        group.create_task(night.triage(RunTriage(asked(), PAINTER.name), DELIVERY, night.heard))
        await until(lambda: looks(night, ProbeKind.APP_HEALTH) == 2)
        dying.cancel()
        canary.waits_for.set()

    assert looks(night, ProbeKind.GENERATE_V3) == 2


async def test_of_several_who_waited_for_one_that_was_cut_off_one_measures_anew():
    night = Night()
    sharing, probe = night.measure.sharing, night.probes[ProbeKind.DNS]
    probe.waits_for = asyncio.Event()

    def look(name: str):
        subject = Subject(a_service(name=name), Mode.QUICK, None, asyncio.Future())
        return sharing(ProbeKind.DNS, subject, lambda: probe(subject))

    async with asyncio.TaskGroup() as group:
        dying = group.create_task(look("one"))
        await until(lambda: probe.subjects)
        waiting = [group.create_task(look(name)) for name in ("two", "three", "four")]
        await asyncio.sleep(0)  # noqa: TID251  until they wait
        dying.cancel()
        await until(lambda: len(probe.subjects) == 2)
        probe.waits_for.set()

    assert [one.service.name for one in probe.subjects] == ["one", "two"]
    assert [facts.SHARED in one.result().facts for one in waiting] == [False, True, True]


async def test_quick_triages_share_the_free_probes():
    night = two_services()
    await night.triaged(Mode.QUICK)

    await night.triage(RunTriage(asked(), PAINTER.name, Mode.QUICK), DELIVERY, night.heard)

    assert looks(night, ProbeKind.AUTH) == 1


class Pictured(FakeProbe):
    """A canary that gets a picture, where it is told to."""

    has_picture = True

    async def __call__(self, subject):
        result = await super().__call__(subject)
        subject.picture_seen(self.kind, SecretText("u") if self.has_picture else None)
        return result


class Fetching(FakeProbe):
    """A download that names the canary whose picture it was; without one it was not run."""

    async def __call__(self, subject):
        await super().__call__(subject)
        if await asyncio.shield(subject.first_picture) is None:
            return a_result(self.kind, Outcome.UNKNOWN, ran=False)
        return a_result(self.kind, facts={facts.CANARY: subject.pictured[0].value})


def two_that_call(first: Call, second: Call) -> Night:
    """Configure two services with one key, the second of which makes another call."""
    night = two_services()
    night.probes |= {kind: Pictured(kind) for kind in CANARIES}
    night.probes[ProbeKind.DOWNLOAD] = Fetching(ProbeKind.DOWNLOAD)
    night.measure = replace(night.measure, probes=list(night.probes.values()))
    night.examine = replace(night.examine, measure=night.measure)
    services = [replace(night.service, calls=(first,)), replace(PAINTER, calls=(second,))]
    night.triage = replace(night.triage, services=services, examine=night.examine)
    return night


async def downloaded(night: Night):
    card = await both(night)
    return {one.kind: one for one in card.results}[ProbeKind.DOWNLOAD]


async def test_a_picture_is_looked_at_once_where_its_canary_is_shared():
    night = two_that_call(Call.V3, Call.V3)

    taken = await downloaded(night)

    assert (taken.facts[facts.SHARED], looks(night, ProbeKind.DOWNLOAD)) == (True, 1)


async def test_the_picture_of_an_own_canary_is_looked_at_itself():
    night = two_that_call(Call.LEGACY, Call.V3)

    taken = await downloaded(night)

    assert taken.facts == {facts.CANARY: "generate-v3"}


async def test_a_download_without_a_picture_is_not_taken_over():
    night = two_that_call(Call.LEGACY, Call.V3)
    night.probes[ProbeKind.GENERATE_LEGACY].has_picture = False

    taken = await downloaded(night)

    assert (taken.ran, taken.facts) == (True, {facts.CANARY: "generate-v3"})


async def test_the_picture_of_a_call_that_a_service_does_not_use_is_not_taken_over():
    night = two_that_call(Call.LEGACY, Call.V3)
    night.probes[ProbeKind.GENERATE_V3].has_picture = False

    taken = await downloaded(night)

    assert (taken.ran, taken.facts) == (False, {})
