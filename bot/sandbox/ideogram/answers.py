"""The bodies that Ideogram answers with, in the several shapes it is known to use.

Source: Ideogram's OpenAPI document of 2026-10-07 and notes of third parties of October 2026. No 5xx
body was ever published; the two here (nothing, and a proxy's HTML) are what readers must survive.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

MAX_INFLIGHT_REQUESTS: Final = 10  # requests per account, documented default

DENIED: Final = {"message": "Access denied. Please verify your API Token is valid."}
INSUFFICIENT_FUNDS: Final = {
    "error": "Add a payment method and credits to use this API key.",
    "reject_reason": "insufficient_funds",
}
INFLIGHT_LIMIT: Final = {
    "error": "Too many requests in flight.",
    "reject_reason": "inflight_limit",
    "max_inflight_requests": MAX_INFLIGHT_REQUESTS,
    "task_completion_speed": "slow",
}
UNSAFE_PROMPT: Final = {
    "error": "Prompt provided failed safety check due to the inclusion of prohibited content."
}
UNAVAILABLE_HTML: Final = (
    "<html><head><title>503 Service Temporarily Unavailable</title></head>"
    "<body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>"
)


class Refusal(Exception):  # noqa: N818  it carries an answer, it is not a defect
    """A request that ends with `status` and `body` instead of a picture.

    Attributes:
        status: HTTP status; 2xx only where a test wants a strange one.
        body: JSON object, HTML text, or nothing.
    """

    def __init__(self, status: int, body: Mapping[str, object] | str = "") -> None:
        """Remember what to answer."""
        super().__init__(status)
        self.status = status
        self.body = body

    def response(self) -> web.Response:
        """Return the HTTP answer; 4xx in problem shape get their own content type."""
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body, content_type="text/html")
        problem = "type" in self.body
        content_type = "application/problem+json" if problem else "application/json"
        return web.json_response(dict(self.body), status=self.status, content_type=content_type)


def problem(status: int, title: str, detail: str) -> Refusal:
    """Return a refusal in the RFC 9457 shape of 400, 404, 405 and 415."""
    body = {"type": "about:blank", "title": title, "detail": detail, "status": status}
    return Refusal(status, body)


def bad_request(detail: str) -> Refusal:
    """Return the 400 of a request that does not fit the schema."""
    return problem(400, "Bad Request", detail)


def not_found(detail: str) -> Refusal:
    """Return the 404 of an unknown path, model or generation."""
    return problem(404, "Not Found", detail)
