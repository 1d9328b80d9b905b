"""Presses by signed requests: what each button asks for, and what garbage does not do."""

from datetime import timedelta

import pytest

from bot.domain.answer import Phase
from bot.domain.diagnosis import Mode
from bot.domain.errors import UserError
from bot.domain.ids import IncidentId, PreviewId, TriageId
from bot.domain.mitigation import MitigationKind, State
from bot.domain.onset import Onset, Sign, to_facts
from bot.domain.person import Sight
from bot.domain.probe import ProbeKind
from bot.domain.request import (
    Acknowledge,
    AskBilling,
    Declare,
    OfferMitigations,
    Press,
    RunTriage,
    ShowTimeline,
    TellTriage,
    VerifyGeneration,
    WritePostmortem,
)
from bot.slack import ids
from bot.slack.actions import MEANINGS
from tests.builders import NIGHT, a_result, a_run, asked
from tests.slack_limits import check_view

INC = IncidentId(42)
SERVICE = "ideogram-service"


@pytest.mark.parametrize(
    ("value", "request_"),
    [
        (ids.Value(ids.PRESS, preview=PreviewId("p1")), Press(asked(), PreviewId("p1"))),
        (
            ids.Value(ids.DECLARE, triage=TriageId(118)),
            Declare(asked(), service=SERVICE, triage_id=TriageId(118)),
        ),
        (ids.Value(ids.ACKNOWLEDGE, incident=INC), Acknowledge(asked(), INC)),
        (ids.Value(ids.TIMELINE, incident=INC), ShowTimeline(asked(), INC)),
        (ids.Value(ids.POSTMORTEM, incident=INC), WritePostmortem(asked(), INC)),
        (ids.Value(ids.AGAIN), RunTriage(asked(), SERVICE)),
        (ids.Value(ids.FULL), RunTriage(asked(), SERVICE, Mode.FULL)),
        (
            ids.Value(ids.OFFER, incident=INC, kind=MitigationKind.REDUCE_CONCURRENCY),
            OfferMitigations(asked(), SERVICE, MitigationKind.REDUCE_CONCURRENCY, INC),
        ),
        *(
            (ids.Value(do, triage=TriageId(118)), TellTriage(asked(), TriageId(118), sight))
            for do, sight in {
                ids.USERS_FAILING: Sight.FAILING,
                ids.USERS_FINE: Sight.FINE,
                ids.LOOKS_BAD: Sight.LOOKS_BAD,
            }.items()
        ),
        (ids.Value(ids.VERIFY, triage=TriageId(118)), VerifyGeneration(asked(), TriageId(118))),
        (ids.Value(ids.BILLING, triage=TriageId(118)), AskBilling(asked(), TriageId(118))),
    ],
    ids=lambda value: value.do if isinstance(value, ids.Value) else "",
)
async def test_a_press_becomes_a_request(edge, value, request_):
    response = await edge.press(value.encode())

    assert (response.status, response.body) == (200, "")
    assert edge.intake.request == request_


@pytest.mark.parametrize(
    ("named", "meant"), [("other-2", "other-2"), ("<!channel>", SERVICE), ("", SERVICE)]
)
async def test_a_button_may_name_another_service_than_its_block(edge, named, meant):
    await edge.press(ids.Value(ids.AGAIN, service=named).encode())

    assert edge.intake.request == RunTriage(asked(), meant)


async def test_a_choice_of_the_menu_counts_like_a_button(edge):
    chosen = {"selected_option": {"value": ids.Value(ids.AGAIN).encode()}}
    action = {"type": "overflow", "action_id": "more", "block_id": "actions/2/other", **chosen}

    await edge.press("", actions=[action])

    assert edge.intake.request == RunTriage(asked(), "other")


async def test_a_press_in_a_thread_is_answered_there(edge, wire):
    container = {"channel_id": "C0INCIDENTS", "message_ts": "2.2", "thread_ts": "1.1"}

    await edge.press(ids.Value(ids.AGAIN).encode(), container=container, response_url="")

    assert edge.intake.request.asked.thread == "1.1"
    assert wire.sent("chat.postEphemeral")[0]["thread_ts"] == "1.1"


async def test_pressing_twice_is_remembered_twice_and_a_repeated_delivery_once(edge):
    value = ids.Value(ids.PRESS, preview=PreviewId("p1")).encode()

    await edge.press(value)
    await edge.press(value)
    await edge.press(value, trigger_id="9.9")

    assert [key for key, _ in edge.intake.handled] == ["1.2", "9.9"]


@pytest.mark.parametrize(
    "value", ["", "garbage", '{"do":"rm"}', '{"do":"press"}', '{"do":"verify"}']
)
async def test_a_garbled_button_is_refused_in_words(edge, wire, value):
    response = await edge.press(value)

    assert response.status == 200
    assert wire.sent("response_url")[0]["text"].startswith("This button is not known any more.")
    assert edge.intake.handled == []


async def test_without_database_a_press_changes_nothing(edge, wire):
    edge.intake.is_away = True

    await edge.press(ids.Value(ids.PRESS, preview=PreviewId("p1")).encode())

    assert wire.sent("response_url")[0]["text"].startswith("Not recorded")
    assert edge.intake.handled == []


