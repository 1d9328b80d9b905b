"""Secrets of the environment: from a variable or a file, known to the redaction, never shown."""

from pathlib import Path

import pytest

from bot.bootstrap.objects import own_key, secrets_of
from tests.settings.config_files import MINIMAL, TOKENS, problems


def test_a_secret_may_stand_in_a_file(read, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("a-long-api-key\n")

    settings = read(MINIMAL, IDEOGRAM_API_KEY_FILE=str(secret))

    key = own_key(settings.environment)
    assert key is not None
    assert key.value == "a-long-api-key"


def test_a_secret_twice_or_in_no_file_is_a_problem(read):
    found = problems(
        read,
        IDEOGRAM_API_KEY="k",
        IDEOGRAM_API_KEY_FILE="f",
        SLACK_BOT_TOKEN_FILE=str(Path("/nowhere/token")),
    )

    texts = " ".join(one.message for one in found)
    assert "SLACK_BOT_TOKEN_FILE names" in texts
    assert "IDEOGRAM_API_KEY and IDEOGRAM_API_KEY_FILE are both set." in texts


def test_an_empty_variable_counts_as_unset(read):
    settings = read(MINIMAL, IDEOGRAM_API_KEY="  ")

    assert own_key(settings.environment) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://secret-password@db"),
        ("IDEOGRAM_API_URL", "secret-password"),
        ("SLACK_API_URL", "secret-password"),
    ],
)
def test_a_wrong_value_is_never_quoted(read, name, value):
    found = problems(read, **{name: value})

    assert found[0].message.startswith(f"{name}: it must start with")
    assert "secret-password" not in str(found)


def test_every_secret_is_known_to_the_redaction(read):
    settings = read(
        MINIMAL,
        IDEOGRAM_API_KEY="the-key",
        SLACK_SIGNING_SECRET="the-secret",
        DATABASE_URL="postgresql+asyncpg://bot:the-password@db/bot",
        **TOKENS,
    )

    assert set(secrets_of(settings.environment)) == {
        "xoxb-1",
        "xapp-1",
        "the-key",
        "the-secret",
        "the-password",
    }


def test_the_decoded_password_of_the_database_is_known_to_the_redaction_too(read):
    settings = read(MINIMAL, DATABASE_URL="postgresql+asyncpg://bot:pass%40word%21@db/bot")

    assert secrets_of(settings.environment) == ("pass%40word%21", "pass@word!")


@pytest.mark.parametrize(
    ("name", "value", "prefix"),
    [("SLACK_BOT_TOKEN", "abc-secret", "xoxb-"), ("SLACK_APP_TOKEN", "xoxb-2-secret", "xapp-")],
)
def test_a_token_of_another_kind_is_a_problem_and_not_quoted(read, name, value, prefix):
    (only,) = problems(read, **{name: value})

    assert only.message.startswith(f"{name}: it must start with {prefix}")
    assert "secret" not in str(only)


def test_settings_do_not_show_secrets(read):
    settings = read(MINIMAL, IDEOGRAM_API_KEY="the-key")

    assert "the-key" not in repr(settings)
