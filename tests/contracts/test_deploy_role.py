"""The Role of deploy/ is enough, for the sandbox's cluster and for a real one."""

from pathlib import Path

from tests import deployed
from tests.contracts.kubernetes_manifests import a_deployment, a_secret
from tests.contracts.kubernetes_world import KubernetesWorld


async def test_the_role_is_enough_for_everything_that_the_bot_asks(
    kubernetes_world: KubernetesWorld, tmp_path: Path
) -> None:
    await kubernetes_world.seed(a_deployment("ideogram-service"))
    await kubernetes_world.seed(a_secret("ideogram-secrets"), "secrets")
    await kubernetes_world.grant(deployed.role()["rules"])

    async with deployed.cluster(kubernetes_world.kubeconfig("bot"), tmp_path) as opened:
        here = deployed.service(namespace=kubernetes_world.namespace)
        await deployed.ask_everything(opened, here)
