"""A service: an application that calls Ideogram, as the config file describes it."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import UnknownServiceError
from bot.domain.ids import ServiceName, UserId
from bot.domain.metrics import MetricsSource


class Call(StrEnum):
    """A generation call of Ideogram that a service may use."""

    LEGACY = "legacy"
    V3 = "v3"


class SwitchName(StrEnum):
    """A boolean environment variable that the service honours."""

    FALLBACK = "fallback"
    GENERATION = "generation"


@dataclass(frozen=True, slots=True)
class Switch:
    """A variable with a value for on and one for off; both are strings."""

    env: str
    when_on: str
    when_off: str


@dataclass(frozen=True, slots=True)
class ConcurrencySwitch:
    """The variable that limits requests in flight.

    Attributes:
        normal: Value in normal times, requests in flight.
        reduced: Values to step down to, largest first.
        per_pod: Whether the value counts for each pod or for all pods together.
    """

    env: str
    normal: int
    reduced: tuple[int, ...]
    per_pod: bool = True


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where the API key lies: a Secret, the key in it, and the key staged for rotation."""

    name: str
    key: str
    staged_key: str


@dataclass(frozen=True, slots=True)
class Target:
    """One Deployment in one cluster.

    Attributes:
        context: Context of the kubeconfig; None means the current one, or in-cluster.
        container: None when the Deployment has only one.
    """

    namespace: str
    deployment: str
    container: str | None = None
    context: str | None = None

    @property
    def where(self) -> str:
        """Name the place for people, for example `prod-eu/default`."""
        return f"{self.context}/{self.namespace}" if self.context else self.namespace

    @property
    def key(self) -> str:
        """Identify the Deployment among all clusters, for locks."""
        return f"{self.context or ''}/{self.namespace}/{self.deployment}"


@dataclass(frozen=True, slots=True)
class Service:
    """What the bot knows about one service.

    Attributes:
        calls: The generation calls it really uses, never empty.
        health_url: None when it has no health endpoint.
        health_path: Dotted path to the value for Ideogram in the health document; None when
            the HTTP status decides.
        health_values: Own words of the service by meaning (`healthy`, `degraded`, `down`,
            `fallback`).
        generation_env: Variables that decide how pictures look.
        metrics: Where its own metrics are; None when nobody scrapes them.
        billing_owner: Whom to ask for money; None when nobody is named.
    """

    name: ServiceName
    target: Target | None
    calls: tuple[Call, ...] = (Call.LEGACY, Call.V3)
    health_url: str | None = None
    health_path: str | None = None
    health_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    switches: Mapping[SwitchName, Switch] = field(default_factory=dict)
    concurrency: ConcurrencySwitch | None = None
    secret: SecretRef | None = None
    generation_env: tuple[str, ...] = ()
    billing_owner: UserId | None = None
    metrics: MetricsSource | None = None


def find_service(services: Sequence[Service], name: str | None) -> Service:
    """Find a service by name; None means the first one.

    Raises:
        UnknownServiceError: There is none of that name; the text names the nearest.
    """
    if name is None:
        return services[0]
    known = {service.name: service for service in services}
    if (found := known.get(ServiceName(name))) is not None:
        return found
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
    raise UnknownServiceError(f"No service is called “{name[:60]}”. {hint}")
