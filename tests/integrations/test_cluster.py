"""How the Kubernetes client meets trouble; what it does in peace stands in the contract tests."""

import asyncio
import json
from datetime import timedelta

import pytest
from aiohttp import web

from bot.domain.errors import ForbiddenError, MissingError, UnavailableError, UnseenError
from bot.domain.service import Target
from bot.integrations.kube_client import ANSWER_MAX_BYTES
from bot.sandbox.ports import free_port
from tests.fakes.clock import FakeClock
from tests.integrations.api_server import ApiServer, cluster_of, write_kubeconfig

TARGET = Target("default", "web")
PATCH = {"metadata": {"annotations": {"a": "b"}}}
SHORT = timedelta(milliseconds=200)


def deployment(version="1", **status):
    return {
        "kind": "Deployment",
        "metadata": {"name": "web", "resourceVersion": version},
        "spec": {},
        "status": status,
    }


def answering(document, status=200):
    async def handle(request):
        return web.json_response(document, status=status)

    return ApiServer(handle)


async def hang(request):
    await asyncio.Event().wait()


async def break_off(request):
    request.transport.abort()
    return web.Response()


async def test_a_patch_goes_out_once_under_our_own_name(tmp_path):
    server = answering(deployment())

    async with cluster_of(server, tmp_path) as cluster:
        await cluster.patch(TARGET, PATCH)

    path = "/apis/apps/v1/namespaces/default/deployments/web"
    assert server.asked == [f"PATCH {path}?fieldManager=ideogram-incident-bot"]


async def test_a_dry_run_says_so(tmp_path):
    server = answering(deployment())

    async with cluster_of(server, tmp_path) as cluster:
        await cluster.patch(TARGET, PATCH, dry_run=True)

    assert server.asked[0].endswith("?fieldManager=ideogram-incident-bot&dryRun=All")


@pytest.mark.parametrize("handle", [hang, break_off])
async def test_a_patch_without_an_answer_is_unseen_and_not_repeated(tmp_path, handle):
    server = ApiServer(handle)

    async with cluster_of(server, tmp_path, timeout=SHORT) as cluster:
        with pytest.raises(UnseenError):
            await cluster.patch(TARGET, PATCH)

    assert len(server.asked) == 1


@pytest.mark.parametrize("handle", [hang, break_off])
async def test_a_dry_run_or_reading_without_an_answer_took_no_effect(tmp_path, handle):
    async with cluster_of(ApiServer(handle), tmp_path, timeout=SHORT) as cluster:
        with pytest.raises(UnavailableError):
            await cluster.patch(TARGET, PATCH, dry_run=True)
        with pytest.raises(UnavailableError):
            await cluster.deployment(TARGET)


async def test_a_closed_port_is_unavailable_also_for_a_patch(tmp_path):
    port = free_port()
    async with cluster_of(ApiServer(), tmp_path) as cluster:
        write_kubeconfig(tmp_path / "kubeconfig", f"http://127.0.0.1:{port}")
        with pytest.raises(UnavailableError) as caught:
            await cluster.patch(TARGET, PATCH)

    place = f"127.0.0.1:{port}"
    assert str(caught.value) == f"the API server cannot be reached: connection refused at {place}"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"kind": 3}', b"[" * 9999])
async def test_an_answer_that_is_no_object_is_none(tmp_path, body):
    async def handle(request):
        return web.Response(body=body)

    async with cluster_of(ApiServer(handle), tmp_path) as cluster:
        with pytest.raises(UnavailableError, match="something else"):
            await cluster.deployment(TARGET)
        with pytest.raises(UnseenError):
            await cluster.patch(TARGET, PATCH)


async def test_old_credentials_are_read_again(tmp_path):
    async def handle(request):
        is_new = request.headers["Authorization"] == "Bearer t2"
        return web.json_response(deployment(), status=200 if is_new else 401)

    server, clock = ApiServer(handle), FakeClock()
    async with cluster_of(server, tmp_path, clock=clock) as cluster:
        with pytest.raises(ForbiddenError, match="401"):
            await cluster.deployment(TARGET)
        clock.advance(timedelta(minutes=15))
        url = json.loads((tmp_path / "kubeconfig").read_text())["clusters"][0]["cluster"]["server"]
        write_kubeconfig(tmp_path / "kubeconfig", url, token="t2")
        assert await cluster.deployment(TARGET)

    assert server.tokens == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize("text", ["", "[]", "{", "current-context: x", "clusters: {a: b}"])
async def test_a_kubeconfig_that_cannot_be_used_is_missing_and_named(tmp_path, text):
    async with cluster_of(ApiServer(), tmp_path) as cluster:
        (tmp_path / "kubeconfig").write_text(text)
        with pytest.raises(MissingError, match="KUBECONFIG"):
            await cluster.deployment(TARGET)


async def test_an_unknown_context_is_named(tmp_path):
    async with cluster_of(ApiServer(), tmp_path) as cluster:
        with pytest.raises(MissingError, match="context prod-eu"):
            await cluster.deployment(Target("default", "web", context="prod-eu"))


