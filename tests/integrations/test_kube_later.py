"""API servers that are read before they are asked: what is wrong with them is said when asked."""

import json

import pytest

from bot.domain.errors import MissingError
from bot.integrations.kube_ask import KubeAsk
from bot.integrations.kube_later import LaterApiServers
from tests.fakes.clock import FakeClock
from tests.integrations.api_server import write_kubeconfig


async def test_a_kubeconfig_that_is_missing_is_said_by_the_first_request(tmp_path):
    servers = LaterApiServers(clock=FakeClock(), kubeconfig=str(tmp_path / "none"))

    servers.prepare()

    with pytest.raises(MissingError, match="no cluster"):
        await servers.request(KubeAsk(context="prod", verb="GET", path="/version"))
    await servers.aclose()


async def test_certificates_that_are_none_are_a_kubeconfig_that_cannot_be_used(tmp_path):
    file = tmp_path / "kubeconfig"
    write_kubeconfig(file, "https://127.0.0.1:9")
    config = json.loads(file.read_text())
    config["clusters"][0]["cluster"]["certificate-authority-data"] = "bm90aGluZw=="
    file.write_text(json.dumps(config))
    servers = LaterApiServers(clock=FakeClock(), kubeconfig=str(file))

    with pytest.raises(MissingError, match="the kubeconfig cannot be used"):
        await servers.request(KubeAsk(context=None, verb="GET", path="/version"))
    await servers.aclose()
