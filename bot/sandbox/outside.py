"""A second place on the pretend network: it answers anything, so it proves a way out."""

from typing import Self

from aiohttp import web


async def _fine(_: web.Request) -> web.Response:
    return web.Response(text="fl=0\nh=outside\nts=0\n", content_type="text/plain")


class Outside:
    """A tiny web server that is never broken.

    Attributes:
        url: Its address without a trailing slash, once entered.
    """

    def __init__(self) -> None:
        self.url = ""
        app = web.Application()
        app.router.add_get("/{anything:.*}", _fine)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
