"""A pretend Ideogram, cluster and service without users, and the bot's settings for them."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.bot_process import child_environment
from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.kubernetes.server import KubernetesServer
from bot.sandbox.outside import Outside
from bot.sandbox.service.server import ServiceServer
from bot.sandbox.settings_files import (
    DEPLOYMENT,
    NAMESPACE,
    SECRET,
    Addresses,
    Files,
    config_file,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    ideogram: IdeogramServer
    kubernetes: KubernetesServer
    folder: Path
    environment: dict[str, str]
    config: Json
    files: Files

    def amend(self, change: Callable[[Json], None], *, user: str = "bot") -> None:
        """Write the config file anew; `user` is whom the cluster takes the bot for."""
        change(self.config)
        self.files.write(self.config, self.kubernetes.kubeconfig(user=user))


@contextlib.asynccontextmanager
async def a_stage(folder: Path, latency_seconds: float = 0.2) -> AsyncIterator[Stage]:
    """Open the servers; a generation takes exactly `latency_seconds`."""
    async with contextlib.AsyncExitStack() as stack:
        outside = await stack.enter_async_context(Outside())
        ideogram = IdeogramServer(latency_seconds=latency_seconds, jitter=0)
        await stack.enter_async_context(ideogram)
        kubernetes = await stack.enter_async_context(KubernetesServer(pod_seconds=0.1))
        kubernetes.set_secret(SECRET, {"api-key": ideogram.key})
        service = ServiceServer(
            ideogram_url=ideogram.url,
            pods=lambda: kubernetes.pods(NAMESPACE, DEPLOYMENT),
            users=0,
        )
        await stack.enter_async_context(service)
        addresses = Addresses(
            slack_api=f"{outside.url}/api/",
            ideogram=ideogram.url,
            service=service.url,
            outside=outside.url,
        )
        files = Files(folder)
        environment = child_environment(
            {
                "IDEOGRAM_API_URL": ideogram.url,
                "DATABASE_URL": files.database_url,
                "KUBECONFIG": str(files.kubeconfig.absolute()),
                "IDEOGRAM_BOT_CONFIG": str(files.config.absolute()),
            }
        )
        made = Stage(
            ideogram=ideogram,
            kubernetes=kubernetes,
            folder=folder,
            environment=environment,
            config=config_file(addresses, ["U0ANA"]),
            files=files,
        )
        made.amend(lambda config: config["ideogram"].update(daily_probe_budget_usd="100.00"))
        yield made
