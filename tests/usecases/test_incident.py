"""An incident under way: who has it, what is shown of it, what leaves it alone."""

from dataclasses import replace

import pytest

from bot.domain.errors import UnknownIncidentError, UserError
from bot.domain.ids import IncidentId, ServiceName
from bot.domain.message import Answer, AnswerKind
from bot.domain.request import Acknowledge, RunTriage, ShowHelp, ShowStatus, ShowTimeline
from bot.domain.service import Service
from bot.domain.timeline import EventKind
from tests.builders import BEN, a_service, asked
from tests.fakes.messenger import FakeAnswers
from tests.usecases.nights import DELIVERY, Night


async def test_another_person_takes_over():
    night = Night()
    await night.at_night()

    await night.acknowledge(Acknowledge(asked(by=BEN)), DELIVERY, night.heard)

    assert night.storage.incidents[-1].owner == BEN
    assert night.heard.said[-1] == Answer(AnswerKind.DONE, text="You have INC-1.")


async def test_taking_what_one_has_changes_nothing():
    night = Night()
    await night.at_night()
    lines = len(night.storage.events)

    await night.acknowledge(Acknowledge(asked()), None, night.heard)

    assert len(night.storage.events) == lines


async def test_without_an_incident_there_is_nothing_to_take():
    with pytest.raises(UnknownIncidentError, match="No incident is open"):
        await Night().acknowledge(Acknowledge(asked()), None, FakeAnswers())


async def test_with_several_open_the_person_must_say_which():
    night = Night()
    await night.declared()
    await night.declared()

    with pytest.raises(UserError, match="Several incidents are open: INC-2"):
        await night.acknowledge(Acknowledge(asked()), None, FakeAnswers())
    await night.acknowledge(Acknowledge(asked(by=BEN), IncidentId(1)), None, night.heard)

    assert night.storage.tables.incidents[IncidentId(1)].owner == BEN


async def test_the_status_lists_what_is_open():
    night = Night()
    await night.declared()

    await night.status(ShowStatus(asked()), None, night.heard)

    assert night.heard.said[-1].incidents[0].name == "INC-1"


async def test_the_timeline_is_shown_oldest_first():
    night = Night()
    await night.at_night()

    await night.timeline(ShowTimeline(asked()), None, night.heard)

    lines = night.heard.said[-1].lines
    assert next(line.event.kind for line in lines) is EventKind.TRIAGED


async def test_help_names_the_services():
    night = Night()

    await night.help(ShowHelp(asked()), None, night.heard)

    assert night.heard.said[-1].services == ("ideogram-service",)


async def test_a_verdict_of_another_service_leaves_the_incident_alone():
    night = Night()
    other: Service = a_service(name=ServiceName("painter"))
    await night.at_night()
    triage = replace(night.triage, services=[night.service, other])

    await triage(RunTriage(asked(), other.name), DELIVERY, night.heard)

    kinds = [event.kind for event in night.storage.events]
    assert kinds.count(EventKind.TRIAGED) == 1
