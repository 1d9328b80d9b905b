"""What one exchange says, over a transport that tests script."""

import functools
import socket
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Failure, Phase
from bot.integrations.http_ask import Ask
from tests.fakes.clock import FakeClock
from tests.integrations.mocked import PUBLIC, mocked

WITHIN = timedelta(seconds=5)


def answer(*args, **kwargs):
    return lambda request: httpx.Response(*args, **kwargs)


def raising(error):
    def handler(request):
        raise error

    return handler


@functools.cache  # a client reads the trusted authorities, for many examples once
def scripted():
    answers = []
    return mocked(lambda request: answers.pop()), answers


async def exchange(handler, url="https://api.ideogram.ai/generate?x=1", **options):
    http = mocked(handler, **options)
    return await http.exchange(Ask(method="POST", url=url, json={"a": 1}), timeout=WITHIN)


async def test_a_json_answer_is_read_whole():
    seen = await exchange(answer(503, json={"error": "no"}, headers={"x-request-id": "r-1"}))

    assert (seen.status, seen.body, seen.failure) == (503, {"error": "no"}, None)
    assert (seen.request_id, seen.sent, seen.phase) == ("r-1", True, Phase.BODY)
    assert seen.endpoint == "POST /generate"


async def test_a_request_id_that_repeats_the_key_is_none():
    ask = Ask(method="GET", url="https://api.ideogram.ai/", headers={"Api-Key": "k-1"})

    seen = await mocked(answer(401, headers={"x-request-id": "for k-1"})).exchange(
        ask, timeout=WITHIN
    )

    assert seen.request_id is None


async def test_the_request_goes_to_the_resolved_address_under_its_own_name():
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200)

    await exchange(handler)

    assert asked[0].url.host == PUBLIC
    assert asked[0].headers["host"] == "api.ideogram.ai"
    assert asked[0].extensions["sni_hostname"] == "api.ideogram.ai"
    assert asked[0].content == b'{"a":1}'


@pytest.mark.parametrize(
    ("error", "failure", "sent"),
    [
        pytest.param(httpx.ConnectError("refused"), Failure.REFUSED, False, id="refused"),
        pytest.param(httpx.ReadError("reset"), Failure.BROKEN, True, id="reset"),
        pytest.param(httpx.RemoteProtocolError("?"), Failure.BROKEN, True, id="not-http"),
        pytest.param(httpx.LocalProtocolError("?"), Failure.BROKEN, False, id="our-header"),
        pytest.param(httpx.ProxyError("403"), Failure.REFUSED, False, id="proxy"),
        pytest.param(httpx.ConnectTimeout(""), Failure.TIMED_OUT, False, id="connect-timeout"),
    ],
)
async def test_a_failed_request_is_an_answer_that_says_whether_it_was_sent(error, failure, sent):
    seen = await exchange(raising(error))

    assert (seen.status, seen.failure, seen.sent) == (None, failure, sent)


async def test_a_name_that_does_not_resolve_is_told_apart():
    async def resolve(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    http = mocked(answer(200))
    http = type(http)(clock=http.clock, direct=http.direct, proxied=None, resolve=resolve)

    seen = await http.exchange(Ask(method="GET", url="https://no.example"), timeout=WITHIN)

    assert (seen.failure, seen.phase, seen.sent) == (Failure.DNS, Phase.DNS, False)


async def test_a_name_without_addresses_does_not_resolve():
    seen = await exchange(answer(200), addresses=())

    assert seen.failure is Failure.DNS


async def test_a_refused_address_gives_way_to_the_next_of_the_other_family():
    asked = []

    def handler(request):
        asked.append(request.url.host)
        if len(asked) == 1:
            raise httpx.ConnectError("no route")
        return httpx.Response(200)

    seen = await exchange(handler, addresses=("2606:4700::1", "2606:4700::2", PUBLIC))

    assert asked == ["2606:4700::1", PUBLIC]
    assert seen.status == 200


async def test_an_address_that_hangs_gives_way_too():
    asked = []

    def handler(request):
        asked.append(request.extensions["timeout"]["connect"])
        if len(asked) == 1:
            raise httpx.ConnectTimeout("slow")
        return httpx.Response(200)

    seen = await exchange(handler, addresses=("2606:4700::1", PUBLIC))

    assert asked == [2.0, None]
    assert seen.status == 200


async def test_redirects_are_not_followed():
    seen = await exchange(answer(302, headers={"location": "https://elsewhere.example/"}))

    assert seen.status == 302


async def test_durations_come_from_the_clock():
    clock = FakeClock()

    def handler(request):
        clock.advance(timedelta(seconds=3))
        return httpx.Response(200)

    seen = await exchange(handler, clock=clock)

    assert seen.latency == timedelta(seconds=3)


async def test_an_address_has_no_phase_of_resolving():
    seen = await exchange(answer(200), url="http://127.0.0.1:9/x")

    assert [phase for phase, _ in seen.phases] == [Phase.CONNECT, Phase.BODY]


@pytest.mark.parametrize("given", ["", "x" * 200, "a\x7fb"], ids=["empty", "long", "control"])
async def test_a_strange_request_id_is_cut_or_left_out(given):
    seen = await exchange(answer(200, headers={"x-request-id": given}))

    assert seen.request_id in {None, "x" * 128}


async def test_a_url_that_is_none_is_a_failure_and_no_crash():
    seen = await exchange(answer(200), url="http://[::1")

    assert seen.failure is not None
    assert seen.status is None
    assert not seen.sent


async def test_a_body_above_the_bound_is_cut():
    http = mocked(answer(200, content=b"x" * 100_000))

    reply = await http.fetch(
        Ask(method="GET", url="https://a.example"), timeout=WITHIN, max_bytes=9
    )

    assert (reply.content, reply.is_cut) == (b"x" * 9, True)


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "gzip", "deflate", "br", "GZIP ", "x-gzip"]),
    st.sampled_from([200, 204, 302, 503]),
    st.text(st.characters(max_codepoint=0xFF), max_size=30),
)
async def test_no_bytes_of_any_encoding_crash_an_exchange(content, encoding, status, location):
    async def body():
        yield content

    headers = [(b"content-encoding", encoding.encode()), (b"location", location.encode())]
    http, answers = scripted()
    answers.append(httpx.Response(status, headers=headers, content=body()))

    seen = await http.exchange(Ask(method="GET", url="https://api.ideogram.ai/"), timeout=WITHIN)

    # A target of a redirect that is no URL is no HTTP either.
    assert seen.status == status or seen.failure is Failure.BROKEN
    assert seen.failure in (None, Failure.BROKEN)
    assert seen.sent
