"""The HTTP API of the pretend Prometheus: https://prometheus.io/docs/prometheus/2.42/querying/api.

`/api/v1/query` and `/api/v1/query_range`, by GET or POST; anything else is 404.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.sandbox.listener import Listener
from bot.sandbox.prometheus.answers import instant, over_time
from bot.sandbox.prometheus.lexer import BadQueryError, milliseconds
from bot.sandbox.prometheus.operators import CannotEvaluateError
from bot.sandbox.prometheus.parser import parse
from bot.sandbox.prometheus.scraping import Scraper, now
from bot.sandbox.prometheus.store import Store
from bot.sandbox.prometheus.syntax import Node

Parameters = Mapping[str, Any]


class PrometheusServer(Listener):
    """Answers about what `keep_scraping` collects. `close` takes it away, `reopen` ends that."""

    def __init__(self, targets: Sequence[str], *, every_seconds: float = 1.0) -> None:
        """Prepare.

        Args:
            targets: `host:port` of what serves `/metrics`.
            every_seconds: Between two scrapes.
        """
        self.store = Store()
        self._scraper = Scraper(self.store, targets, every_seconds)
        app = web.Application()
        for path, answer in (("query", self._query), ("query_range", self._query_range)):
            handler = _handler(answer)
            app.router.add_get(f"/api/v1/{path}", handler)
            app.router.add_post(f"/api/v1/{path}", handler)
        super().__init__(app)

    async def keep_scraping(self) -> None:
        """Scrape until cancelled."""
        await self._scraper.keep_running()

    def _query(self, asked: Parameters) -> dict[str, Any]:
        at = _moment("time", asked["time"]) if asked.get("time") else now()
        return instant(_expression(asked), self.store, at)

    def _query_range(self, asked: Parameters) -> dict[str, Any]:
        start, end = (_moment(name, asked.get(name, "")) for name in ("start", "end"))
        if end < start:
            raise _invalid("end", "end timestamp must not be before start time")
        return over_time(_expression(asked), self.store, start, end, _step(asked.get("step", "")))


def _handler(
    answer: Callable[[Parameters], dict[str, Any]],
) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.Response:
        asked = {**request.query, **(await request.post())}
        try:
            return web.json_response({"status": "success", "data": answer(asked)})
        except BadQueryError as error:
            return _refused(HTTPStatus.BAD_REQUEST, "bad_data", error)
        except CannotEvaluateError as error:
            return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, "execution", error)

    return handle


def _refused(status: int, kind: str, error: Exception) -> web.Response:
    body = {"status": "error", "errorType": kind, "error": str(error)}
    return web.json_response(body, status=status)


def _expression(asked: Parameters) -> Node:
    try:
        return parse(str(asked.get("query", "")))
    except BadQueryError as error:
        raise _invalid("query", str(error)) from None


def _invalid(name: str, why: str) -> BadQueryError:
    return BadQueryError(f'invalid parameter "{name}": {why}')


def _moment(name: str, text: str) -> int:
    """Read Unix seconds or RFC 3339 as ms."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = datetime.fromisoformat(text).timestamp()
        except ValueError:
            seconds = math.nan
    if not abs(seconds) < 1e12:  # noqa: PLR2004  far beyond any moment
        raise _invalid(name, f'cannot parse "{text}" to a valid timestamp')
    return round(seconds * 1000)


def _step(text: str) -> int:
    """Read seconds or a duration as ms."""
    try:
        step = round(float(text) * 1000)
    except (ValueError, OverflowError):
        try:
            step = milliseconds(text)
        except BadQueryError:
            raise _invalid("step", f'cannot parse "{text}" to a valid duration') from None
    if step <= 0:
        raise _invalid("step", "zero or negative query resolution step widths are not accepted")
    return step
