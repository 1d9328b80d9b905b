"""Faults that are not Ideogram's: our deploys, our key, our network, our blindness."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.faults import (
    BAD_DEPLOY,
    BAD_IMAGE,
    DEAD_RESOLVER,
    NETWORK_CUT,
    ODD_PICTURES,
    QUALITY,
    SLOW_DNS,
    STALE_KEY,
    USERS_INVISIBLE,
)
from bot.sandbox.ideogram import faults
from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.kubernetes.server import KubernetesServer
from bot.sandbox.name_server import SLOW_SECONDS, NameServer
from bot.sandbox.outside import Outside
from bot.sandbox.service.server import ServiceServer
from bot.sandbox.settings_files import DEPLOYMENT, NAMESPACE, SECRET

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFaults:
    """Breaks what is ours, and repairs it.

    Attributes:
        outside: The rest of the network; Slack is not part of it.
        name_servers: Ours, in the order in which they are asked.
    """

    ideogram: IdeogramServer
    kubernetes: KubernetesServer
    service: ServiceServer
    outside: Outside
    name_servers: Sequence[NameServer]
    _before: Json = field(default_factory=dict)  # the container before our deploy
    _new_keys: list[str] = field(default_factory=list)  # that pods do not have yet

    async def break_(self, name: str) -> None:
        """Break what `name` says.

        Raises:
            KeyError: It is no fault of ours.
        """
        await self._known[name]()

    async def repair(self) -> None:
        """Make all of it work again; pods without the Secret's key are restarted."""
        await self.ideogram.set_fault(None)
        await self.outside.reopen()
        self.service.is_hidden = False
        for one in self.name_servers:
            one.delay_seconds, one.is_silent = 0.0, False
        if self._before:
            variables = {name: _variable(self._before, name) for name in ODD_PICTURES}
            self.kubernetes.deploy(self._before["image"], env=variables)
            self._before.clear()
        if self._new_keys:
            self.kubernetes.restart()
            self._new_keys.clear()

    @property
    def _known(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            BAD_DEPLOY: self._deploy_badly,
            QUALITY: self._deploy_oddly,
            STALE_KEY: self._change_key,
            NETWORK_CUT: self._cut,
            USERS_INVISIBLE: self._hide,
            SLOW_DNS: self._slow_down,
            DEAD_RESOLVER: self._silence,
        }

    async def _deploy_badly(self) -> None:
        self._before.update(app(self._deployment()))
        self.kubernetes.deploy(BAD_IMAGE)

    async def _deploy_oddly(self) -> None:
        self._before.update(app(self._deployment()))
        image: Final[str] = self._before["image"]
        self.kubernetes.deploy(image, "deploy cheaper pictures", env=ODD_PICTURES)

    async def _change_key(self) -> None:
        """Put a new key into the Secret and have the old ones revoked; nobody restarts pods."""
        pods = self.kubernetes.pods(NAMESPACE, DEPLOYMENT)
        old = {pod.env.get("IDEOGRAM_API_KEY", "") for pod in pods}
        new = secrets.token_urlsafe(64)
        self._new_keys.append(new)
        self.ideogram.add_key(new)
        self.kubernetes.set_secret(SECRET, {"api-key": new})
        self.ideogram.revoke(*old)

    async def _cut(self) -> None:
        """Close every way out but the one to Slack."""
        await self.ideogram.set_fault(faults.UNREACHABLE)
        await self.outside.close()

    async def _hide(self) -> None:
        self.service.is_hidden = True

    async def _slow_down(self) -> None:
        for one in self.name_servers:
            one.delay_seconds = SLOW_SECONDS

    async def _silence(self) -> None:
        self.name_servers[0].is_silent = True

    def _deployment(self) -> Json:
        return self.kubernetes.deployment(NAMESPACE, DEPLOYMENT)


def app(deployment: Json) -> Json:
    """Find the container `app` of a Deployment."""
    containers = deployment["spec"]["template"]["spec"]["containers"]
    found: Json = next(one for one in containers if one["name"] == "app")
    return found


def _variable(container: Json, name: str) -> str:
    return next(str(one.get("value", "")) for one in container["env"] if one["name"] == name)
