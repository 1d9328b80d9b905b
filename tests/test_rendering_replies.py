"""What is said when a button asks for more than a verdict."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass
from bot.domain.ids import TriageId
from bot.domain.ledger import Anchor, Estimate
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.replies import ProviderReport
from tests.builders import ANA, NIGHT, a_preview, a_result
from tests.sayings import BILLING, HOSTILE, VERIFIED, WORDS


def test_an_image_says_that_generation_works():
    said = WORDS.wording(VERIFIED)

    assert said.text == "<@U0ANA> Generation works: V3 image in 5.8 s."
    assert said.context == "T-118 · ideogram-service · one image · $0.03 spent · request req-1"


def test_an_image_while_fallback_is_on_says_what_to_do():
    said = WORDS.wording(replace(VERIFIED, offers=(a_preview(kind="disable-fallback"),)))

    assert said.lead.endswith("Users still see placeholders. Do now: Disable Fallback.")


def test_a_failure_is_told_as_it_ended():
    failed = replace(VERIFIED, answer=AnswerClass.UNFUNDED, detail="402 in 0.4 s: x")

    assert WORDS.wording(failed).lead == "<@U0ANA> *No image yet: V3 402 in 0.4 s: x.*"


def test_an_image_that_nobody_waited_for_to_the_end_says_what_it_may_have_cost():
    said = WORDS.wording(replace(VERIFIED, answer=None, detail="", request_id=None))

    assert said.lead == (
        "<@U0ANA> *No result was recorded of a V3 image that was being made: the bot was stopped,"
        " or its database away.* It may have cost $0.03. Do now: Verify Generation again."
    )
    assert said.context == "T-118 · ideogram-service · one image · $0.03 counted as spent"


def test_the_billing_owner_reads_what_is_wrong_and_what_a_top_up_does_not_do():
    said = WORDS.wording(BILLING)

    assert said.text.startswith("<@U0BEN> ideogram-service: Ideogram credits are used up.")
    assert "Pausing batch jobs protects the top-up and restores nothing." in said.rows[0]
    assert said.context == "T-118 · ideogram-service · P1 · asked by <@U0ANA>"


def test_the_billing_owner_is_told_what_is_left_where_that_is_known():
    anchor = Anchor(Decimal("42.10"), NIGHT - timedelta(hours=30), ANA)
    known = Estimate(anchor, Decimal("38.10"), NIGHT)

    said = WORDS.wording(replace(BILLING, estimate=known, gauge=Decimal("8.5")))

    assert said.rows[0] == (
        "*Balance*  about $4.00 left, estimated; reading 30 h old · $8.50 by the service's metrics"
    )


def report(*results):
    """Word a report of these requests."""
    return WORDS.wording(ProviderReport(TriageId(118), NIGHT, "prod-eu", results))


def test_the_report_names_time_endpoint_status_and_request_id():
    failed = a_result(
        outcome=Outcome.UNHEALTHY,
        request="POST /v1/ideogram-v3/generate",
        status=503,
        detail="503 in 0.4 s",
        request_id="req-9",
    )

    assert report(failed).rows == (
        "Ideogram API, requests of 2026-11-20, times in UTC",
        "Sent from: prod-eu",
        "03:04:00 POST /v1/ideogram-v3/generate: 503, 503 in 0.4 s, x-request-id req-9",
    )


def test_a_request_without_an_answer_says_so():
    silent = a_result(ProbeKind.REACHABILITY, request="GET /v1/.well-known/jwks.json")

    assert report(silent).rows[-1] == (
        "03:04:00 GET /v1/.well-known/jwks.json: no answer, x-request-id none"
    )


def test_without_requests_there_is_nothing_to_report():
    assert report().rows[-1] == "No request reached Ideogram."


@pytest.mark.parametrize("field", ["detail", "request_id"])
def test_foreign_words_in_a_report_stay_text(field):
    rows = report(a_result(outcome=Outcome.UNHEALTHY, **{field: HOSTILE})).rows

    assert len(rows) == 3
    assert "<!channel>" not in rows[2]
