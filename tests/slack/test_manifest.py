"""The manifest: what is pasted works, and asks for no more than the code uses."""

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

import bot.slack
from bot.domain.errors import ConfigError
from bot.slack.manifest import SCOPES, manifest, manifest_text

ROOT = Path(__file__).parents[2]
URL = "https://bot.example.com"


def methods():
    """List the Web API methods that the Slack edge calls."""
    (folder,) = bot.slack.__path__
    source = "\n".join(path.read_text() for path in Path(folder).glob("*.py"))
    calls = set(re.findall(r"client\.([a-z]+_[A-Za-z]+)\(", source)) - {"is_connected"}
    return {call.replace("_", ".", 1) for call in calls}


def test_the_file_in_the_repository_is_the_socket_mode_manifest():
    assert (ROOT / "manifest.yml").read_text() == manifest_text()
    assert yaml.safe_load(manifest_text()) == manifest()


def test_socket_mode_needs_no_address():
    made = manifest()

    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in made["features"]["slash_commands"][0]


def test_over_http_command_and_buttons_go_to_the_endpoint():
    for url in (URL, f"{URL}/", f"{URL}/slack/events"):
        made = manifest(url)

        assert made["settings"]["socket_mode_enabled"] is False
        assert made["features"]["slash_commands"][0]["url"] == f"{URL}/slack/events"
        assert made["settings"]["interactivity"]["request_url"] == f"{URL}/slack/events"


@pytest.mark.parametrize(
    "url", ["foo", "http://bot.example.com", "https://", "https:///slack", "https://[", ""]
)
def test_a_url_that_slack_would_refuse_makes_no_manifest(url):
    with pytest.raises(ConfigError, match="must start with https://"):
        manifest_text(url)


def test_the_code_calls_the_methods_that_we_think_of():
    assert methods() == {
        "chat.getPermalink",
        "chat.postEphemeral",
        "chat.postMessage",
        "chat.update",
        "conversations.history",
        "conversations.replies",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "users.info",
        "views.open",
    }


def test_both_manifests_fit_slacks_schema(slack_schemas):
    schema = json.loads((slack_schemas / "manifest.schema.json").read_text())

    for made in (manifest(), manifest(URL)):
        assert list(Draft7Validator(schema).iter_errors(made)) == []


# Scopes that no method names: each widens one that a method needs.
# https://docs.slack.dev/reference/scopes/chat.write.public, read 2026-11-28
WIDENED = {"chat:write.public": "chat:write"}


def test_each_method_has_a_scope_and_each_scope_a_method(slack_schemas):
    reference = json.loads((slack_schemas / "slack_api_ref.json").read_text())
    wanted = {
        name: set((reference[name].get("scope") or {}).get("bot") or ()) for name in methods()
    }

    used = set().union(*wanted.values())
    assert all(not scopes or scopes & set(SCOPES) for scopes in wanted.values())
    assert {WIDENED.get(scope, scope) for scope in set(SCOPES) - {"commands"}} <= used
