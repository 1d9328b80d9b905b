"""How clients of API servers are renewed and closed under open requests, and what TLS refuses."""

import asyncio
import json
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from bot.clock import SystemClock
from bot.domain.errors import TemporaryError, UnavailableError, UnseenError
from bot.integrations.kube_ask import KubeAsk
from bot.integrations.kube_client import KubeClients
from tests.fakes.clock import FakeClock
from tests.integrations.api_server import ApiServer, cluster_of, write_kubeconfig
from tests.integrations.wire import answering, server_tls, serving

READ = KubeAsk(context=None, verb="GET", path="/api")
CHANGE = KubeAsk(context=None, verb="PATCH", path="/api", body={"a": "b"}, changes=True)
WATCH = KubeAsk(context=None, verb="GET", path="/watch")
OLD, NEW = "Bearer t1", "Bearer t2"
LIFE = timedelta(minutes=15)  # of a token, on EKS

# Hands out t1, t2, ...; its argument is the file that counts.
PLUGIN = """
echo run >> "$1"
printf '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", '
printf '"status": {"token": "t%d"}}' "$(wc -l < "$1")"
"""


class Expiring:
    """Accepts t1 until it is `ended`, then refuses `together` requests that overlap.

    One is refused when all are there, the others once a new token was seen.
    """

    def __init__(self, together=1):
        self.ended = False
        self.together = together
        self.refused = []
        self.all_there = asyncio.Event()
        self.renewed = asyncio.Event()
        self.watch_on = asyncio.Event()

    async def __call__(self, request):
        if request.path == WATCH.path:
            return await self.watch(request)
        if request.headers["Authorization"] == NEW:
            self.renewed.set()
        elif self.ended:
            await self.refusing(request)
            return web.json_response({}, status=401)
        return web.json_response({"kind": "APIVersions"})

    async def refusing(self, request):
        self.refused.append(request.transport)
        number = len(self.refused)
        if number == self.together:
            self.all_there.set()
        await self.all_there.wait()
        if number > 1:
            await self.renewed.wait()

    async def watch(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"type": "ADDED"}\n')
        await self.watch_on.wait()
        await response.write(b'{"type": "MODIFIED"}\n')
        return response


@asynccontextmanager
async def with_plugin(handle, folder, clock):
    """Serve, and hand out clients whose credentials come from the plugin, with the server."""
    server = ApiServer(handle)
    async with cluster_of(server, folder, clock=clock) as cluster:
        file = folder / "kubeconfig"
        config = json.loads(file.read_text())
        args = ["-c", PLUGIN, "plugin", str(folder / "ran")]
        plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": args}
        config["users"][0]["user"] = {"exec": plugin}
        file.write_text(json.dumps(config))
        yield server, cluster.clients


def runs(folder):
    return len((folder / "ran").read_text().splitlines())


@pytest.mark.parametrize("ask", [READ, CHANGE], ids=["reading", "change"])
async def test_requests_that_overlap_when_a_token_ends_all_succeed_with_one_new(tmp_path, ask):
    expiring, clock = Expiring(together=8), FakeClock()

    async with with_plugin(expiring, tmp_path, clock) as (server, clients):
        await clients.request(READ)
        clock.advance(LIFE)
        expiring.ended = True
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(clients.request(ask)) for _ in range(8)]

    assert [one.result().status for one in asking] == [200] * 8
    assert server.tokens == [OLD] * 9 + [NEW] * 8
    assert runs(tmp_path) == 2  # the first token, and the one after it


async def test_a_watch_goes_on_through_a_renewal_and_only_then_its_client_is_closed(tmp_path):
    expiring, clock = Expiring(), FakeClock()

    async with with_plugin(expiring, tmp_path, clock) as (server, clients):
        async with aclosing(clients.lines(WATCH, within=timedelta(hours=1))) as lines:
            before = await anext(lines)
            clock.advance(LIFE)
            expiring.ended = True
            renewed = await clients.request(READ)
            (beside,) = expiring.refused
            was_closed = beside.is_closing()
            expiring.watch_on.set()
            after = await anext(lines)
        await clients.request(READ)  # meanwhile the server sees who went

    assert (before["type"], renewed.status, after["type"]) == ("ADDED", 200, "MODIFIED")
    assert (was_closed, beside.is_closing()) == (False, True)
    assert server.tokens == [OLD, OLD, NEW, NEW]


async def test_a_client_that_nobody_uses_is_closed_when_it_is_renewed(tmp_path):
    expiring, clock = Expiring(), FakeClock()

    async with with_plugin(expiring, tmp_path, clock) as (_, clients):
        await clients.request(READ)
        clock.advance(LIFE)
        expiring.ended = True
        await clients.request(READ)
        (old,) = expiring.refused
        assert old.is_closing()


