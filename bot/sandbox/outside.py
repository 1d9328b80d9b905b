"""A second place on the pretend network: it answers anything, so it proves a way out."""

from aiohttp import web

from bot.sandbox.listener import Listener


async def _fine(_: web.Request) -> web.Response:
    return web.Response(text="fl=0\nh=outside\nts=0\n", content_type="text/plain")


class Outside(Listener):
    """A tiny web server. `close` cuts it off, `reopen` ends that; its URL stays the same."""

    def __init__(self) -> None:
        """Prepare to answer every GET."""
        app = web.Application()
        app.router.add_get("/{anything:.*}", _fine)
        super().__init__(app)
