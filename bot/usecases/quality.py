"""Answer a person who says that pictures look bad: free probes, then what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.diagnosis import Mode
from bot.domain.ids import DeliveryKey, ServiceName, TriageId
from bot.domain.person import Sight, Witness
from bot.domain.request import AskQuality, RunTriage
from bot.domain.service import Service, find_service
from bot.ports import Answers, Storage
from bot.usecases.judge import JudgeTriages
from bot.usecases.triage import RunTriages


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAboutQuality:
    """Runs a quick triage, and judges it with the person's word."""

    storage: Storage
    services: Sequence[Service]
    triages: RunTriages
    judge: JudgeTriages

    async def __call__(
        self, request: AskQuality, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Show a card that says whether generation works, and what decides how pictures look.

        Raises:
            UnknownServiceError: There is no such service.
            UnavailableError: The database does not answer.
        """
        asked = request.asked
        service = find_service(self.services, request.service)
        before = await self._newest(service.name)
        await self.triages(RunTriage(asked, service.name, Mode.QUICK), delivery, answer)
        newest = await self._newest(service.name)
        # None of ours when it was pointed to one under way, whose card asks the same.
        if newest is not None and newest != before:
            await self.judge.told(newest, Witness(Sight.LOOKS_BAD, asked.by, asked.at))

    async def _newest(self, service: ServiceName) -> TriageId | None:
        async with self.storage() as uow:
            triage = await uow.triages.newest(service)
        return None if triage is None else triage.id
