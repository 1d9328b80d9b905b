"""The ordinary settings of the bot in the sandbox: its files and its environment, written down.

Nothing here knows the bot's code: names come from what its README tells people to set.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

NAMESPACE: Final = "default"
DEPLOYMENT: Final = "ideogram-service"
SECRET: Final = "ideogram-secrets"  # noqa: S105  the name of a secret, not its value
API_HOST: Final = "api.ideogram.test"  # RFC 6761: no other name server knows it
INCIDENTS: Final = "C0INCIDENTS"
OPERATIONS: Final = "C0OPS"
BILLING_OWNER: Final = "U0BEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the pretend world listens; URLs without a trailing slash.

    Attributes:
        slack_api: With its trailing slash, as SLACK_API_URL wants it.
        ideogram: By its address; pictures and status page are asked for there.
        resolvers: Name servers that know its name, as address:port; none for a literal address.
        prometheus: That scrapes the service; None when nobody does.
    """

    slack_api: str
    ideogram: str
    service: str
    outside: str
    prometheus: str | None = None
    resolvers: Sequence[str] = ()


def config_file(addresses: Addresses, users: list[str]) -> dict[str, Any]:
    """Build `ideogram-bot.yml` for the pretend world.

    Args:
        addresses: Where its servers listen.
        users: Slack user ids that may press every mitigation.
    """
    return {
        "services": [_service(addresses)],
        "ideogram": {
            "status_url": f"{addresses.ideogram}/api/v2/summary.json",
            # Plain http is accepted only for a loopback host:port named literally.
            "image_hosts": [urlsplit(addresses.ideogram).netloc],
            "resolvers": list(addresses.resolvers),
            "canary": {"recovery_every_minutes": 2},  # nobody watches a sandbox for half an hour
        },
        # Not Slack: the fault of our network leaves Slack alone, so that people can hear of it.
        "connectivity_urls": [f"{addresses.outside}/trace"],
        "slack": {"incidents_channel": INCIDENTS, "operations_channel": OPERATIONS},
        "policy": {"allow": {"default": users}},
    }


def _service(addresses: Addresses) -> dict[str, Any]:
    return {
        "name": DEPLOYMENT,
        "namespace": NAMESPACE,
        "deployment": DEPLOYMENT,
        "container": "app",
        "calls": ["legacy", "v3"],
        "health_url": f"{addresses.service}/health",
        "health_path": "services.ideogram",
        "switches": {
            "fallback": {"env": "IDEOGRAM_FALLBACK", "when_on": "true", "when_off": "false"},
            "generation": {"env": "IDEOGRAM_ENABLED", "when_on": "true", "when_off": "false"},
            "concurrency": {
                "env": "IDEOGRAM_CONCURRENCY",
                "normal": 8,
                "reduced": [2, 1],
                "per": "pod",
            },
        },
        "secret": {"name": SECRET, "key": "api-key", "staged_key": "api-key-next"},
        "contacts": {"billing_owner": BILLING_OWNER},
        # At a visitor's pace: what was a minute ago is over.
        "prometheus": {"url": addresses.prometheus, "window_minutes": 1, "recent_seconds": 12},
    }


@dataclass(frozen=True, slots=True)
class Files:
    """The folder of one pretend world, and the files in it."""

    folder: Path

    @property
    def config(self) -> Path:
        """The bot's config file."""
        return self.folder / "ideogram-bot.yml"

    @property
    def kubeconfig(self) -> Path:
        """How the bot reaches the pretend cluster, with the rights of its Role."""
        return self.folder / "kubeconfig"

    @property
    def environment(self) -> Path:
        """The bot's environment as a shell reads it, for commands in a second terminal."""
        return self.folder / "bot.env"

    @property
    def database_url(self) -> str:
        """The bot's own SQLite file."""
        return f"sqlite+aiosqlite:///{(self.folder / 'bot.db').absolute()}"

    def write(self, config: Mapping[str, Any], kubeconfig: Mapping[str, Any]) -> None:
        """Write both files; an existing database stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path, content in ((self.config, config), (self.kubeconfig, kubeconfig)):
            path.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")

    def write_environment(self, values: Mapping[str, str]) -> None:
        """Write the environment, one `NAME=value` a line."""
        lines = (f"{name}={shlex.quote(value)}\n" for name, value in values.items())
        self.environment.write_text("".join(lines), encoding="utf-8")
