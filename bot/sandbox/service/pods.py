"""What a pod of the service is given: its environment, its image, and the switches in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, Self

DEFAULT_CONCURRENCY: Final = 8  # production checklist: below the 10 requests in flight
_ON: Final = frozenset({"true", "1", "yes", "on"})


class PodView(Protocol):
    """One pod, as the cluster shows it."""

    @property
    def name(self) -> str:
        """Its name; a new pod has a new one."""

    @property
    def ready(self) -> bool:
        """Whether requests may be sent to it."""

    @property
    def env(self) -> Mapping[str, str]:
        """Its environment as of its start, references to secrets resolved."""

    @property
    def image(self) -> str:
        """The image of the application's container."""

    @property
    def started_at(self) -> float:
        """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The environment variables that the service honours.

    Attributes:
        fallback: Serve placeholders and leave Ideogram alone (IDEOGRAM_FALLBACK, the runbook's).
        enabled: False does the same (IDEOGRAM_ENABLED, the checklist's).
        concurrency: Requests to Ideogram at a time, per pod.
        is_broken: The image is a bad release of ours: every request fails.
    """

    fallback: bool
    enabled: bool
    concurrency: int
    key: str
    model: str
    style: str
    magic_prompt: str
    is_broken: bool

    @classmethod
    def of(cls, pod: PodView) -> Self:
        """Read a pod; what is missing or makes no sense gets the default."""
        env = pod.env
        concurrency = env.get("IDEOGRAM_CONCURRENCY", "")
        return cls(
            fallback=env.get("IDEOGRAM_FALLBACK", "false").lower() in _ON,
            enabled=env.get("IDEOGRAM_ENABLED", "true").lower() in _ON,
            concurrency=max(1, int(concurrency))
            if concurrency.isdecimal()
            else DEFAULT_CONCURRENCY,
            key=env.get("IDEOGRAM_API_KEY", ""),
            model=env.get("IDEOGRAM_MODEL") or "V_2_TURBO",
            style=env.get("IDEOGRAM_STYLE") or "GENERAL",
            magic_prompt=env.get("IDEOGRAM_MAGIC_PROMPT", "AUTO").upper(),
            is_broken="bad" in pod.image.rpartition(":")[2],
        )

    @property
    def serves_placeholders(self) -> bool:
        """Whether a switch keeps this pod from asking Ideogram; a broken pod serves nothing."""
        return (self.fallback or not self.enabled) and not self.is_broken
