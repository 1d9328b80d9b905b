"""What every provider keeps: the fake, and the client against the sandbox's server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain.answer import AnswerClass, Exchange, Failure, Phase, SecretText
from bot.domain.classes import classify, image_url, is_denied, quoted_micros
from bot.domain.errors import PermanentError
from bot.domain.service import Call
from bot.integrations.http import Http
from bot.integrations.ideogram import IdeogramApi
from bot.integrations.key_reading import read_key
from bot.ports import Ideogram
from bot.sandbox.ideogram.server import IdeogramServer
from tests.fakes.ideogram import FakeIdeogram, an_exchange

INFLIGHT = {"error": "Too many requests in flight.", "reject_reason": "inflight_limit"}
TIMED_OUT = {"failure": Failure.TIMED_OUT, "phase": Phase.FIRST_BYTE, "sent": True}
GENERATIONS = {
    "outage-500": (an_exchange(500), AnswerClass.SERVER_ERROR),
    "outage-503": (an_exchange(503), AnswerClass.SERVER_ERROR),
    "key-revoked": (an_exchange(401, {"message": "Access denied."}), AnswerClass.DENIED),
    "balance-zero": (an_exchange(401, {"message": "Access denied."}), AnswerClass.DENIED),
    "payment-required": (
        an_exchange(402, {"error": "Add credits.", "reject_reason": "insufficient_funds"}),
        AnswerClass.UNFUNDED,
    ),
    "rate-limited": (
        an_exchange(429, INFLIGHT | {"max_inflight_requests": 10}),
        AnswerClass.RATE_LIMITED,
    ),
    "timeout": (an_exchange(None, **TIMED_OUT), AnswerClass.TIMED_OUT),
    "unreachable": (an_exchange(None), AnswerClass.NO_ANSWER),
    "unsafe": (an_exchange(422, {"error": "failed safety check"}), AnswerClass.UNSAFE),
}


@dataclass
class Place:
    """A provider, a key that it accepts, and how to break it."""

    provider: Ideogram
    key: str
    server: IdeogramServer | None

    async def set_fault(self, name: str, seen: Exchange) -> None:
        if self.server is not None:
            await self.server.set_fault(name)
        elif isinstance(self.provider, FakeIdeogram):
            self.provider.all_generations(seen)

    async def generate(self, call: Call = Call.V3) -> Exchange:
        return await self.provider.generate(call, read_key(self.key, "test"))


@asynccontextmanager
async def served() -> AsyncIterator[Place]:
    http = Http.open(SystemClock())
    async with IdeogramServer(latency_seconds=0.01) as server:
        provider = IdeogramApi(
            http=http,
            url=server.url,
            quote_path="/v2/image/generate/ideogram-4-5",
            image_hosts=(server.url.removeprefix("http://"),),
            generate_timeout=timedelta(seconds=1),
        )
        yield Place(provider, server.key, server)
    await http.aclose()


@pytest.fixture(params=["fake", "client"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    if request.param == "fake":
        yield Place(FakeIdeogram(), "any", None)
        return
    async with served() as place:
        yield place


async def test_the_keyless_request_is_answered(place):
    seen = await place.provider.keyless()

    assert (seen.status, seen.failure, seen.sent) == (200, None, True)


async def test_a_quote_is_a_price_and_no_image(place):
    seen = await place.provider.quote(read_key(place.key, "test"))

    assert quoted_micros(seen) > 0
    assert image_url(seen) is None


@pytest.mark.parametrize("call", list(Call))
async def test_each_call_makes_an_image_whose_picture_can_be_fetched(place, call):
    seen = await place.generate(call)

    picture = await place.provider.picture(image_url(seen))

    assert classify(seen) is AnswerClass.IMAGE
    assert seen.request_id
    assert picture.status == 200
    assert picture.body["is_picture"] is True
    assert picture.body["bytes"] > 0


@pytest.mark.parametrize("fault", list(GENERATIONS))
async def test_a_failed_generation_is_an_answer_of_its_class(place, fault):
    seen, expected = GENERATIONS[fault]
    await place.set_fault(fault, seen)

    found = await place.generate()

    assert classify(found) is expected
    assert (found.status, found.sent) == (seen.status, seen.sent)


async def test_a_wrong_key_is_denied_by_the_sandbox():
    async with served() as place:
        seen = await place.provider.quote(read_key("wrong", "test"))

    assert is_denied(seen.status)


async def test_an_expired_picture_is_refused_by_the_sandbox():
    async with served() as place:
        await place.server.set_fault("expired-urls")
        url = image_url(await place.generate())

        assert (await place.provider.picture(url)).status == 410


async def test_a_picture_off_the_list_is_never_asked_for():
    async with served() as place:
        with pytest.raises(PermanentError, match="image_hosts"):
            await place.provider.picture(SecretText("https://elsewhere.example/a.png"))
