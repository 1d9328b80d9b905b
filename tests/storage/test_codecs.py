"""Every value that is stored comes back equal."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest

from bot.domain.answer import AnswerClass, Phase
from bot.domain.balance_report import BalanceReport
from bot.domain.beside import Beside
from bot.domain.diagnosis import AlsoSeen, Cause, Diagnosis, HumanStep, Mode, NotLookedAt, Origin
from bot.domain.history import Earlier
from bot.domain.ids import IncidentId, OutboxKey, ServiceName, TriageId
from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.incident import Status, clocks
from bot.domain.ledger import Anchor, Estimate, Runway
from bot.domain.message import (
    Answer,
    AnswerKind,
    IncidentCard,
    Message,
    MitigationOffers,
    MitigationOutcome,
    MitigationProgress,
    Note,
    NoteKind,
    NotOffered,
    Postmortem,
    StatusUpdate,
    TriageCard,
    TriageState,
    Trouble,
)
from bot.domain.mitigation import EnvChange, MitigationKind
from bot.domain.person import Sight, Witness
from bot.domain.probe import ProbeKind
from bot.domain.quality import Comparison, SettingChange, SettingNow
from bot.domain.recovery import begun
from bot.domain.replies import BillingRequest, ProviderReport, Verification
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.domain.thresholds import Thresholds
from bot.domain.timeline import EventKind, Evidence, TimelineEvent, TimelineLine
from bot.domain.triage_table import TriageLine, TriageTable
from bot.storage.codecs import MESSAGE
from tests.builders import ANA, NIGHT, a_preview, a_result, a_run, an_incident

DIAGNOSIS = Diagnosis(
    cause=Cause.OUTAGE,
    origin=Origin.PROVIDER,
    severity=Severity.P1,
    branch="5xx on every call",
    evidence=(ProbeKind.GENERATE_V3,),
    also_seen=(AlsoSeen(Cause.HEALTHY, None, None),),
    not_looked_at=(NotLookedAt(ProbeKind.WORKLOAD, "forbidden"),),
    would_change="an answer",
    steps=(HumanStep(1, "wait"),),
    limits=Thresholds(slow_after=timedelta(seconds=20), low_balance_usd=Decimal("7.50")),
)
LEFT = Estimate(Anchor(Decimal("42.10"), NIGHT, ANA), Decimal("4.10"), NIGHT)
RESULT = a_result(
    latency=timedelta(milliseconds=412.5),
    cost=Decimal("0.030"),
    facts={"text": "1", "whole": 1, "part": 1.5, "flag": True, "none": None},
    request="POST /generate",
    phases=((Phase.DNS, timedelta(milliseconds=12)),),
    excerpt='{"error": "x"}',
)
LINE = TimelineLine(
    TimelineEvent(
        IncidentId(42), NIGHT, EventKind.TRIAGED, Evidence("T-1", OutboxKey("T-1/card")), ANA
    ),
    "https://x.slack.com/p1",
)
MESSAGES: list[Message] = [
    TriageCard(
        triage_id=TriageId(1),
        service=ServiceName("ideogram-service"),
        mode=Mode.FULL,
        state=TriageState.FINAL,
        started_at=NIGHT,
        calls=(Call.LEGACY, Call.V3),
        results=(RESULT,),
        pending=(ProbeKind.DNS,),
        diagnosis=DIAGNOSIS,
        duration=timedelta(seconds=6.15),
        budget_left=Decimal("0.94"),
        offers=(a_preview(),),
        not_offered=(NotOffered(MitigationKind.DISABLE_FALLBACK, "is off"),),
        fallback_on=False,
        beside=Beside(
            Witness(Sight.LOOKS_BAD, ANA, NIGHT),
            Comparison(
                (SettingNow("A", None),),
                (SettingChange(EnvChange("A", "1", None), 15, None, "", "app:2"),),
                4,
                ("B",),
            ),
            Earlier(IncidentId(17), timedelta(days=12), helped=MitigationKind.ENABLE_FALLBACK),
            ANA,
            LEFT,
        ),
    ),
    IncidentCard(an_incident(owner=ANA), offers=(a_preview(),), running=a_run(), last=a_run()),
    MitigationProgress(a_run(before=a_preview().changes)),
    MitigationOutcome(a_run(finished_at=NIGHT), undo=a_preview()),
    MitigationOffers(ServiceName("ideogram-service"), (a_preview(),)),
    Note(NoteKind.RESOLVED, IncidentId(42), ANA, "<!channel> \u202e {{x}} 🔥"),
    StatusUpdate(IncidentId(42), Severity.P1, Status.MITIGATED, "i", "c", "a", NIGHT, ANA, 3, ANA),
    Postmortem(
        an_incident(), (LINE,), clocks(an_incident(resolved_at=NIGHT)), NIGHT, DIAGNOSIS, (RESULT,)
    ),
    Answer(AnswerKind.TIMELINE, lines=(LINE,), incidents=(an_incident(),)),
    IdeogramIsBack(
        a_run(), begun(a_run(), timedelta(minutes=10)), ANA, a_preview(), by_hand="kubectl"
    ),
    StillInForce(a_run(), begun(a_run(), None), ANA, NIGHT),
    BalanceReport(
        Estimate(Anchor(Decimal("42.10"), NIGHT, ANA), Decimal("6.00"), NIGHT),
        Runway(NIGHT, Decimal("80.5"), Decimal(52)),
        Decimal("0.11"),
        Decimal("1.00"),
        Decimal("0.24"),
    ),
    Trouble("what", "meaning", "fix", "e1", (ANA,)),
    Verification(
        ServiceName("ideogram-service"),
        TriageId(1),
        Call.V3,
        AnswerClass.IMAGE,
        "image in 5.8 s",
        ANA,
        NIGHT,
        Decimal("0.03"),
        offers=(a_preview(),),
    ),
    BillingRequest(
        ServiceName("ideogram-service"),
        TriageId(1),
        DIAGNOSIS,
        ANA,
        ANA,
        "https://example.com/",
        LEFT,
        Decimal("8.50"),
    ),
    ProviderReport(TriageId(1), NIGHT, "prod-eu", (RESULT,)),
    TriageTable(
        NIGHT,
        (TriageLine(ServiceName("a"), TriageId(1), DIAGNOSIS), TriageLine(ServiceName("b"))),
        1,
        "prod-eu",
        Decimal("0.08"),
        timedelta(seconds=6),
        ANA,
    ),
]


def test_every_kind_of_message_is_tried() -> None:
    assert {type(message) for message in MESSAGES} == set(get_args(Message))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.kind)
def test_a_message_comes_back_equal(message: Message) -> None:
    assert MESSAGE.load(MESSAGE.dump(message)) == message


def test_values_keep_their_type() -> None:
    message = MESSAGES[0]
    assert isinstance(message, TriageCard)

    loaded = MESSAGE.load(MESSAGE.dump(message))

    assert isinstance(loaded, TriageCard)
    facts = loaded.results[0].facts
    assert [type(facts[name]) for name in ("text", "whole", "part", "flag")] == [
        str,
        int,
        float,
        bool,
    ]


def test_a_message_of_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    note = Note(NoteKind.DECLARED, IncidentId(42))
    newer = MESSAGE.dump(replace(note, version=2)).replace('"text"', '"tone":"calm","text"')

    assert MESSAGE.load(newer) == replace(note, version=2)
