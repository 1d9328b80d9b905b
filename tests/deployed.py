"""What stands in deploy/, and everything that the bot asks of a cluster."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from bot.bootstrap.objects import services_of
from bot.clock import SystemClock
from bot.domain.service import Service
from bot.integrations.cluster import KubernetesCluster
from bot.integrations.kube_client import KubeClients
from bot.settings.config_file import ConfigFile

DEPLOY: Final = Path(__file__).parent.parent / "deploy"
CONFIG: Final = "ideogram-bot.yml"

Json = dict[str, Any]


def documents(name: str) -> list[Json]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


def config() -> ConfigFile:
    return ConfigFile.model_validate(documents(CONFIG)[0])


def role() -> Json:
    return documents("role.yml")[0]


def service(**target: str) -> Service:
    """The service of the config; `target` says which Deployment is meant instead."""
    (one,) = services_of(config())
    assert one.target is not None
    return replace(one, target=replace(one.target, **target))


@asynccontextmanager
async def cluster(kubeconfig: Json, folder: Path) -> AsyncIterator[KubernetesCluster]:
    """The bot's own client, as somebody."""
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(kubeconfig), encoding="utf-8")
    opened = KubernetesCluster(clients=KubeClients(clock=SystemClock(), kubeconfig=str(path)))
    yield opened
    await opened.aclose()


async def ask_everything(opened: KubernetesCluster, one: Service) -> None:
    """Call every method of the port once."""
    assert one.target is not None
    assert one.secret is not None
    deployment = await opened.deployment(one.target)
    assert await opened.may_patch(one.target)
    assert await opened.pods(one.target, deployment)
    assert await opened.revisions(one.target, deployment)
    await opened.secret_facts(one.target, one.secret)
    await opened.api_key(one.target, one.secret)
    change = {"metadata": {"annotations": {"ideogram-bot/mitigation": "1"}}}
    await opened.patch(one.target, change, dry_run=True)
    await opened.patch(one.target, change)
    watch = opened.watch(one.target, within=timedelta(seconds=1))
    assert [state.name async for state in watch]
