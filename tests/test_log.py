"""Logs: readable, and without secrets."""

import json
import logging

import pytest
import structlog

from bot.log import Redactor, configure


@pytest.fixture(autouse=True)
def _logging_as_before():
    root = logging.getLogger()
    handlers, level, before = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


SECRETS = {
    "bot-token": ("token xoxb-12-ab used", "token *** used"),
    "app-token": ("xapp-1-A2-b", "***"),
    "bearer": ("Authorization: Bearer abc.def=", "Authorization: Bearer ***"),
    "password": ("postgresql://bot:hunter2@db/bot", "postgresql://bot:***@db/bot"),
    "signed-url": ("GET https://x.ai/a.png?exp=1&sig=2 done", "GET https://x.ai/a.png?*** done"),
    "known": ("key my-api-key-value!", "key ***!"),
    "harmless": ("INC-42 mitigated", "INC-42 mitigated"),
}


@pytest.mark.parametrize(("text", "expected"), SECRETS.values(), ids=SECRETS.keys())
def test_what_is_secret_is_cut(text, expected):
    assert Redactor(("my-api-key-value", "short")).text(text) == expected


def test_nested_values_are_redacted_too():
    event = {"a": {"b": ["xoxb-1", 7]}, "c": ("xoxb-1",)}

    redacted = Redactor()(None, "info", event)

    assert redacted == {"a": {"b": ["***", 7]}, "c": ["***"]}


def test_json_lines_go_to_standard_error_redacted(capsys):
    configure("json", ("my-api-key-value",))

    structlog.get_logger().info("triage.finished", cause="my-api-key-value")

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["cause"], line["level"]) == ("triage.finished", "***", "info")


def test_exceptions_are_redacted(capsys):
    configure("json", ("my-api-key-value",))

    try:
        {}["my-api-key-value"]
    except KeyError:
        structlog.get_logger().exception("probe.failed")

    assert "my-api-key-value" not in capsys.readouterr().err


def test_libraries_are_redacted_too(capsys):
    configure("console", ("my-api-key-value",))

    logging.getLogger("a.library").warning("with my-api-key-value")

    assert "with ***" in capsys.readouterr().err


def test_a_connection_to_slack_that_is_tried_again_is_one_warning(capsys):
    configure("json")

    said = "Failed to connect (refused.\nThe server responded with: {}); Retrying..."
    logger = logging.getLogger("slack_bolt.AsyncApp")
    logger.error("Failed to retrieve WSS URL: refused.\nThe server responded with: {}")
    logger.error(said, exc_info=ConnectionError("gone"))

    line = json.loads(capsys.readouterr().err)
    assert (line["level"], "exception" in line) == ("warning", False)
    assert line["event"] == said.replace("\n", " ")
