"""Offer mitigations: say exactly what each would change, or why it cannot run."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from bot.domain.diagnosis import Cause, Diagnosis
from bot.domain.errors import GuardRefusedError, UnavailableError, UnfinishedError
from bot.domain.guards import PAUSED
from bot.domain.ids import IncidentId, MitigationId, TriageId
from bot.domain.message import MitigationOffers, NotOffered
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview
from bot.domain.patch import ALREADY, by_hand, value_of
from bot.domain.service import Service
from bot.ports import Mitigation, Storage, UnitOfWork
from bot.usecases.describe import Context, Describe
from bot.usecases.guard import Ground, Guard, question
from bot.usecases.joining import if_open, incident_of
from bot.usecases.switched import Switched, switched

# By hand it would do nothing, or cross what somebody else began.
_NOT_BY_HAND: Final = frozenset({ALREADY, PAUSED, UnfinishedError.GUARD, "changed", "order"})
_ON: Final = MitigationKind.ENABLE_FALLBACK
_OFF: Final = MitigationKind.DISABLE_FALLBACK
_RESTORE: Final = MitigationKind.RESTORE_CONCURRENCY

Offers = tuple[tuple[Preview, ...], tuple[NotOffered, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Describes mitigations by a server-side dry run and remembers the previews."""

    storage: Storage
    guard: Guard
    describe: Describe
    mitigations: Mapping[MitigationKind, Mitigation]

    async def for_cause(
        self,
        service: Service,
        cause: Cause,
        *,
        triage_id: TriageId | None = None,
        incident_id: IncidentId | None = None,
        seen: Switched | None = None,
    ) -> Offers:
        """Offer what helps against a cause, the most helpful first.

        All is well while a mitigation is being checked? Nobody knows yet whether because of it.
        """
        if cause is Cause.HEALTHY and await self._is_checked(service):
            return (), ()
        context = Context(triage_id, incident_id, seen)
        return await self(service, self.helping(cause), context)

    def helping(self, cause: Cause) -> tuple[MitigationKind, ...]:
        """List the kinds that help against a cause, by their place among the next steps."""
        kinds = [kind for kind, one in self.mitigations.items() if cause in one.helps]
        return tuple(sorted(kinds, key=lambda kind: self.mitigations[kind].helps[cause]))

    def by_hand(
        self, service: Service, diagnosis: Diagnosis, seen: Switched
    ) -> tuple[NotOffered, ...]:
        """List what helps with its commands, where nothing can be remembered.

        Args:
            service: To be changed.
            diagnosis: Says against what.
            seen: What is so already needs no command.
        """
        why = "There is no database: press nothing, do it by hand."
        return self._refused(service, self.places(service, diagnosis, seen), why, seen=seen)

    def with_commands(
        self, service: Service, refused: Iterable[NotOffered], seen: Switched
    ) -> tuple[NotOffered, ...]:
        """Write the commands anew, now that more was seen."""
        return tuple(
            replace(one, by_hand=self._command(service, one.kind, one.guard, seen.concurrency))
            for one in refused
        )

    def places(
        self, service: Service, diagnosis: Diagnosis, seen: Switched
    ) -> dict[MitigationKind, int]:
        """Find what helps and is not so already, with its place among the next steps, in order."""
        kinds = self.helping(diagnosis.cause) if diagnosis.calls_for_a_switch else ()
        so_already = {_ON if seen.fallback_on else _OFF}
        so_already |= set() if seen.is_reduced else {_RESTORE}
        return {
            kind: self.mitigations[kind].helps[diagnosis.cause]
            for kind in self._configured(service, kinds)
            if kind not in so_already
            and self.mitigations[kind].by_hand(service, seen.concurrency) is not None
        }

    async def __call__(
        self,
        service: Service,
        kinds: Iterable[MitigationKind],
        context: Context,
    ) -> Offers:
        """Describe each configured kind, in the order given.

        Returns:
            What can run, remembered; and what cannot, why, and its command.
        """
        configured = self._configured(service, kinds)
        if not configured:
            return (), ()
        seen = context.seen or await self._seen(service, context.triage_id)
        context = replace(context, seen=seen)
        try:
            ground = await self.guard(service, undoing=context.beside)
        except GuardRefusedError as error:
            return (), self._refused(service, configured, str(error), error.guard, seen)
        previews: list[Preview] = []
        refused: list[NotOffered] = []
        for kind in configured:
            try:
                previews.append(await self._described(ground, kind, context))
            except GuardRefusedError as error:
                refused += self._refused(service, [kind], str(error), error.guard, seen)
        return await self._remembered(service, previews, refused, seen)

    async def undo(
        self, service: Service, run: MitigationRun, *, beside: MitigationId | None = None
    ) -> Preview:
        """Describe taking one press back.

        Args:
            service: Whose Deployment.
            run: The press.
            beside: May be unfinished, for it is just ending; None means the press itself.

        Raises:
            GuardRefusedError: It is not the newest on its variable, or somebody changed it since.
            UnavailableError: The database does not answer.
        """
        ground = await self.guard(service, undoing=beside or run.id)
        _refuse_out_of_order(run, ground.in_force)
        for change in run.preview.changes:
            if value_of(ground.container, change.name) != change.after:
                raise GuardRefusedError(
                    "changed", f"{change.name} was changed by someone else: nothing is undone."
                )
        kind = self.mitigations[run.kind].inverse
        changes = tuple(change.reversed for change in run.before)
        context = Context(run.triage_id, run.incident_id)
        preview = await self.describe(ground, kind, changes, context, undoes=run.id)
        async with self.storage() as uow:
            await uow.mitigations.add_preview(preview)
        return preview

    async def again(self, service: Service, preview: Preview, reason: str) -> MitigationOffers:
        """Describe anew what a stale button meant, and say why."""
        async with self.storage() as uow:
            incident_id = await if_open(uow, preview.incident_id)
        context = Context(preview.triage_id, incident_id)
        offers: tuple[Preview, ...] = ()
        if preview.undoes is None:
            offers, refused = await self(service, [preview.kind], context)
        else:
            async with self.storage() as uow:
                target = await uow.mitigations.get(preview.undoes)
            undo = None if target is None else await self._undo_or_why(service, target)
            offers = (undo,) if isinstance(undo, Preview) else ()
            refused = (undo,) if isinstance(undo, NotOffered) else ()
        return MitigationOffers(service.name, offers, refused, incident_id, reason)

    async def _undo_or_why(self, service: Service, run: MitigationRun) -> Preview | NotOffered:
        try:
            return await self.undo(service, run)
        except GuardRefusedError as error:
            kind = self.mitigations[run.kind].inverse
            command = None
            if service.target is not None and error.guard not in _NOT_BY_HAND:
                target, changes = service.target, run.preview.changes
                command = " && ".join(by_hand(target, change.reversed) for change in changes)
            return NotOffered(kind, str(error), command, error.guard)

    def _configured(
        self, service: Service, kinds: Iterable[MitigationKind]
    ) -> tuple[MitigationKind, ...]:
        return tuple(kind for kind in kinds if self.mitigations[kind].is_configured(service))

    def _refused(
        self,
        service: Service,
        kinds: Iterable[MitigationKind],
        why: str,
        guard: str = "",
        seen: Switched | None = None,
    ) -> tuple[NotOffered, ...]:
        concurrency = None if seen is None else seen.concurrency
        return tuple(
            NotOffered(kind, why, self._command(service, kind, guard, concurrency), guard)
            for kind in kinds
        )

    def _command(
        self, service: Service, kind: MitigationKind, guard: str, concurrency: int | None
    ) -> str | None:
        if service.target is None or guard in _NOT_BY_HAND:
            return None
        change = self.mitigations[kind].by_hand(service, concurrency)
        return None if change is None else by_hand(service.target, change)

    async def _is_checked(self, service: Service) -> bool:
        with suppress(GuardRefusedError):
            async with (
                question("reading what is in force", self.guard.within),
                self.storage() as uow,
            ):
                return any(run.is_running for run in await self._pressed(uow, service))
        return False

    async def _pressed(self, uow: UnitOfWork, service: Service) -> Sequence[MitigationRun]:
        return () if service.target is None else await uow.mitigations.in_force(service.target.key)

    async def _seen(self, service: Service, triage_id: TriageId | None) -> Switched | None:
        """Read what a triage saw, and what was pressed since; None where nobody looked."""
        with suppress(GuardRefusedError):
            async with question("reading the triage", self.guard.within), self.storage() as uow:
                triage = None if triage_id is None else await uow.triages.get(triage_id)
                presses = await self._pressed(uow, service)
            results = () if triage is None else triage.card.results
            seen = switched({one.kind: one for one in results})
            since = [run for run in presses if triage is None or run.pressed_at > triage.started_at]
            return replace(seen, concurrency=_set_by(since, service) or seen.concurrency)
        return None

    async def _remembered(
        self,
        service: Service,
        previews: list[Preview],
        refused: list[NotOffered],
        seen: Switched | None = None,
    ) -> Offers:
        try:
            async with self.storage() as uow:
                for preview in previews:
                    await uow.mitigations.add_preview(preview)
        except UnavailableError as error:
            kinds = [preview.kind for preview in previews]
            return (), (*self._refused(service, kinds, str(error), seen=seen), *refused)
        return tuple(previews), tuple(refused)

    async def _described(self, ground: Ground, kind: MitigationKind, context: Context) -> Preview:
        mitigation = self.mitigations[kind]
        holding = ground.holding(self.mitigations)
        change = mitigation.change(ground.service, ground.container, holding)
        if context.incident_id is None:
            async with question("reading the incidents", self.guard.within), self.storage() as uow:
                found = await incident_of(uow, ground, kind, self.mitigations)
            context = replace(context, incident_id=None if found is None else found.id)
        return await self.describe(ground, kind, (change,), context)


def _set_by(presses: Sequence[MitigationRun], service: Service) -> int | None:
    """Tell to what the newest press set the concurrency; None where none did."""
    name = None if service.concurrency is None else service.concurrency.env
    changes = (change for run in reversed(presses) for change in run.preview.changes)
    after = next((one.after for one in changes if one.name == name), None)
    return int(after) if after is not None and after.isdecimal() else None


def _refuse_out_of_order(run: MitigationRun, in_force: Sequence[MitigationRun]) -> None:
    """Let only the newest press on a variable be undone; an undo itself is none."""
    names = {change.name for change in run.preview.changes}
    on_it = [
        one
        for one in in_force
        if one.undoes is None and names & {change.name for change in one.preview.changes}
    ]
    if run.undoes is not None or run.id not in [one.id for one in on_it]:
        raise GuardRefusedError("order", f"{run.name} is not in force: there is nothing to undo.")
    if on_it[-1].id != run.id:
        raise GuardRefusedError("order", f"{on_it[-1].name} was pressed later: undo it first.")
