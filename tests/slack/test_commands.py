"""`/ideogram` by signed requests: words to requests, and helpful answers to all others."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.diagnosis import Mode
from bot.domain.errors import BotError, NotAllowedError, PermanentError, UserError
from bot.domain.ids import IncidentId
from bot.domain.message import Answer, AnswerKind
from bot.domain.mitigation import MitigationKind
from bot.domain.request import (
    Acknowledge,
    AllowQuotes,
    AskQuality,
    OfferMitigations,
    RunTriage,
    SetBalance,
    ShowBalance,
    ShowHelp,
    ShowStatus,
    ShowTimeline,
    TriageAll,
    WritePostmortem,
)
from bot.sandbox.view import COMMANDS
from bot.slack.commands import SUBCOMMANDS, parse
from tests.builders import a_service, asked
from tests.sayings import WORDS

INC_7 = IncidentId(7)
WORDS_TYPED = [
    *SUBCOMMANDS,
    "all",
    "QUICK",
    "full",
    "set",
    "quote",
    "on",
    "INC-7",
    "9" * 5000,
    "<!x>",
]


def whole(wire):
    """Join what the person read last."""
    sent = wire.sent("response_url")[-1]
    texts = [block["text"]["text"] for block in sent["blocks"] if "text" in block]
    return "\n".join([sent["text"], *texts])


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", ShowHelp(asked())),
        ("help", ShowHelp(asked())),
        ("triage", RunTriage(asked(), "ideogram-service")),
        ("TRIAGE other quick", RunTriage(asked(), "other", Mode.QUICK)),
        ("triage full", RunTriage(asked(), "ideogram-service", Mode.FULL)),
        ("triage all", TriageAll(asked())),
        ("triage quick ALL", TriageAll(asked(), Mode.QUICK)),
        ("acknowledge", Acknowledge(asked())),
        ("acknowledge INC-7", Acknowledge(asked(), INC_7)),
        ("quality other", AskQuality(asked(), "other")),
        ("status", ShowStatus(asked())),
        ("timeline 7", ShowTimeline(asked(), INC_7)),
        ("postmortem inc-7", WritePostmortem(asked(), INC_7)),
        ("balance", ShowBalance(asked())),
        ("balance set $42.10", SetBalance(asked(), Decimal("42.10"))),
        ("Balance Quote On", AllowQuotes(asked())),
        ("mitigate", OfferMitigations(asked())),
        (
            "mitigate other enable-fallback INC-7",
            OfferMitigations(asked(), "other", MitigationKind.ENABLE_FALLBACK, INC_7),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_words_become_a_request(edge, text, request_):
    response = await edge.command(text)

    assert (response.status, response.body) == (200, "")
    assert edge.intake.request == request_


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("triaje", "Did you mean /ideogram triage?"),
        ("xyzzy", "/ideogram help lists them all"),
        ("triage ideogram-servise", "Did you mean ideogram-service?"),
        ("triage a b", "triage [service|all] [quick|full]"),
        ("timeline soon", "is no incident. Write it like INC-42."),
        ("timeline 1 2", "One incident at a time"),
        ("triage <!channel>", "“&lt;!channel&gt;”"),
        ("balance set", "balance set 42.10"),
        ("balance set 42,10", "Write dollars with a dot: 42.10"),
        ("balance set 10001", "at most $10000"),
        ("balance 42.10", "Write /ideogram balance, /ideogram balance set 42.10, or"),
        ("balance quote off", "/ideogram balance quote on."),
        ("quality a b", "Write /ideogram quality [service]."),
        ("mitigate nothing-known", "No service is called"),
        ("\u202e\U0001f525 שלום", "is no command"),
    ],
)
async def test_other_words_get_a_helpful_answer(edge, wire, text, says):
    response = await edge.command(text)

    assert response.status == 200
    assert says in whole(wire)
    assert edge.intake.handled == []


async def test_an_answer_is_for_the_asker_only(edge, wire):
    await edge.command("status")

    (sent,) = wire.sent("response_url")
    assert (sent["response_type"], sent["replace_original"]) == ("ephemeral", False)
    assert sent["text"] == "handled"


async def test_an_answer_falls_back_to_an_ephemeral_message(edge, wire):
    wire.answer("response_url", "expired_url", 404)

    await edge.command("status")

    (sent,) = wire.sent("chat.postEphemeral")
    assert (sent["user"], sent["channel"]) == ("U0ANA", "C0INCIDENTS")


async def test_a_second_delivery_is_acked_and_nothing_else(edge):
    await edge.command("status")

    response = await edge.command("status")

    assert response.status == 200
    assert len(edge.intake.handled) == 1


async def test_two_commands_are_two_deliveries(edge):
    await edge.command("status", trigger_id="1")
    await edge.command("status", trigger_id="2")

    assert edge.intake.keys == ["1", "2"]


async def test_without_database_a_command_is_not_recorded_and_says_so(edge, wire):
    edge.intake.is_away = True

    response = await edge.command("status")

    assert response.status == 200
    assert "Not recorded" in whole(wire)
    assert edge.intake.handled == []


async def test_without_database_a_triage_still_runs(edge):
    edge.intake.is_away = True

    await edge.command("triage")

    assert edge.intake.handled == [(None, RunTriage(asked(), "ideogram-service"))]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UserError("No incident is open."), "*No incident is open.*"),
        (NotAllowedError("Only others may.", ["U0BEN"]), "*Ask*  <@U0BEN>"),
    ],
    ids=["refused", "not allowed"],
)
async def test_a_refusal_is_said_to_the_person(edge, wire, error, says):
    edge.intake.fails_with = error

    await edge.command("acknowledge")

    assert says in whole(wire)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RuntimeError("secret sauce"), "Something went wrong in the bot."),
        (PermanentError("The Role forbids it."), "The Role forbids it."),
        (BotError("odd"), "odd"),
    ],
    ids=["unknown", "permanent", "ours"],
)
async def test_a_failure_shows_an_error_id_and_no_traceback(edge, wire, error, says):
    edge.intake.fails_with = error

    response = await edge.command("acknowledge")

    assert response.status == 200
    assert says in whole(wire)
    assert "secret sauce" not in whole(wire)
    assert wire.sent("response_url")[-1]["blocks"][-1]["elements"][0]["text"].startswith("error ")


async def test_a_forged_signature_reaches_nothing(edge):
    response = await edge.send("command=%2Fideogram&text=status", secret="other")

    assert response.status == 401
    assert edge.intake.keys == []


def test_help_lists_exactly_the_commands_that_exist():
    rows = WORDS.wording(Answer(AnswerKind.HELP)).rows

    assert {row.split()[1].rstrip("`") for row in rows} == set(SUBCOMMANDS)


def test_the_page_of_the_sandbox_completes_every_subcommand():
    assert {name for name, _, _ in COMMANDS} == set(SUBCOMMANDS)


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(WORDS_TYPED) | st.text(max_size=5), max_size=5).map(" ".join)
)
def test_any_text_is_understood_or_refused_in_words(text):
    try:
        assert parse(text, asked(), [a_service()])
    except UserError as error:
        assert 0 < len(str(error)) < 300  # noqa: PT017  it may also be understood
