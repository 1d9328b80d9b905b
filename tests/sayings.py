"""Builders of messages to be worded."""

from datetime import timedelta
from decimal import Decimal

from bot.domain.answer import AnswerClass
from bot.domain.diagnosis import Cause, Diagnosis, Mode, Origin, Part
from bot.domain.ids import IncidentId, ServiceName, TriageId
from bot.domain.incident import clocks
from bot.domain.message import Postmortem, TriageCard, TriageState
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.replies import BillingRequest, Verification
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind, Evidence, TimelineEvent, TimelineLine
from bot.rendering.templates import Templates
from tests.builders import ANA, BEN, NIGHT, a_result, an_incident

WORDS = Templates()


HOSTILE = "<!channel> *&* [x](javascript:alert(1)) `q` {{ 7*7 }} {% x %}\n# it's \u202eover"


SICK = (
    a_result(ProbeKind.DNS),
    a_result(ProbeKind.AUTH, status=200, facts={"key_source": "secret ideogram-secrets"}),
    a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, status=503, detail="503 in 0.4 s"),
    a_result(ProbeKind.DOWNLOAD, Outcome.UNKNOWN, detail="no picture was made"),
    a_result(
        ProbeKind.APP_HEALTH,
        Outcome.UNHEALTHY,
        detail="says down in 18 ms",
        facts={"state": "down"},
    ),
    a_result(ProbeKind.WORKLOAD, detail="4/4 pods"),
)


WELL = (
    a_result(
        ProbeKind.GENERATE_V3, answer=AnswerClass.IMAGE, status=200, latency=timedelta(seconds=5.8)
    ),
    a_result(ProbeKind.DOWNLOAD),
    a_result(ProbeKind.APP_HEALTH, facts={"state": "healthy"}),
)


def a_diagnosis(cause=Cause.OUTAGE, severity=Severity.P1, **changes):
    values = {
        "origin": Origin.PROVIDER,
        "branch": "5xx on every call",
        "evidence": (),
        "also_seen": (),
        "not_looked_at": (),
        "would_change": "a V3 200",
    }
    return Diagnosis(cause=cause, severity=severity, **(values | changes))


def a_card(**changes):
    values = {
        "triage_id": TriageId(118),
        "service": ServiceName("ideogram-service"),
        "mode": Mode.FULL,
        "state": TriageState.FINAL,
        "started_at": NIGHT,
        "calls": (Call.V3,),
        "results": SICK,
        "diagnosis": a_diagnosis(),
        "duration": timedelta(seconds=6.2),
        "budget_left": Decimal(1),
        "seen_from": "prod-eu",
    }
    return TriageCard(**(values | changes))


def a_line(link="https://x.slack.com/archives/C0/p1", **changes):
    values = {
        "incident_id": IncidentId(42),
        "at": NIGHT,
        "kind": EventKind.TRIAGED,
        "evidence": Evidence("T-118"),
        "by": ANA,
        "facts": {"verdict": "provider, P1"},
    }
    return TimelineLine(TimelineEvent(**(values | changes)), link)


def a_postmortem(**changes):
    incident = changes.pop("incident", an_incident(cause=Cause.OUTAGE, owner=ANA))
    values = {"lines": (a_line(),), "clocks": clocks(incident), "drafted_at": NIGHT}
    return Postmortem(incident=incident, **(values | changes))


def a_healthy_card(fine=(Part.IDEOGRAM, Part.US), **changes):
    return a_card(
        diagnosis=a_diagnosis(Cause.HEALTHY, None, origin=None, fine=fine),
        **({"results": WELL} | changes),
    )


VERIFIED = Verification(
    service=ServiceName("ideogram-service"),
    triage_id=TriageId(118),
    call=Call.V3,
    answer=AnswerClass.IMAGE,
    detail="image in 5.8 s",
    by=ANA,
    at=NIGHT,
    spent=Decimal("0.03"),
    request_id="req-1",
)

BILLING = BillingRequest(
    service=ServiceName("ideogram-service"),
    triage_id=TriageId(118),
    diagnosis=a_diagnosis(Cause.CREDITS_EXHAUSTED, origin=Origin.ACCOUNT),
    owner=BEN,
    by=ANA,
    billing_url="https://ideogram.ai/platform",
)
