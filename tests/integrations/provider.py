"""An Ideogram that remembers what it was asked and answers what a test says."""

from datetime import timedelta

import httpx

from bot.integrations.ideogram import IdeogramApi
from tests.fakes.clock import FakeClock
from tests.integrations.mocked import mocked

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
HOSTS = ("ideogram.ai", "*.ideogram.ai", "127.0.0.1:8766", "[::1]:8766")


class World:
    """Remembers requests; answers with what `answers` holds, by URL without scheme."""

    def __init__(self):
        self.requests = []
        self.answers = {}
        self.clock = FakeClock()

    def __call__(self, request):
        self.requests.append(request)
        self.clock.advance(timedelta(seconds=1))
        key = request.headers["host"] + request.url.path
        return self.answers.get(key, httpx.Response(200, content=PNG))

    def api(self, *, addresses=("93.184.216.34",), **options):
        http = mocked(self, addresses=addresses, clock=self.clock)
        return IdeogramApi(
            http=http,
            url="https://api.ideogram.ai",
            quote_path="/v2/image/generate/ideogram-4-5",
            image_hosts=HOSTS,
            **options,
        )
