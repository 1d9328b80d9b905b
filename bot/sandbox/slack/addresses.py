"""The addresses besides the Web API: response URLs, uploads, downloads."""

import json

from aiohttp import web

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.faults import Faults, broken
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.response_urls import ResponseUrls


class Addresses:
    """Answers the addresses that the Web API and the payloads hand out."""

    def __init__(self, core: Core, faults: Faults, bot_token: str) -> None:
        self._core = core
        self._faults = faults
        self._bot_token = bot_token
        self._response_urls = ResponseUrls(core)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take one answer to an interaction."""
        if self._faults.is_cut:
            return broken(request)
        try:
            self._response_urls.use(request.match_info["key"], await _payload(request))
        except SlackError as error:
            status = 404 if error.code.endswith("_url") else 400
            return web.json_response(error.answer(), status=status)
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take the bytes of an announced file, once."""
        if self._faults.is_cut:
            return broken(request)
        file = self._core.workspace.files.get(request.match_info["file"])
        if file is None or file["id"] in self._core.workspace.contents:
            return web.Response(status=404, text="upload address unknown or used")
        body = await _uploaded(request)
        if len(body) != file["size"]:
            return web.Response(status=400, text="size differs from the announced length")
        self._core.workspace.contents[file["id"]] = body
        return web.Response(text=f"OK - {len(body)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give a file to whoever has the bot token."""
        if self._faults.is_cut:
            return broken(request)
        if request.headers.get("Authorization") != f"Bearer {self._bot_token}":
            return web.Response(status=403)
        file_id = request.match_info["file"].partition("-")[2]
        if file_id not in self._core.workspace.contents:
            return web.Response(status=404)
        kind = self._core.workspace.files[file_id]["mimetype"]
        return web.Response(body=self._core.workspace.contents[file_id], content_type=kind)


async def _payload(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise SlackError("invalid_payload") from error
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body


async def _uploaded(request: web.Request) -> bytes:
    """Return the bytes of an upload, raw or as the one file of a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
