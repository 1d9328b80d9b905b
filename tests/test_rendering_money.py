"""Words about money: whole texts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.balance_report import BalanceReport
from bot.domain.ledger import Anchor, Estimate, Runway
from tests.builders import ANA, NIGHT
from tests.sayings import HOSTILE, WORDS

SUNDAY = datetime(2026, 11, 22, 11, tzinfo=UTC)
WHEN = "<!date^1795345200^{date_short_pretty} {time}|2026-11-22 11:00 UTC>"
ANCHOR = Anchor(Decimal("42.10"), NIGHT - timedelta(hours=30), ANA)
KNOWN = Estimate(ANCHOR, Decimal("4.10"), NIGHT)
LASTS = Runway(SUNDAY, Decimal(80), Decimal(52))
REPORT = BalanceReport(KNOWN, LASTS, Decimal("0.11"), Decimal(1), Decimal("0.24"))
EMPTY = replace(REPORT, estimate=None, runway=None)


def test_an_estimate_says_what_it_rests_on_and_until_when_it_lasts():
    said = WORDS.wording(REPORT)

    assert said.text == "About $38.00 left, estimated."
    assert said.lead == (
        "*About $38.00 left, estimated.* $42.10 read 30 h 0 min ago by <@U0ANA>, $4.10 used since."
    )
    assert said.rows == (
        f"*Runway*  $38.00 left, weekends use $52.00: empty Sunday about {WHEN}",
        "*Probes*  $0.11 of today's $1.00 used; the last $0.24 are for people",
    )
    assert said.context == (
        "estimated: usage lags by minutes, and money added since the reading is not seen"
    )


def test_on_a_working_day_the_week_counts():
    monday = replace(LASTS, empty_at=SUNDAY + timedelta(days=1))

    said = WORDS.wording(replace(REPORT, runway=monday))

    assert said.rows[0].startswith("*Runway*  $38.00 left, the last 7 days used $80.00: empty Mon")


@pytest.mark.parametrize(
    ("runway", "says"),
    [
        (replace(LASTS, empty_at=None), "*Runway*  more than 8 weeks at $80.00 a week"),
        (replace(LASTS, unknown="too little <x>"), "*Runway*  unknown: too little &lt;x&gt;"),
    ],
    ids=["long", "unknown"],
)
def test_a_runway_without_an_end_says_so(runway, says):
    assert WORDS.wording(replace(REPORT, runway=runway)).rows[0] == says


def test_without_a_recorded_balance_it_says_how_to_record_one():
    said = WORDS.wording(EMPTY)

    assert said.lead == (
        "*Balance unknown.* Nobody recorded a balance yet. "
        "Do now: read it at Ideogram, then `/ideogram balance set 42.10`."
    )
    assert (len(said.rows), said.context) == (1, "")


def test_where_the_balance_stands_is_a_link():
    report = replace(EMPTY, billing_url="https://ideogram.ai/platform")

    assert "<https://ideogram.ai/platform|Ideogram>" in WORDS.wording(report).lead


@pytest.mark.parametrize(
    ("estimate", "starts"),
    [
        (replace(KNOWN, spent=None, why_not="404", at=ANCHOR.at), "*At most $42.10 left.* $42.10"),
        (replace(KNOWN, spent=None, why_not="404"), "*Balance unknown.* $42.10 read 30 h 0 min"),
        (replace(KNOWN, spent=Decimal(50)), "*Balance unknown.* More was used ($50.00) than the"),
    ],
    ids=["at most", "too old", "topped up"],
)
def test_what_is_not_known_is_not_claimed(estimate, starts):
    assert WORDS.wording(replace(REPORT, estimate=estimate)).lead.startswith(starts)


def test_a_fresh_reading_is_confirmed():
    fresh = replace(KNOWN, at=ANCHOR.at, spent=Decimal(0))

    said = WORDS.wording(replace(REPORT, estimate=fresh, recorded=True))

    assert said.lead.startswith("*Recorded. About $42.10 left, estimated.* $42.10 read less than 1")


def test_quotes_that_are_off_say_how_to_clear_them():
    said = WORDS.wording(replace(REPORT, quote_off="/v2/x"))

    assert said.rows[-1].startswith("*Price quotes*  off: one of /v2/x made an image")
    assert said.rows[-1].endswith("`/ideogram balance quote on`")


def test_foreign_words_stay_words():
    estimate = replace(KNOWN, spent=None, why_not=HOSTILE)

    said = WORDS.wording(replace(REPORT, estimate=estimate, runway=replace(LASTS, unknown=HOSTILE)))

    assert "<!channel>" not in "\n".join((said.lead, *said.rows))
