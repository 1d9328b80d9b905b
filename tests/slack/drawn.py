"""What people see of a message in Slack: its buttons and its menu, once it is drawn."""

from dataclasses import replace

from bot.domain.ids import MitigationId, PreviewId, TriageId
from bot.domain.message import IncidentCard
from bot.domain.mitigation import MitigationKind
from bot.slack.cards import draw
from tests.builders import NIGHT, a_preview, an_incident
from tests.sayings import WORDS
from tests.slack_limits import check_call

ENABLE = a_preview()
DISABLE = a_preview(id=PreviewId("p2"), kind=MitigationKind.DISABLE_FALLBACK)
UNDO = replace(DISABLE, id=PreviewId("p3"), undoes=MitigationId("m1"))
REDUCE = a_preview(id=PreviewId("p4"), kind=MitigationKind.REDUCE_CONCURRENCY)


def drawn(message, **options):
    made = draw(message, WORDS.wording(message), WORDS, **options)
    check_call("chat.postMessage", {"channel": "C1", "text": made.text, "blocks": made.blocks})
    return made


def elements(message, **options):
    rows = [block for block in drawn(message, **options).blocks if block["type"] == "actions"]
    return rows[0]["elements"] if rows else []


def labels(message, **options):
    return [one["text"]["text"] for one in elements(message, **options) if one["type"] == "button"]


def menu(message):
    found = [one for one in elements(message) if one["type"] == "overflow"]
    return [option["text"]["text"] for option in found[0]["options"]] if found else []


def primary(message):
    return [one["text"]["text"] for one in elements(message) if one.get("style") == "primary"]


def an_open_card(**changes):
    values = {"incident": an_incident(acknowledged_at=NIGHT, triage_id=TriageId(118))}
    return IncidentCard(**(values | changes))
