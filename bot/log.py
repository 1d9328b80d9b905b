"""Logging: structured, to standard error, redacted last."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, Literal

import structlog
from structlog.typing import Processor

# What looks like a credential is cut, whatever field it stands in: Slack tokens, bearer values,
# passwords in URLs, and the query of any URL (signed picture links).
_SECRETS: Final = (
    (re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+"), "***"),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+"), "Bearer ***"),
    (re.compile(r"(://[^/\s:@]+:)[^/\s@]+@"), r"\1***@"),
    (re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+"), r"\1?***"),
)


class Redactor:
    """The last processor: cuts known secrets and whatever looks like one."""

    def __init__(self, known: tuple[str, ...] = ()) -> None:
        """Take the secrets of the settings; short ones are left to the patterns."""
        self._known = tuple(secret for secret in known if len(secret) >= 8)  # noqa: PLR2004  shorter would cut words

    def __call__(
        self, _logger: object, _name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Redact every text of an event, nested ones included."""
        return {key: self._redacted(value) for key, value in event.items()}

    def _redacted(self, value: Any) -> Any:  # noqa: ANN401  an event holds anything
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._redacted(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._redacted(one) for one in value]
        return value

    def text(self, text: str) -> str:
        """Redact one text."""
        for secret in self._known:
            text = text.replace(secret, "***")
        for pattern, instead in _SECRETS:
            text = pattern.sub(instead, text)
        return text


class Weather(logging.Filter):
    """Makes one line of a lost connection to Slack that is renewed by itself.

    slack_sdk 3.47 logs each failed attempt as an error with its traceback, and a refusal as one
    more of several lines before it (socket_mode/aiohttp and socket_mode/async_client).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass; a failed attempt to connect only as one warning of one line."""
        said = record.getMessage()
        if not record.name.startswith("slack_") or not said.startswith("Failed to "):
            return True
        record.exc_info, record.exc_text = None, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = " ".join(said.split()), None
        return not said.startswith("Failed to retrieve WSS URL")  # said again by the next one


def configure(form: Literal["console", "json"], secrets: tuple[str, ...] = ()) -> None:
    """Set up structlog and the standard library's logging, once at start.

    Args:
        form: Lines for people or JSON for machines.
        secrets: Values that must never be printed.
    """
    redactor = Redactor(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redactor,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Weather())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
