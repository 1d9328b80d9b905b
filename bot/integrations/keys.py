"""Whose key is used: the service's own, where the Role allows to read it, else the bot's."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.answer import ApiKey, SecretText
from bot.domain.errors import BotError, MissingError, UnavailableError
from bot.domain.service import SecretRef, Service, Target
from bot.integrations.key_reading import read_key
from bot.ports import Cluster

OWN_KEY = "IDEOGRAM_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKeys:
    """Reads keys at each triage, into memory only.

    Attributes:
        cluster: None where there is none, in a terminal for example.
        own_key: The value of `IDEOGRAM_API_KEY`; None when it is not set.
        timeout: For reading a Secret: a triage waits for it before it can ask anything.
    """

    cluster: Cluster | None
    own_key: SecretText | None
    timeout: timedelta = timedelta(seconds=4)

    async def for_service(self, service: Service) -> tuple[ApiKey | None, str]:
        """Read the service's own key, else the bot's, and say what is worth saying."""
        own, why_no_own = self._own()
        if self.cluster is None or service.target is None or service.secret is None:
            where = "configure the service's secret" if self.cluster else "run where a cluster is"
            return own, "" if own else f"{why_no_own}, or {where}"
        try:
            key = await self._read(self.cluster, service.target, service.secret)
        except BotError as error:
            return own, _without_secret(error, own, why_no_own)
        return key, _difference(key, own)

    async def _read(self, cluster: Cluster, target: Target, secret: SecretRef) -> ApiKey:
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                return await cluster.api_key(target, secret)
        except TimeoutError as error:
            seconds = self.timeout.total_seconds()
            raise UnavailableError(f"the cluster did not answer in {seconds:g} s") from error

    def _own(self) -> tuple[ApiKey | None, str]:
        if self.own_key is None:
            return None, f"set {OWN_KEY}"
        try:
            return read_key(self.own_key.value, OWN_KEY), ""
        except MissingError as error:
            return None, str(error)


def _without_secret(error: BotError, own: ApiKey | None, why_no_own: str) -> str:
    if own is None:
        return f"the service's key cannot be read: {error}; or {why_no_own}"
    return f"the bot's own key: the service's cannot be read: {error}"


def _difference(key: ApiKey, own: ApiKey | None) -> str:
    if own is None or own.fingerprint == key.fingerprint:
        return ""
    return f"{OWN_KEY} ({own.fingerprint}) is another key than the service's ({key.fingerprint})"
