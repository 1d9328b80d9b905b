"""Run the probes of one triage, all at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final

from bot.domain.cleaning import without_key
from bot.domain.diagnosis import Measurements, Mode
from bot.domain.probe import CANARIES, CANARY_OF, Outcome, ProbeKind, ProbeResult
from bot.domain.service import Service
from bot.domain.thresholds import Thresholds
from bot.ports import Clock, Keys, Probe, Subject
from bot.usecases.plan import NotPaidError, Purse
from bot.usecases.sharing import Sharing
from bot.usecases.waiting import comes

# The probe's own timeout comes first; when this fires the defect is ours (diagnosis.md section 1).
GRACE: Final = timedelta(seconds=2)
TRIAGE_WITHIN: Final = timedelta(seconds=75)
# A canary may take 55 s; what users get meanwhile tells how bad it is.
USERS_EVERY: Final = timedelta(seconds=10)
KEY_WITHIN: Final = timedelta(seconds=5)
# The download needs none, but shares its fate with the canary of one key.
WITH_KEY: Final = CANARIES | {ProbeKind.AUTH, ProbeKind.DOWNLOAD}
# These are asked without the key; who answers has it, and may repeat it.
KNOW_THE_KEY: Final = frozenset({ProbeKind.APP_HEALTH, ProbeKind.WORKLOAD, ProbeKind.TRAFFIC})
NOT_SENT: Final = "not sent: free probes only"

# Tells whether a second look counts: what a shown verdict rests on stays as it was.
OnResult = Callable[[ProbeResult], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Measures a service once.

    Attributes:
        probes: One of each kind, in fixed order.
        names_resolvable: Whether a host name is among the ways out.
        thresholds: From where on a measurement is a fault.
        users_every: How often users' requests are read again while others are still measuring.
    """

    probes: Sequence[Probe]
    keys: Keys
    clock: Clock
    sharing: Sharing
    names_resolvable: bool
    thresholds: Thresholds = field(default_factory=Thresholds)
    key_within: timedelta = KEY_WITHIN
    users_every: timedelta = USERS_EVERY

    async def __call__(self, service: Service, purse: Purse, on_result: OnResult) -> Measurements:
        """Measure; takes as long as the slowest probe, at most 75 s.

        Args:
            service: What to look at.
            purse: Whether canaries are sent, and pays for them; whether a price quote may be
                asked for.
            on_result: Called with each result as soon as it is there; of users' requests again
                while others are still measuring.
        """
        mode = purse.plan.mode
        skipped = self._skipped(service, mode)
        wanted = [probe for probe in self.probes if probe.kind not in skipped]
        blank = Subject(
            service=service,
            mode=mode,
            key=None,
            first_picture=asyncio.get_running_loop().create_future(),
            dry_run_allowed=purse.plan.dry_run_allowed,
            canaries={probe.kind for probe in wanted if probe.kind in CANARIES},
        )
        if not blank.canaries:
            blank.first_picture.set_result(None)
        results = self._not_run(skipped)
        for result in results.values():
            on_result(result)
        await self._run(wanted, blank, purse, results, on_result)
        if purse.plan.mode is not mode:  # never half: also without what others measured
            mode = purse.plan.mode
            results |= self._not_run(self._skipped(service, mode))
        ordered = {kind: results[kind] for kind in ProbeKind if kind in results}
        return Measurements(
            service.calls,
            mode,
            ordered,
            names_resolvable=self.names_resolvable,
            thresholds=self.thresholds,
            billing_owner=service.billing_owner,
        )

    def _skipped(self, service: Service, mode: Mode) -> dict[ProbeKind, str]:
        unused = {
            kind: "the service does not use this call"
            for call, kind in CANARY_OF.items()
            if call not in service.calls
        }
        if mode is Mode.FULL:
            return unused
        free = dict.fromkeys(CANARY_OF.values(), NOT_SENT)
        return free | {ProbeKind.DOWNLOAD: "no picture was made"} | unused

    async def _run(
        self,
        wanted: Sequence[Probe],
        blank: Subject,
        purse: Purse,
        results: dict[ProbeKind, ProbeResult],
        on_result: OnResult,
    ) -> None:
        ends = self.clock.monotonic() + TRIAGE_WITHIN
        async with asyncio.TaskGroup() as group:
            key = group.create_task(self._with_key(blank))

            async def one(probe: Probe) -> None:
                subject = await key if probe.kind in WITH_KEY else blank
                measure = partial(self._measured, probe, subject, purse, ends)
                try:
                    result = await self.sharing(probe.kind, subject, measure)
                except NotPaidError:
                    result = self._unknown(probe.kind, NOT_SENT, ran=False)
                if probe.kind in KNOW_THE_KEY:
                    result = without_key(result, (await key).key)
                if probe.kind in results and result.outcome is Outcome.UNKNOWN:
                    return  # looked again in vain: what was seen before stands
                if on_result(result):
                    results[probe.kind] = result
                if probe.kind in CANARIES:
                    subject.picture_seen(probe.kind, None)

            measuring = [group.create_task(one(probe)) for probe in wanted]
            users = [probe for probe in wanted if probe.kind is ProbeKind.TRAFFIC]
            again = [group.create_task(self._again(one, probe)) for probe in users]
            await asyncio.gather(*measuring)
            for task in again:
                task.cancel()

    async def _again(self, one: Callable[[Probe], Awaitable[None]], probe: Probe) -> None:
        """Measure again and again; ends by being cancelled."""
        never = asyncio.Event()
        while not await comes(never, self.users_every):
            await one(probe)

    async def _with_key(self, blank: Subject) -> Subject:
        try:
            async with asyncio.timeout(self.key_within.total_seconds()):
                key, note = await self.keys.for_service(blank.service)
        except TimeoutError:
            return replace(blank, no_key="the key could not be read in time")
        if key is None:
            return replace(blank, no_key=note)
        return replace(blank, key=key, key_note=note)

    async def _measured(
        self, probe: Probe, subject: Subject, purse: Purse, ends: timedelta
    ) -> ProbeResult:
        if probe.kind in CANARIES and subject.key is not None:
            await purse.open()
        # Reading the key, or waiting for a shared measurement that was cut off, took its part.
        within = min(probe.timeout + GRACE, ends - self.clock.monotonic())
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await probe(subject)
        except Exception as error:  # noqa: BLE001  in a TaskGroup it would cancel the others
            return self._unknown(probe.kind, f"could not look: {type(error).__name__}", ran=True)

    def _not_run(self, skipped: Mapping[ProbeKind, str]) -> dict[ProbeKind, ProbeResult]:
        return {kind: self._unknown(kind, why, ran=False) for kind, why in skipped.items()}

    def _unknown(self, kind: ProbeKind, why: str, *, ran: bool) -> ProbeResult:
        return ProbeResult(
            kind=kind,
            outcome=Outcome.UNKNOWN,
            detail=why,
            measured_at=self.clock.now(),
            ran=ran,
        )
