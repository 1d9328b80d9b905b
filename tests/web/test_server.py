"""The HTTP port: health, metrics, Slack's requests, and nothing that shows a traceback."""

from io import BytesIO

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

from bot.web.server import HttpServer

NOW = {"X-Slack-Request-Timestamp": "1700000000"}


class Slack:
    """Takes what the endpoint hands on."""

    def __init__(self):
        self.bodies = []
        self.fails = False

    async def __call__(self, body, headers):
        if self.fails:
            raise RuntimeError("secret sauce")
        self.bodies.append((body, headers["X-Slack-Request-Timestamp"]))
        return 200, {"Content-Type": "text/plain"}, "taken"


@pytest.fixture
def slack():
    return Slack()


@pytest.fixture
def missing():
    return []


@pytest.fixture
async def client(slack, missing):
    async def unready():
        return ", ".join(missing)

    server = HttpServer(host="127.0.0.1", port=0, unready=unready, slack=slack)
    async with TestClient(TestServer(server.build())) as client:
        yield client


async def test_it_lives(client):
    answer = await client.get("/livez")

    assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_it_is_ready_only_when_nothing_is_missing(client, missing):
    ready = await client.get("/readyz")
    missing.append("database")
    not_ready = await client.get("/readyz")

    assert ready.status == 200
    assert (not_ready.status, await not_ready.text()) == (503, "database\n")


async def test_what_slack_sends_is_handed_on_as_text(client, slack):
    answer = await client.post("/slack/events", data="text=é".encode(), headers=NOW)

    assert (answer.status, await answer.text()) == (200, "taken")
    assert slack.bodies == [("text=é", "1700000000")]


async def test_bytes_that_are_no_text_are_refused(client):
    assert (await client.post("/slack/events", data=b"\xff\xfe", headers=NOW)).status == 400


async def test_a_huge_body_is_refused(client, slack):
    answer = await client.post("/slack/events", data=BytesIO(b"x" * 2_000_000), headers=NOW)

    assert (answer.status, slack.bodies) == (413, [])


async def test_a_failure_shows_its_id_and_nothing_else(client, slack):
    slack.fails = True

    answer = await client.post("/slack/events", data="x", headers=NOW)

    text = await answer.text()
    assert answer.status == 500
    assert text.startswith("error ")
    assert "sauce" not in text


async def test_requests_are_counted_and_unknown_paths_share_a_label(client):
    await client.get("/livez")
    await client.get("/wp-admin")

    metrics = await (await client.get("/metrics")).text()

    assert 'ideogram_bot_http_requests_total{route="/livez",status="200"} 1.0' in metrics
    assert 'ideogram_bot_http_requests_total{route="other",status="404"} 1.0' in metrics
    assert "wp-admin" not in metrics


async def ready():
    return ""


async def test_in_socket_mode_there_is_no_endpoint_for_slack():
    server = HttpServer(host="127.0.0.1", port=0, unready=ready)

    async with TestClient(TestServer(server.build())) as client:
        assert (await client.post("/slack/events", headers=NOW)).status == 404


async def test_it_listens_until_it_is_stopped():
    server = HttpServer(host="127.0.0.1", port=0, unready=ready)
    await server.start()
    url = f"http://127.0.0.1:{server.bound_port}/livez"

    async with ClientSession() as session, session.get(url) as answer:
        status = answer.status
    await server.stop()

    assert (status, server.bound_port) == (200, 0)
