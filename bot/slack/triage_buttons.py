"""Which buttons the card of a triage carries: those that fit its verdict."""

from dataclasses import dataclass
from typing import Final

from bot.domain.diagnosis import Cause, Diagnosis, Mode, Origin
from bot.domain.message import TriageCard, TriageState
from bot.domain.mitigation import MitigationKind
from bot.slack import ids
from bot.slack.buttons import Button, Controls, action, press

# What money may cure: the balance is looked at first.
MONEY: Final = frozenset({Cause.AUTH, Cause.CREDITS_EXHAUSTED, Cause.CREDITS_LOW})
# Shown before what fits best is known, buttons would move under a finger.
_WITHOUT: Final = frozenset({TriageState.RUNNING, TriageState.SO_FAR, TriageState.JUDGED})
_OUT_OF_SIGHT: Final = frozenset({Cause.UNDETERMINED, Cause.OWN_NETWORK})
_THEIRS: Final = frozenset({Origin.PROVIDER, Origin.ACCOUNT})
_Places = tuple[list[Button], list[Button]]  # shown, and behind the menu


def of_triage(card: TriageCard) -> Controls:
    """Pick the buttons: none before a verdict, the evidence alone once an incident took over."""
    if card.incident_id is not None:
        shown = [action(ids.EVIDENCE, card=card)] if card.triage_id is not None else []
        return Controls(shown, service=card.service)
    if card.state in _WITHOUT:
        return Controls()
    if card.state is TriageState.INTERRUPTED or card.diagnosis is None:
        return Controls([action(ids.AGAIN)], service=card.service)
    shown, more = _Card(card, card.diagnosis).places()
    return Controls(shown, more, service=card.service)


@dataclass(frozen=True, slots=True)
class _Card:
    """A card with its verdict."""

    card: TriageCard
    found: Diagnosis

    def places(self) -> _Places:
        cause = self.found.cause
        if cause is Cause.HEALTHY:
            return self._healthy()
        if cause in _OUT_OF_SIGHT and self._known and not self.card.offers:
            return self._out_of_sight()
        if cause in MONEY and self._known:
            return self._money()
        if cause is Cause.UNDETERMINED:
            return [*self._first, *self._declare, self._do(ids.AGAIN)], [
                *self._evidence,
                *self._others,
            ]
        shown = [*self._first, *self._declare, *self._evidence]
        return shown, [*self._others, self._do(ids.AGAIN), *self._report]

    def _healthy(self) -> _Places:
        again = self._do(ids.AGAIN)
        if self.card.mode is Mode.QUICK:
            return [*self._first, self._do(ids.FULL), *self._evidence], [*self._others, again]
        sees_pictures = self._known and not self.card.fallback_on
        bad = [self._do(ids.LOOKS_BAD)] if sees_pictures else []
        if not self._first:
            return [*bad, again, *self._evidence], self._others
        return [*self._first, again, *self._evidence], [*self._others, *bad]

    def _out_of_sight(self) -> _Places:
        shown = [self._do(one) for one in (ids.USERS_FAILING, ids.USERS_FINE, ids.AGAIN)]
        return shown, [*self._declare, *self._evidence]

    def _money(self) -> _Places:
        shown = [*self._first, self._do(ids.BILLING), *self._declare]
        more = [self._do(ids.VERIFY), *self._evidence, *self._report]
        return shown, [*self._others, *more, self._do(ids.AGAIN)]

    def _do(self, do: str) -> Button:
        return action(do, card=None if do in (ids.AGAIN, ids.FULL) else self.card)

    @property
    def _known(self) -> bool:
        return self.card.triage_id is not None

    @property
    def _declare(self) -> list[Button]:
        # A second incident for the same trouble would be refused.
        return [] if self.card.open_incident is not None else [self._do(ids.DECLARE)]

    @property
    def _first(self) -> list[Button]:
        restore = MitigationKind.RESTORE_CONCURRENCY  # nobody has to hurry with more load
        return [press(one, is_primary=one.kind is not restore) for one in self.card.offers[:1]]

    @property
    def _others(self) -> list[Button]:
        return [press(one) for one in self.card.offers[1:]]

    @property
    def _evidence(self) -> list[Button]:
        return [self._do(ids.EVIDENCE)] if self._known else []

    @property
    def _report(self) -> list[Button]:
        return [self._do(ids.REPORT)] if self._known and self.found.origin in _THEIRS else []
