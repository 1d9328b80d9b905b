"""The environment: names that people already know, each secret also as `<NAME>_FILE`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import (
    AliasGenerator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from bot.domain.errors import Problem
from bot.settings.urls import api_url, database_url

SECRETS: Final = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "IDEOGRAM_API_KEY",
    "DATABASE_URL",  # holds a password on Postgres
)
# How Slack's tokens begin, and where they stand at api.slack.com/apps.
_TOKENS: Final = {
    "slack_bot_token": ("xoxb-", "Install App"),
    "slack_app_token": ("xapp-", "Basic Information, App-Level Tokens,"),
}


class Environment(BaseModel):
    """Every variable that is read, by its name in lower case."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=str.upper),
    )

    slack_bot_token: SecretStr | None = Field(None, description="Bot token, xoxb-…")
    slack_app_token: SecretStr | None = Field(
        None, description="App-level token, xapp-…: Socket Mode. Without it HTTP."
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Signing secret; needed for HTTP."
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Slack's Web API.")
    ideogram_api_key: SecretStr | None = Field(
        None, description="Used where the service's own key may not be read."
    )
    ideogram_api_url: str = Field("https://api.ideogram.ai", description="Ideogram's API.")
    database_url: SecretStr = Field(
        SecretStr("sqlite+aiosqlite:///var/ideogram-bot.db"),
        description="SQLite by default; Postgres as postgresql+asyncpg://…",
    )
    kubeconfig: str | None = Field(
        None, description="Path of a kubeconfig; without it in-cluster, else ~/.kube/config."
    )
    host: str = Field("0.0.0.0", description="Address of the HTTP port.")  # noqa: S104  a container's
    port: int = Field(3000, ge=0, le=65535, description="The one HTTP port.")
    log_format: Literal["console", "json"] = Field("console", description="console or json.")
    ideogram_bot_config: str = Field("ideogram-bot.yml", description="Path of the config file.")

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _is_of_its_kind(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        prefix, where = _TOKENS[info.field_name or ""]
        if token is not None and not token.get_secret_value().startswith(prefix):
            raise ValueError(f"it must start with {prefix}; it stands under {where} of the app")
        return token

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, url: str) -> str:
        return api_url(url).rstrip("/") + "/"

    @field_validator("ideogram_api_url")
    @classmethod
    def _ends_without_slash(cls, url: str) -> str:
        return api_url(url).rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _can_be_opened(cls, url: SecretStr) -> SecretStr:
        database_url(url.get_secret_value())
        return url


def with_files(environ: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Replace `<NAME>_FILE` by the content of that file; empty and blank values count as unset."""
    values = {name: value for name, value in environ.items() if value.strip()}
    problems = []
    for name in SECRETS:
        path = values.pop(f"{name}_FILE", None)
        if path is None:
            continue
        if name in values:
            problems.append(Problem(f"{name} and {name}_FILE are both set.", "Unset one."))
            continue
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problems.append(
                Problem(f"{name}_FILE names {path}, which cannot be read.", "Mend the path.")
            )
    return values, problems
