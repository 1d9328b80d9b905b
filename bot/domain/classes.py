"""The class of a generation answer: the one place that looks at a status.

Source of the classes: diagnosis.md section 2; of the body shapes: facts on Ideogram, section 4,
from https://developer.ideogram.ai and third-party observations of October 2026.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.domain.answer import AnswerClass, Exchange, Failure, SecretText

_UNFUNDED: Final = frozenset({"insufficient_funds"})
_PLAN: Final = frozenset(
    {"subscription_required", "daily_limit", "priority_credit_required", "feature_limit"}
)
_BY_STATUS: Final = {
    401: AnswerClass.DENIED,
    402: AnswerClass.UNFUNDED,
    403: AnswerClass.DENIED,
    429: AnswerClass.RATE_LIMITED,
}
_PLAN_STATUSES: Final = frozenset({402, 429})
_UNPROCESSABLE: Final = 422


def classify(exchange: Exchange) -> AnswerClass:
    """Tell what kind of answer a generation request got. Total: any body, any status."""
    if exchange.failure is Failure.TIMED_OUT:
        return AnswerClass.TIMED_OUT
    if exchange.status is None or exchange.failure is not None:
        return AnswerClass.NO_ANSWER
    if is_success(exchange.status):
        return _of_success(exchange.body)
    return _of_refusal(exchange.status, exchange.body)


def class_of_status(status: int) -> AnswerClass:
    """Tell the class of an answer of which only the status is known.

    A 403 is told from a 401: whoever knows that the key is good knows that the plan refused.
    """
    if is_success(status):
        return AnswerClass.IMAGE
    return AnswerClass.PLAN if is_forbidden(status) else _of_refusal(status, None)


def _of_refusal(status: int, body: object) -> AnswerClass:
    reason = reject_reason(body)
    if reason in _UNFUNDED:
        return AnswerClass.UNFUNDED
    if status == _UNPROCESSABLE:
        return AnswerClass.BAD_REQUEST if _lists_field_errors(body) else AnswerClass.UNSAFE
    if reason in _PLAN and status in _PLAN_STATUSES:
        return AnswerClass.PLAN
    other = AnswerClass.BAD_REQUEST if 400 <= status < 500 else AnswerClass.SERVER_ERROR  # noqa: PLR2004  HTTP
    return _BY_STATUS.get(status, other)


def is_success(status: int | None) -> bool:
    """Tell whether a status is 2xx."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004  HTTP


def is_below_500(status: int | None) -> bool:
    """Tell whether an answer came and is no server error."""
    return status is not None and status < 500  # noqa: PLR2004  HTTP


def is_denied(status: int | None) -> bool:
    """Tell whether the key was refused (401, 403)."""
    return status is not None and _BY_STATUS.get(status) is AnswerClass.DENIED


def is_forbidden(status: int | None) -> bool:
    """Tell 403 from 401: the key is known, and may not do this."""
    return status == 403  # noqa: PLR2004  HTTP


def _of_success(body: object) -> AnswerClass:
    items = list(_items(body))
    if any(_safe_url(item) is not None for item in items):
        return AnswerClass.IMAGE
    if any(item.get("is_image_safe") is False for item in items):
        return AnswerClass.UNSAFE
    return AnswerClass.UNFUNDED if reject_reason(body) in _UNFUNDED else AnswerClass.SERVER_ERROR


def _items(body: object) -> Iterator[Mapping[str, Any]]:
    data = body.get("data") if isinstance(body, Mapping) else None
    if isinstance(data, list):
        yield from (item for item in data if isinstance(item, Mapping))


def _safe_url(item: Mapping[str, Any]) -> str | None:
    url = item.get("url")
    safe = item.get("is_image_safe") is not False
    return url if safe and isinstance(url, str) and url else None


def _lists_field_errors(body: object) -> bool:
    return isinstance(body, Mapping) and isinstance(body.get("detail"), list)


def image_url(exchange: Exchange) -> SecretText | None:
    """Find the signed URL of the first safe image; None when there is none."""
    if not is_success(exchange.status):
        return None
    urls = (_safe_url(item) for item in _items(exchange.body))
    return next((SecretText(url) for url in urls if url is not None), None)


def reject_reason(body: object) -> str | None:
    """Read `reject_reason` of an answer; None when there is none."""
    reason = body.get("reject_reason") if isinstance(body, Mapping) else None
    return reason if isinstance(reason, str) else None


def max_inflight(body: object) -> int | None:
    """Read `max_inflight_requests` of a 429; None when there is none."""
    limit = body.get("max_inflight_requests") if isinstance(body, Mapping) else None
    return limit if isinstance(limit, int) and not isinstance(limit, bool) else None


def error_text(body: object) -> str | None:
    """Find the first string among `error`, `message`, `detail`."""
    if not isinstance(body, Mapping):
        return None
    found = (body.get(name) for name in ("error", "message", "detail"))
    return next((text for text in found if isinstance(text, str) and text), None)


def quoted_micros(exchange: Exchange) -> int | None:
    """Read the price of a dry-run answer, millionths of a USD; None when it is no price quote."""
    body = exchange.body
    if not is_success(exchange.status) or not isinstance(body, Mapping):
        return None
    price = body.get("usd_micros")
    is_price = isinstance(price, int) and not isinstance(price, bool)
    return price if is_price and body.get("object") == "price_quote" else None


def has_spent(exchange: Exchange) -> bool:
    """Tell whether an answer to a dry run shows that an image was made after all."""
    body = exchange.body
    return (
        is_success(exchange.status)
        and isinstance(body, Mapping)
        and ("data" in body or "generation_id" in body)
    )