async def test_an_absent_kubeconfig_is_missing(tmp_path):
    async with cluster_of(ApiServer(), tmp_path) as cluster:
        (tmp_path / "kubeconfig").unlink()
        with pytest.raises(MissingError):
            await cluster.deployment(TARGET)


class Watched:
    """A server whose watches are scripted: each is a list of raw lines; then they hang."""

    def __init__(self, readings, watches):
        self.readings = readings
        self.watches = watches

    async def __call__(self, request):
        if "watch" not in request.query:
            return web.json_response(self.readings.pop(0))
        response = web.StreamResponse()
        await response.prepare(request)
        if not self.watches:
            await hang(request)
        for line in self.watches.pop(0):
            await response.write(json.dumps(line).encode() + b"\n")
        return response


async def versions(server, folder, *, within=timedelta(seconds=5), count):
    found = []
    async with cluster_of(server, folder) as cluster:
        watching = cluster.watch(TARGET, within=within)
        async for state in watching:
            found.append(state.resource_version)
            if len(found) == count:
                break
        await watching.aclose()
    return found


def event(kind, version):
    return {"type": kind, "object": deployment(version)}


async def test_a_watch_yields_the_present_and_then_each_change(tmp_path):
    script = [[event("MODIFIED", "2"), event("MODIFIED", "3")]]
    server = ApiServer(Watched([deployment("1")], script))

    assert await versions(server, tmp_path, count=3) == ["1", "2", "3"]
    assert "fieldSelector=metadata.name%3Dweb" in server.asked[1]
    assert "resourceVersion=1" in server.asked[1]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param([{"type": "ERROR", "object": {"code": 410}}], id="history-gone"),
        pytest.param([], id="ended"),
        pytest.param(["?"], id="no-event"),
        pytest.param([{"type": "MODIFIED"}], id="nothing-in-it"),
        pytest.param([{"type": "MODIFIED", "object": "web"}], id="no-object"),
        pytest.param([{"type": ["ADDED"], "object": {}}], id="no-type"),
    ],
)
async def test_a_watch_that_ends_early_begins_again_with_a_reading(tmp_path, end):
    server = ApiServer(Watched([deployment("1"), deployment("7")], [end]))

    assert await versions(server, tmp_path, count=2) == ["1", "7"]


async def test_a_deleted_deployment_ends_the_watch(tmp_path):
    server = ApiServer(Watched([deployment("1")], [[event("DELETED", "2")]]))

    with pytest.raises(MissingError, match="deleted"):
        await versions(server, tmp_path, count=2)


async def test_a_watch_ends_in_time_when_nothing_happens(tmp_path):
    server = ApiServer(Watched([deployment("1"), deployment("1")], []))

    assert await versions(server, tmp_path, within=SHORT, count=9) == ["1"]


async def test_a_watch_outlives_an_api_server_that_is_away_for_a_while(tmp_path):
    async def handle(request):
        asked = len(server.asked)
        if asked in {2, 3, 4}:
            return web.json_response({}, status=503)
        return web.json_response(deployment("1" if asked == 1 else "5"))

    server = ApiServer(handle)

    assert await versions(server, tmp_path, count=2) == ["1", "5"]


async def test_a_watch_of_what_cannot_be_read_fails_at_once(tmp_path):
    with pytest.raises(ForbiddenError):
        await versions(answering({}, 403), tmp_path, count=1)


async def test_outside_of_a_cluster_the_usual_file_of_the_home_folder_is_used(
    tmp_path, monkeypatch
):
    server = answering(deployment())
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    async with cluster_of(server, tmp_path, kubeconfig=None) as cluster:
        (tmp_path / ".kube").mkdir()
        (tmp_path / "kubeconfig").rename(tmp_path / ".kube" / "config")
        await cluster.deployment(TARGET)

    assert len(server.asked) == 1


async def test_nothing_to_read_credentials_from_is_missing(tmp_path, monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    async with cluster_of(ApiServer(), tmp_path, kubeconfig=None) as cluster:
        with pytest.raises(MissingError, match="no cluster"):
            await cluster.deployment(TARGET)


@pytest.mark.parametrize("status", ["Success", None, [], {"allowed": "yes"}, {"denied": True}])
async def test_only_a_plain_yes_is_a_right(tmp_path, status):
    server = answering({"kind": "SelfSubjectAccessReview", "status": status}, status=201)

    async with cluster_of(server, tmp_path) as cluster:
        assert await cluster.may_patch(TARGET) is False


async def test_of_an_answer_without_end_only_the_beginning_is_read(tmp_path):
    taken = 0

    async def endless(request):
        nonlocal taken
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)
            taken += 65_536

    async with cluster_of(ApiServer(endless), tmp_path) as cluster:
        with pytest.raises(UnavailableError, match="sent more than 32 MiB"):
            await cluster.deployment(TARGET)

    assert taken < 2 * ANSWER_MAX_BYTES
