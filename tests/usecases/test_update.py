"""Updates of an incident: where they are said, what they change, what they cannot do."""

from datetime import timedelta

import pytest

from bot.domain.errors import BadCommandError, InvalidTransitionError
from bot.domain.ids import ChannelId
from bot.domain.incident import Status
from bot.domain.message import IncidentCard, StatusUpdate
from bot.domain.request import Declare, PostUpdate, Resolve
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind
from tests.builders import INCIDENTS, NIGHT, asked
from tests.fakes.messenger import FakeAnswers
from tests.usecases.nights import DELIVERY, Night

ELSEWHERE = ChannelId("C0ONCALL")


def an_update(night: Night, **changes) -> PostUpdate:
    words = {
        "asked": asked(),
        "incident_id": night.storage.incidents[-1].id,
        "severity": Severity.P2,
        "status": "mitigated",
        "impact": "Users see placeholders",
        "cause": "Ideogram answers 503",
        "action": "Fallback on",
        "next_update_at": NIGHT + timedelta(minutes=30),
    }
    return PostUpdate(**(words | changes))


async def test_an_update_goes_to_the_thread_and_is_shown_in_the_channel():
    night = Night()
    await night.at_night()

    await night.update(an_update(night), DELIVERY, night.heard)

    row = next(one for one in night.storage.sendings if one.key == "INC-1/update/1")
    assert (row.parent, row.broadcast) == ("INC-1/card", True)
    assert isinstance(row.message, StatusUpdate)
    assert row.message.action == "Fallback on"


async def test_an_update_from_another_channel_also_goes_to_the_incidents_channel():
    night = Night()
    await night.declare(Declare(asked(channel=ELSEWHERE)), None, night.heard)

    await night.update(an_update(night), None, night.heard)

    channels = {one.key: one.channel for one in night.storage.sendings if "update" in one.key}
    assert channels == {"INC-1/update/1": ELSEWHERE, "INC-1/update/1/public": INCIDENTS}


async def test_an_update_changes_the_incident_and_its_card():
    night = Night()
    await night.at_night()

    await night.update(an_update(night), None, night.heard)

    incident = night.storage.incidents[-1]
    card = night.message("INC-1/card")
    assert isinstance(card, IncidentCard)
    assert card.incident == incident
    assert (incident.status, incident.severity) == (Status.MITIGATED, Severity.P2)
    assert EventKind.STATUS_CHANGED in [event.kind for event in night.storage.events]


async def test_a_change_of_severity_stands_on_the_timeline():
    night = Night()
    await night.at_night()

    await night.update(an_update(night), None, night.heard)
    await night.update(an_update(night), None, night.heard)

    kind = EventKind.UPDATE_POSTED
    said = [one.facts["severity"] for one in night.storage.events if one.kind is kind]
    assert said == ["now P2", ""]


async def test_a_second_update_without_a_change_of_status_is_one_line():
    night = Night()
    await night.at_night()

    await night.update(an_update(night, status="investigating"), None, night.heard)

    kinds = [event.kind for event in night.storage.events]
    assert EventKind.STATUS_CHANGED not in kinds
    assert kinds.count(EventKind.UPDATE_POSTED) == 1


async def test_a_form_sent_after_the_end_brings_nothing_back():
    night = Night()
    incident = await night.at_night()
    await night.resolve(Resolve(asked(), incident.id), None, night.heard)

    with pytest.raises(InvalidTransitionError, match="INC-1 is resolved: the update was not sent"):
        await night.update(an_update(night, status="investigating"), None, night.heard)

    assert night.storage.incidents[-1].status is Status.RESOLVED


@pytest.mark.parametrize("status", ["resolved", "fine"])
async def test_an_update_cannot_resolve(status):
    night = Night()
    await night.at_night()

    with pytest.raises(BadCommandError):
        await night.update(an_update(night, status=status), None, FakeAnswers())
