"""Forms by signed requests: prefilled, checked field by field, taken once."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import IncidentId
from bot.domain.request import Declare, PostUpdate, Resolve
from bot.domain.severity import Severity
from bot.slack import ids
from bot.slack.answers import Origin, Place, origin_of, place_of
from bot.slack.fields import value_in
from bot.slack.views import declare_form
from tests.builders import ANA, INCIDENTS, NIGHT, asked
from tests.sayings import HOSTILE, WORDS
from tests.slack_limits import check_view

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["c", "t", "i", "s", "p", "value"]), inner)
    ),
)
UPDATE = {
    "severity": "P1",
    "status": "mitigated",
    "impact": "Users see placeholders",
    "cause": "Ideogram answers 503",
    "action": "Fallback on",
    "next": "planned",
}
DECLARE = {"title": "Images fail", "severity": "P1", "service": "other"}


async def test_a_declared_incident_is_taken(edge):
    response = await edge.submit(ids.DECLARE_FORM, DECLARE)

    assert (response.status, response.body) == (200, "")
    assert edge.intake.request == Declare(asked(), "Images fail", Severity.P1, "other")


async def test_an_update_promises_the_next_one_as_planned(edge):
    await edge.submit(ids.UPDATE_FORM, UPDATE)

    assert edge.intake.request == PostUpdate(
        asked(),
        IncidentId(42),
        Severity.P1,
        "mitigated",
        "Users see placeholders",
        "Ideogram answers 503",
        "Fallback on",
        NIGHT + timedelta(minutes=30),
    )


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"next": "60"}, NIGHT + timedelta(hours=1)),
        ({"severity": "P4"}, None),
        ({"next": "soon"}, NIGHT + timedelta(minutes=30)),
    ],
    ids=["chosen", "no promise", "garbage"],
)
async def test_the_next_update_follows_the_choice_and_the_severity(edge, changes, at):
    await edge.submit(ids.UPDATE_FORM, UPDATE | changes)

    assert edge.intake.request.next_update_at == at


@pytest.mark.parametrize(("typed", "cause"), [("The key ended", "The key ended"), ("  ", None)])
async def test_the_root_cause_may_be_skipped(edge, typed, cause):
    await edge.submit(ids.RESOLVE_FORM, {"cause": typed})

    assert edge.intake.request == Resolve(asked(), IncidentId(42), cause)


async def test_every_wrong_field_is_named_and_nothing_is_taken(edge):
    response = await edge.submit(
        ids.DECLARE_FORM, {"title": "x" * 121, "severity": "P9", "service": ""}
    )

    assert response.body == (
        '{"response_action": "errors", "errors": {"title": "At most 120 characters.", '
        '"severity": "Choose one of the list."}}'
    )
    assert edge.intake.keys == []


async def test_empty_words_are_no_update(edge):
    response = await edge.submit(ids.UPDATE_FORM, UPDATE | {"impact": " ", "status": "fine"})

    assert "Say it in one line." in response.body
    assert "Choose one of the list." in response.body


async def test_without_database_the_form_stays_open_with_its_words(edge):
    edge.intake.is_away = True

    response = await edge.submit(ids.DECLARE_FORM, DECLARE)

    assert '"title": "Not recorded: the database does not answer. Send again."' in response.body


async def test_a_repeated_submission_is_taken_once(edge):
    await edge.submit(ids.DECLARE_FORM, DECLARE)
    response = await edge.submit(ids.DECLARE_FORM, DECLARE)

    assert (response.status, len(edge.intake.handled)) == (200, 1)


async def test_the_answer_to_a_form_goes_where_it_was_opened(edge, wire):
    await edge.submit(ids.DECLARE_FORM, DECLARE)

    assert wire.sent("chat.postEphemeral")[0]["channel"] == "C0INCIDENTS"


async def test_a_form_whose_incident_was_lost_is_refused(edge, wire):
    metadata = '{"c":"C0INCIDENTS"}'

    response = await edge.submit(ids.RESOLVE_FORM, {"cause": ""}, private_metadata=metadata)

    assert response.status == 200
    assert "names no incident" in wire.sent("chat.postEphemeral")[0]["text"]
    assert edge.intake.handled == []


async def test_declare_opens_prefilled_with_its_words(edge, wire):
    await edge.command("declare Images fail")

    (opened,) = wire.sent("views.open")
    title, severity, service = opened["view"]["blocks"]
    assert title["element"]["initial_value"] == "Images fail"
    assert severity["element"]["initial_option"]["value"] == "P2"
    assert [one["value"] for one in service["element"]["options"]] == ["ideogram-service", "other"]


async def test_an_update_opens_ready_to_be_sent(edge, wire):
    await edge.command("update 42")

    blocks = wire.sent("views.open")[0]["view"]["blocks"]
    texts = [
        one["element"]["initial_value"] for one in blocks if "multiline" in one.get("element", ())
    ]
    assert texts == [
        "Image generation is affected (unreachable or all requests failing)",
        "Under investigation",
        "Investigating",
    ]


def test_one_service_needs_no_choice():
    view = declare_form(WORDS, Place(user=ANA, channel=INCIDENTS), ["only"], HOSTILE * 9)

    check_view(view)
    assert [block["block_id"] for block in view["blocks"]] == ["title", "severity"]


@pytest.mark.parametrize("text", [None, "", "x", "[]", '{"c":1,"i":"x","t":2}'])
def test_garbled_metadata_leads_nowhere(text):
    assert origin_of(text) == Origin("")


async def test_a_failure_after_a_form_is_said_where_it_was_opened(edge, wire):
    edge.intake.fails_with = RuntimeError("boom")

    await edge.submit(ids.RESOLVE_FORM, {"cause": ""})

    assert "(error " in wire.sent("chat.postEphemeral")[0]["text"]


@given(st.text() | st.integers(0, 5000).map("[".__mul__) | ANYTHING.map(json.dumps))
def test_any_metadata_of_a_form_leads_somewhere_or_nowhere(text):
    origin = origin_of(text)

    assert isinstance(origin.channel, str)
    assert origin.incident is None or isinstance(origin.incident, int)
    assert place_of({"view": {"private_metadata": text}}).channel == origin.channel


@given(ANYTHING)
def test_whatever_lies_in_a_field_is_read_as_text(left):
    view = {"state": {"values": {"title": {"other-name": left}}}}

    assert isinstance(value_in(view, "title"), str)
