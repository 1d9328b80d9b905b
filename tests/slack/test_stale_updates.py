"""Updates whose form stood open while the incident went on."""

import json
from datetime import timedelta

import pytest

from bot.domain.draft import Seen
from bot.domain.errors import UnavailableError, UserError
from bot.domain.mitigation import State
from bot.domain.severity import Severity
from bot.slack import ids
from bot.slack.answers import Place
from bot.slack.fields import value_in
from bot.slack.views import UPDATE_FIELDS, update_form
from tests.builders import ANA, INCIDENTS, NIGHT, a_run, an_incident
from tests.sayings import WORDS
from tests.slack_limits import check_view


def left_in(view):
    """Read each field as it is prefilled."""
    values = {}
    for block in view["blocks"]:
        if (element := block.get("element")) is not None:
            chosen = element.get("initial_option")
            left = {"value": element.get("initial_value"), "selected_option": chosen}
            values[block["block_id"]] = {element["action_id"]: left}
    return {name: value_in({"state": {"values": values}}, name) for name in UPDATE_FIELDS}


def an_open_form(**typed):
    view = update_form(WORDS, Place(user=ANA, channel=INCIDENTS), Seen(an_incident()))
    return left_in(view) | typed, view["private_metadata"]


async def test_an_update_form_names_its_incident_and_its_state(edge, wire):
    await edge.command("update 42")

    view = wire.sent("views.open")[0]["view"]
    check_view(view)
    assert view["title"]["text"] == "Update INC-42"
    assert view["blocks"][0]["text"]["text"] == "INC-42 is P1, INVESTIGATING\nIdeogram is down"


async def test_an_update_that_nothing_outran_is_taken(edge):
    left, metadata = an_open_form(impact="Half of them wait")

    await edge.submit(ids.UPDATE_FORM, left, private_metadata=metadata)

    assert edge.intake.request.impact == "Half of them wait"


async def test_an_outrun_update_comes_back_fresh_with_the_words_typed(edge):
    left, metadata = an_open_form(impact="Half of them wait", status="mitigated")
    edge.lookup.mitigation = a_run(state=State.WORSE, finished_at=NIGHT + timedelta(seconds=8))

    response = await edge.submit(ids.UPDATE_FORM, left, private_metadata=metadata)

    answer = json.loads(response.body)
    check_view(answer["view"])
    assert (answer["response_action"], edge.intake.keys) == ("update", [])
    about = answer["view"]["blocks"][0]["text"]["text"]
    assert "INC-42 is P1, INVESTIGATING; Enable Fallback: worse after 8 s." in about
    now = left_in(answer["view"])
    assert (now["impact"], now["status"]) == ("Half of them wait", "mitigated")


async def test_an_update_that_another_one_outran_does_not_undo_it(edge):
    left, metadata = an_open_form(action="Waiting for them")
    edge.lookup.changes = {"severity": Severity.P2, "updates": 1, "impact": "A third of them wait"}

    response = await edge.submit(ids.UPDATE_FORM, left, private_metadata=metadata)

    view = json.loads(response.body)["view"]
    about = view["blocks"][0]["text"]["text"]
    assert "INC-42 is P2, INVESTIGATING, update 1 is out." in about
    now = left_in(view)
    assert (now["severity"], now["impact"]) == ("P2", "A third of them wait")
    assert now["action"] == "Waiting for them"


async def test_the_fresh_form_is_taken_as_it_came_back(edge):
    left, metadata = an_open_form()
    edge.lookup.mitigation = a_run(state=State.WATCHING)
    response = await edge.submit(ids.UPDATE_FORM, left, private_metadata=metadata)
    view = json.loads(response.body)["view"]

    metadata = view["private_metadata"]
    await edge.submit(ids.UPDATE_FORM, left_in(view), private_metadata=metadata, id="V2")

    assert edge.intake.request.action == "Enable Fallback is being rolled out"


async def test_a_fresh_form_gives_its_fields_new_ids_so_that_slack_fills_them_anew(edge):
    left, metadata = an_open_form()
    edge.lookup.mitigation = a_run(state=State.WATCHING)

    response = await edge.submit(ids.UPDATE_FORM, left, private_metadata=metadata)

    fields = [one for one in json.loads(response.body)["view"]["blocks"] if "element" in one]
    assert all(one["element"]["action_id"].startswith(one["block_id"] + "-") for one in fields)


async def test_a_form_that_cannot_be_compared_is_taken(edge):
    left, metadata = an_open_form()
    edge.lookup.fails_with = UnavailableError("no database")

    await edge.submit(ids.UPDATE_FORM, left, private_metadata=metadata)

    assert len(edge.intake.handled) == 1


@pytest.mark.parametrize(
    ("form", "values"),
    [
        (ids.UPDATE_FORM, an_open_form(impact="Half of them wait")[0]),
        (ids.RESOLVE_FORM, {"cause": "x"}),
    ],
)
async def test_a_form_of_an_incident_that_is_over_stays_open_with_its_words(edge, form, values):
    edge.lookup.fails_with = UserError("INC-42 is resolved already.")

    response = await edge.submit(form, values, private_metadata=an_open_form()[1])

    answer = json.loads(response.body)
    assert (answer["response_action"], edge.intake.keys) == ("errors", [])
    assert answer["errors"] == {
        next(iter(values)): "INC-42 is resolved already. Nothing was sent: copy your words before"
        " you close this form."
    }


async def test_a_root_cause_is_taken_while_the_incident_is_open(edge):
    edge.lookup.mitigation = a_run(state=State.WATCHING)  # the form has no words of an older state

    await edge.submit(ids.RESOLVE_FORM, {"cause": "x"}, private_metadata=an_open_form()[1])

    assert edge.intake.request.root_cause == "x"
