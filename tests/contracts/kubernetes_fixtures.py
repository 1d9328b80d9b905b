"""The Kubernetes fixtures of the contract tests; a `conftest.py` imports both names."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contracts import kubernetes_world as worlds
from tests.contracts import real_kubernetes

__all__ = ["kubernetes_world", "real_control_plane"]


@pytest.fixture(scope="session")
def real_control_plane(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[real_kubernetes.ControlPlane]:
    """One real Kubernetes control plane for the whole run; skipped where its programs are not."""
    reason = real_kubernetes.missing()
    if reason:
        pytest.skip(reason)
    with real_kubernetes.running(tmp_path_factory.mktemp("kubernetes")) as plane:
        yield plane


@pytest.fixture(params=["pretend", "real"])
async def kubernetes_world(
    request: pytest.FixtureRequest,
) -> AsyncIterator[worlds.KubernetesWorld]:
    """The sandbox's cluster, then a real one, each with a namespace for this test."""
    if request.param == "pretend":
        async with worlds.pretend() as world:
            yield world
    else:
        async with worlds.real(request.getfixturevalue("real_control_plane")) as world:
            yield world
