"""API servers that are read before they are asked: what is wrong with them is said when asked."""

import pytest

from bot.domain.errors import MissingError
from bot.integrations.kube_ask import KubeAsk
from bot.integrations.kube_later import LaterApiServers
from tests.fakes.clock import FakeClock


async def test_a_kubeconfig_that_is_missing_is_said_by_the_first_request(tmp_path):
    servers = LaterApiServers(clock=FakeClock(), kubeconfig=str(tmp_path / "none"))

    servers.prepare()

    with pytest.raises(MissingError, match="no cluster"):
        await servers.request(KubeAsk(context="prod", verb="GET", path="/version"))
    await servers.aclose()
