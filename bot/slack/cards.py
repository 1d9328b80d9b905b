"""Messages as blocks: what is drawn, which buttons it carries, and where they stand.

Layout: header, one sentence with what to do, evidence, at most 3 buttons and a menu of at most 5,
one context line. Buttons keep their places while the text around them changes.
"""

from dataclasses import dataclass, field

from bot.domain.ids import ServiceName
from bot.domain.in_force import IdeogramIsBack
from bot.domain.incident import Incident
from bot.domain.message import (
    Answer,
    AnswerKind,
    IncidentCard,
    Message,
    MitigationOffers,
    MitigationOutcome,
    TriageCard,
)
from bot.domain.mitigation import Preview, State
from bot.domain.replies import BillingRequest, Verification
from bot.domain.triage_table import TriageTable
from bot.ports import Wording, Words
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.buttons import Button, Controls, action, press
from bot.slack.triage_buttons import MONEY, of_triage


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message ready to be sent."""

    text: str
    blocks: list[Block] = field(default_factory=list)


def draw(
    message: Message, wording: Wording, words: Words, *, revision: int = 1, late: str = ""
) -> Drawn:
    """Draw a message.

    Args:
        message: What is said.
        wording: The same in words.
        words: For the buttons.
        revision: Of the message's state; a press of an older one can be told.
        late: Says how late it is, in Slack markup; such a message keeps only *Run Again*.
    """
    made = [blocks.header(wording.header)] if wording.header else []
    made += blocks.sections([row for row in (wording.lead,) if row])
    made += blocks.sections(wording.rows)
    made = made[: blocks.MESSAGE_BLOCKS_MAX - 2]
    made += (_late_controls(message) if late else controls(message)).drawn(words, revision)
    line = " · ".join(part for part in (late, wording.context) if part)
    made += [blocks.context(line)] if line else []
    text = blocks.truncated_mrkdwn(wording.text, blocks.MESSAGE_TEXT_MAX_CHARS)
    return Drawn(text, made or [blocks.section(text)])


def controls(message: Message) -> Controls:
    """Decide which buttons a message carries."""
    made = Controls()
    match message:
        case TriageCard():
            made = of_triage(message)
        case IncidentCard():
            made = _of_incident(message)
        case MitigationOutcome(undo=Preview() as undo):
            failed = message.run.state in {State.NO_EFFECT, State.WORSE, State.STUCK}
            made = Controls([press(undo, is_primary=failed)], service=message.run.service)
        case MitigationOffers():
            presses = [press(one, is_primary=not at) for at, one in enumerate(message.offers)]
            made = Controls(presses, service=message.service)
        case Verification():
            presses = [press(one, is_primary=True) for one in message.offers]
            made = Controls(presses, service=message.service)
        case TriageTable():
            # While lines come the worst moves up, and so would its button, under a finger.
            is_under_way = message.waiting and not message.is_interrupted
            lines = () if is_under_way else message.lines
            asking = [one.service for one in lines if one.is_faulty or one.fallback_on]
            made = Controls([_again(name, at) for at, name in enumerate(asking, 1)])
        case Answer(answer=AnswerKind.HELP):
            made = Controls([action(ids.AGAIN, label="button.triage")])
        case _:
            made = _of_news(message)
    return made


def _of_news(message: Message) -> Controls:
    match message:
        case BillingRequest():
            link = Button(ids.Value(ids.LINK), "button.link", url=message.billing_url)
            return Controls([link], service=message.service)
        case IdeogramIsBack(offer=Preview() as offer):
            return Controls([press(offer, is_primary=True)], service=message.run.service)
        case _:
            return Controls()  # the others only say something


def _again(service: ServiceName, number: int) -> Button:
    value = ids.Value(ids.AGAIN, service=service)
    return Button(value, "button.triage-one", name=service, number=number)


def _late_controls(message: Message) -> Controls:
    """Keep only *Run Again*, where the message was one to act on."""
    meant = controls(message)
    if not meant.shown or meant.service is None:
        return Controls()
    return Controls([action(ids.AGAIN)], service=meant.service)


def _of_incident(card: IncidentCard) -> Controls:
    incident = card.incident
    one = incident.id
    timeline = action(ids.TIMELINE, incident_id=one)
    postmortem = action(ids.POSTMORTEM, incident_id=one)
    if not incident.is_open:  # resolving wrote the first one
        postmortem = action(ids.POSTMORTEM, incident_id=one, label="button.postmortem.anew")
        return Controls([postmortem, timeline], service=incident.service)
    update = action(ids.UPDATE, incident_id=one, is_primary=card.primary == "update")
    resolve = action(ids.RESOLVE, incident_id=one, is_primary=card.primary == "resolve")
    presses = [press(offer, is_primary=offer.kind == card.primary) for offer in card.offers]
    presses = _one_primary(presses)
    leading = [one for one in presses if one.is_primary]
    others = [one for one in presses if not one.is_primary]
    taken = [action(ids.ACKNOWLEDGE, incident_id=one)]
    wanted = (ids.VERIFY, ids.BILLING) if incident.cause in MONEY else ()
    asks = _of_its_triage(incident, *wanted)
    if incident.acknowledged_at is None:
        shown = [*leading, *taken, update]
        more = [resolve, *others, *asks, timeline]
    else:
        pair = [resolve, update] if resolve.is_primary else [update, resolve]
        shown = [*leading, *pair, *others[: 0 if leading else 1]]
        more = [*others[0 if leading else 1 :], *(asks or taken), timeline]
    seen = _of_its_triage(incident, ids.EVIDENCE)
    return Controls(shown, [*more, *seen], service=incident.service)


def _of_its_triage(incident: Incident, *names: str) -> list[Button]:
    """List what its triage can do, whose own card has no buttons any more."""
    if incident.triage_id is None:
        return []
    return [Button(ids.Value(do, triage=incident.triage_id), f"button.{do}") for do in names]


def _one_primary(presses: list[Button]) -> list[Button]:
    # An undo and what ends everything may be of the same kind; only one of them leads.
    leading = [at for at, press in enumerate(presses) if press.is_primary]
    ending = [at for at in leading if presses[at].preview and not _is_undo(presses[at])]
    chosen = (ending or leading)[:1]
    return [
        Button(press.value, press.label, press.preview, is_primary=at in chosen)
        for at, press in enumerate(presses)
    ]


def _is_undo(press: Button) -> bool:
    return press.preview is not None and press.preview.undoes is not None
