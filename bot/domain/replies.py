"""What the bot says when somebody presses a button that asks for more than a verdict."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from bot.domain.answer import AnswerClass
from bot.domain.diagnosis import Diagnosis
from bot.domain.ids import ServiceName, TriageId, UserId
from bot.domain.ledger import Estimate
from bot.domain.mitigation import Preview
from bot.domain.probe import ProbeResult
from bot.domain.service import Call


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of one image that a person asked for.

    Attributes:
        answer: None where no result was recorded: who asked for it was interrupted.
        detail: How it ended, in words.
        spent: What it counts against the day, USD.
        offers: What the image makes possible: ending the fallback, where it is on.
    """

    service: ServiceName
    triage_id: TriageId
    call: Call
    answer: AnswerClass | None
    detail: str
    by: UserId
    at: datetime
    spent: Decimal
    request_id: str | None = None
    offers: tuple[Preview, ...] = ()
    kind: Literal["verification"] = "verification"
    version: int = 1


@dataclass(frozen=True, slots=True)
class BillingRequest:
    """A request to the person who can top up the account.

    Attributes:
        billing_url: Where that is done.
        estimate: What was left by the ledger; None when nobody recorded a balance.
        gauge: What the service's own metrics called the balance, USD; None without such a gauge.
    """

    service: ServiceName
    triage_id: TriageId
    diagnosis: Diagnosis
    owner: UserId
    by: UserId
    billing_url: str
    estimate: Estimate | None = None
    gauge: Decimal | None = None
    kind: Literal["billing-request"] = "billing-request"
    version: int = 1


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """What Ideogram's support needs: times, endpoints, answers; no key, no prompt, no signed URL.

    Attributes:
        results: Of the requests that went to Ideogram, in fixed order.
        seen_from: The place that measured.
    """

    triage_id: TriageId | None
    started_at: datetime
    seen_from: str
    results: tuple[ProbeResult, ...]
    kind: Literal["provider-report"] = "provider-report"
    version: int = 1