@pytest.mark.parametrize(
    ("do", "title"),
    [(ids.UPDATE, "Update INC-42"), (ids.RESOLVE, "Resolve incident")],
)
async def test_a_form_opens_at_once_outside_the_inbox(edge, wire, do, title):
    await edge.press(ids.Value(do, incident=INC).encode())

    (opened,) = wire.sent("views.open")
    assert opened["trigger_id"] == "1.2"
    assert opened["view"]["title"]["text"] == title
    assert edge.intake.keys == []


async def test_the_form_to_resolve_says_what_resolving_does_not_end(edge, wire):
    edge.lookup.mitigation = a_run(state=State.WATCHING, kind=MitigationKind.REDUCE_CONCURRENCY)
    edge.lookup.standing = (a_run(state=State.EFFECTIVE),)

    await edge.press(ids.Value(ids.RESOLVE, incident=INC).encode())

    view = wire.sent("views.open")[0]["view"]
    check_view(view)
    running, standing, _ = view["blocks"]
    assert running["text"]["text"].startswith("Reduce Concurrency is still under way.")
    assert standing["text"]["text"] == "In force, and staying so when you resolve: Enable Fallback."


async def test_the_evidence_opens_as_plain_text(edge, wire):
    await edge.press(ids.Value(ids.EVIDENCE, triage=TriageId(118)).encode())

    (opened,) = wire.sent("views.open")
    name, said, *_ = (block["text"] for block in opened["view"]["blocks"] if "text" in block)
    assert name == {"type": "mrkdwn", "text": "*dns* · works"}
    assert (said["type"], said["text"]) == ("plain_text", "as said · 03:04:00 UTC")


async def test_the_evidence_shows_request_phases_and_answer(edge, wire):
    edge.lookup.results = (
        a_result(
            request="POST /generate",
            status=503,
            latency=timedelta(milliseconds=412),
            request_id="req-1",
            phases=((Phase.DNS, timedelta(milliseconds=12)), (Phase.BODY, timedelta(seconds=0.4))),
            excerpt='{"error": "overloaded"}',
        ),
    )

    await edge.press(ids.Value(ids.EVIDENCE, triage=TriageId(118)).encode())

    (opened,) = wire.sent("views.open")
    assert opened["view"]["blocks"][1]["text"]["text"].splitlines() == [
        "as said · 03:04:00 UTC",
        "POST /generate · status 503 · 0.4 s · x-request-id req-1",
        "dns 12 ms · body 0.4 s",
        'Answer: {"error": "overloaded"}',
    ]


@pytest.mark.parametrize(("before", "since"), [(False, "since"), (True, "since before")])
async def test_the_evidence_counts_since_users_suffer(edge, wire, before, since):
    onset = Onset(Sign.FAILING, NIGHT, before=before, hit=338, requests=340, until=NIGHT)
    edge.lookup.results = (a_result(ProbeKind.TRAFFIC, facts=to_facts(onset)),)

    await edge.press(ids.Value(ids.EVIDENCE, triage=TriageId(118)).encode())

    (opened,) = wire.sent("views.open")
    said = opened["view"]["blocks"][1]["text"]["text"].splitlines()[-1]
    assert said == f"users failing {since} 03:04:00 UTC · 338 of 340"


async def test_the_report_opens_as_text_to_be_copied(edge, wire):
    await edge.press(ids.Value(ids.REPORT, triage=TriageId(118)).encode())

    (opened,) = wire.sent("views.open")
    assert opened["view"]["title"]["text"] == "Report for Ideogram"
    assert opened["view"]["blocks"][1]["text"]["text"].startswith("```Ideogram API, requests of")


async def test_a_press_that_opens_a_page_needs_no_answer(edge, wire):
    response = await edge.press(ids.Value(ids.LINK).encode())

    assert (response.status, edge.intake.handled) == (200, [])
    assert wire.sent("response_url") == []


async def test_a_form_for_nothing_says_why_it_does_not_open(edge, wire):
    edge.lookup.fails_with = UserError("No incident is open.")

    await edge.press(ids.Value(ids.UPDATE).encode())

    assert wire.sent("response_url")[0]["text"].startswith("No incident is open.")
    assert wire.sent("views.open") == []


@pytest.mark.parametrize(
    "code", ["expired_trigger_id", "invalid_trigger_id", "exchanged_trigger_id"]
)
async def test_an_expired_ticket_is_said_with_what_to_do_and_an_error_id(edge, wire, code):
    wire.answer("views.open", {"ok": False, "error": code})

    await edge.press(ids.Value(ids.RESOLVE, incident=INC).encode())

    (said,) = wire.sent("response_url")
    assert "(error " in said["text"]
    assert "the bot was slower. Press again." in said["blocks"][0]["text"]["text"]


def test_every_action_has_a_meaning():
    drawn = {
        value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)
    }
    forms = {ids.DECLARE_FORM, ids.UPDATE_FORM, ids.RESOLVE_FORM}

    assert set(MEANINGS) == drawn - forms - {ids.MORE, ids.LINK}