async def test_a_new_token_that_is_refused_too_is_no_reason_for_a_third(tmp_path):
    async def refuse(request):
        return web.json_response({}, status=401)

    clock = FakeClock()
    async with with_plugin(refuse, tmp_path, clock) as (server, clients):
        await clients.request(READ)
        clock.advance(LIFE)
        answers = [await clients.request(READ), await clients.request(READ)]

    assert [one.status for one in answers] == [401, 401]
    assert server.tokens == [OLD, OLD, NEW, NEW]
    assert runs(tmp_path) == 2


class Held(ThreadPoolExecutor):
    """Keeps from the loop's threads what they should do: only `what`, unless that is None."""

    def __init__(self, what=None):
        super().__init__(1)
        self.what = what
        self.kept = []
        self.has_kept = asyncio.Event()
        asyncio.get_running_loop().set_default_executor(self)

    def submit(self, function, /, *args):
        if self.what not in {None, function}:
            return super().submit(function, *args)
        self.kept.append((future := Future(), function, args))
        self.has_kept.set()
        return future

    def release(self):
        self.what = self
        for future, function, args in self.kept:
            future.set_result(function(*args))


async def failure(asking):
    with pytest.raises(TemporaryError) as caught:
        await asking
    return caught.value


def clients_of(folder, url):
    write_kubeconfig(folder / "kubeconfig", url)
    return KubeClients(clock=SystemClock(), kubeconfig=str(folder / "kubeconfig"))


ASKS = pytest.mark.parametrize(
    ("ask", "kind"),
    [
        pytest.param(READ, UnavailableError, id="reading"),
        pytest.param(CHANGE, UnseenError, id="change"),
    ],
)
CLOSED = "did not answer before its connections were closed here"


@ASKS
async def test_a_request_about_to_connect_when_all_is_closed_has_no_answer(tmp_path, ask, kind):
    clients, threads = clients_of(tmp_path, "http://127.0.0.1:9"), Held()

    async with asyncio.TaskGroup() as group:
        failed = group.create_task(failure(clients.request(ask)))
        await threads.has_kept.wait()  # a thread looks up whether a proxy leads there
        await clients.aclose()
        threads.release()

    assert type(failed.result()) is kind
    assert CLOSED in str(failed.result())


@ASKS
async def test_a_request_resolving_a_name_when_all_is_closed_has_no_answer(tmp_path, ask, kind):
    clients, threads = clients_of(tmp_path, "http://localhost:9"), Held(socket.getaddrinfo)

    async with asyncio.TaskGroup() as group:
        failed = group.create_task(failure(clients.request(ask)))
        await threads.has_kept.wait()
        await clients.aclose()

    assert type(failed.result()) is kind
    assert CLOSED in str(failed.result())


async def test_a_request_that_is_cancelled_ends_so_also_when_all_is_closed(tmp_path):
    clients, threads = clients_of(tmp_path, "http://127.0.0.1:9"), Held()

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(clients.request(READ))
        await threads.has_kept.wait()
        await clients.aclose()
        asking.cancel()

    assert asking.cancelled()


async def test_all_is_closed_also_under_a_watch_whose_client_is_outdated(tmp_path):
    expiring, clock = Expiring(), FakeClock()

    async with (
        with_plugin(expiring, tmp_path, clock) as (_, clients),
        aclosing(clients.lines(WATCH, within=timedelta(hours=1))) as lines,
    ):
        await anext(lines)
        clock.advance(LIFE)
        expiring.ended = True
        await clients.request(READ)
        await clients.aclose()
        with pytest.raises(UnavailableError):
            await anext(lines)


async def test_a_mistake_of_ours_is_not_taken_for_a_closed_client(tmp_path):
    clients = clients_of(tmp_path, "http://127.0.0.1:9")

    with pytest.raises(AssertionError):  # the package knows no such verb
        await clients.request(KubeAsk(context=None, verb="BREW", path="/coffee"))


async def test_a_certificate_of_strangers_is_named_with_the_reason(tmp_path):
    async with serving(answering(b""), tls=server_tls(tmp_path)) as port:
        clients = clients_of(tmp_path, f"https://127.0.0.1:{port}")
        found = await failure(clients.request(CHANGE))
        await clients.aclose()

    assert type(found) is UnavailableError
    assert str(found) == (
        "the API server cannot be reached: its certificate is not trusted: "
        f"self-signed certificate at 127.0.0.1:{port}"
    )


async def test_a_server_that_speaks_no_tls_is_named(tmp_path):
    async def plain(reader, writer):
        writer.write(b"hello\r\n")
        await writer.drain()

    async with serving(plain) as port:
        clients = clients_of(tmp_path, f"https://127.0.0.1:{port}")
        found = await failure(clients.request(READ))
        await clients.aclose()

    text = f"TLS failed (wrong version number) at 127.0.0.1:{port}"
    assert str(found) == f"the API server cannot be reached: {text}"
