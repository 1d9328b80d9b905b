"""A Prometheus that evaluates nothing: it answers each expression with what a test put there.

For what takes minutes to come about in a real one. It keeps to the HTTP API of 2.42: values are
strings, an unknown series is an empty list, a wrong expression is 400 `bad_data`. That the bot's
expressions are understood is tested with the real program (tests/contracts/test_prometheus.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from aiohttp import web

from bot.clock import SystemClock
from bot.domain.metrics import MetricsSource, Query
from bot.sandbox.listener import Listener

Json = dict[str, Any]
Series = Sequence[tuple[Mapping[str, str], float | str]]

_SOURCE: Final = MetricsSource("")
_NAMES: Final = {
    expression: query
    for asked in (_SOURCE.expressions(), _SOURCE.recent_expressions())
    for query, expression in asked.items()
}


class PrometheusStandIn(Listener):
    """Holds the answers to the default expressions, by the name of the query.

    Attributes:
        series: What each query gives: labels and value. A query that is not here has no series.
        answer: Takes the place of every answer: status, body, content type.
    """

    def __init__(self) -> None:
        """Know no series."""
        self.series: dict[Query, Series] = {}
        self.answer: tuple[int, str, str] | None = None
        app = web.Application()
        app.router.add_get("/api/v1/query", self._instant)
        app.router.add_get("/api/v1/query_range", self._range)
        super().__init__(app)

    async def __aenter__(self) -> Self:
        """Listen."""
        await super().__aenter__()
        return self

    def forget(self) -> None:
        """Know nothing again, and answer."""
        self.series, self.answer = {}, None

    def sees(
        self,
        *,
        success: float = 0,
        age_seconds: float = 0,
        codes: Mapping[str, float] | None = None,
        **values: float | str,
    ) -> None:
        """Let a scraped service have had these requests in the window.

        Args:
            success: Pictures.
            age_seconds: Of the newest sample.
            codes: Failed requests by their `code`; `""` is an error that says no more.
            values: Of the other queries, by name.
        """
        failed = [({"status": "error", "code": one}, many) for one, many in (codes or {}).items()]
        self.series = {
            Query.OUTCOMES: [({"status": "success", "code": "200"}, success), *failed],
            Query.NEWEST: [({}, _now() - age_seconds)],
            **{Query(name): [({}, value)] for name, value in values.items()},
        }

    async def _instant(self, request: web.Request) -> web.Response:
        said = self._said() or _wrong(request, ("query",))
        return said or _success(
            "vector",
            [
                {"metric": dict(labels), "value": [_now(), str(value)]}
                for labels, value in self._asked(request)
            ],
        )

    async def _range(self, request: web.Request) -> web.Response:
        """Give every series the same value at each step."""
        said = self._said() or _wrong(request, ("query", "start", "end", "step"))
        if said is not None:
            return said
        start, end, step = (float(request.query[name]) for name in ("start", "end", "step"))
        moments = [start + step * at for at in range(int((end - start) / step) + 1)]
        return _success(
            "matrix",
            [
                {"metric": dict(labels), "values": [[at, str(value)] for at in moments]}
                for labels, value in self._asked(request)
            ],
        )

    def _asked(self, request: web.Request) -> Series:
        query = _NAMES.get(request.query["query"])
        return self.series.get(query, ()) if query else ()

    def _said(self) -> web.Response | None:
        if self.answer is None:
            return None
        status, body, content_type = self.answer
        return web.Response(status=status, text=body, content_type=content_type)


def _now() -> float:
    return SystemClock().now().timestamp()


def _wrong(request: web.Request, needed: Sequence[str]) -> web.Response | None:
    """Refuse what the real one refuses, as far as a test needs it."""
    missing = next((name for name in needed if not request.query.get(name)), None)
    expression = request.query.get("query", "")
    if missing is None and expression.count("(") == expression.count(")"):
        return None
    at = f"1:{len(expression) + 1}: parse error: unclosed left parenthesis"
    error = f'invalid parameter "{missing or "query"}": {at if missing is None else "missing"}'
    body = {"status": "error", "errorType": "bad_data", "error": error}
    return web.json_response(body, status=400)


def _success(kind: str, result: Sequence[Json]) -> web.Response:
    data = {"resultType": kind, "result": list(result)}
    return web.json_response({"status": "success", "data": data})
