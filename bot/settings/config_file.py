"""The config file as pydantic models: every key with its unit and the reason of its default."""

import re
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, HttpUrl, field_validator

from bot.domain.ids import NAME
from bot.domain.mitigation import MitigationKind
from bot.domain.money import LEGACY_PRICES, V3_PRICES
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.settings.hosts import picture_host
from bot.settings.names import (
    EVERYONE,
    ChannelName,
    EnvName,
    KubernetesName,
    NameServerText,
    PersonName,
    PersonOrEveryone,
)
from bot.settings.part import Part
from bot.settings.switches import SwitchesSettings
from bot.settings.traffic import PrometheusSettings, ThresholdSettings

RESERVED_NAMES: Final = frozenset({"all", "quick", "full"})  # words of the triage command


class SecretSettings(Part):
    """Where the service's API key lies."""

    name: KubernetesName = Field(description="Name of the Secret.")
    key: str = Field("api-key", description="Key in the Secret that the pods read.")
    staged_key: str = Field("api-key-next", description="Key in the Secret for the next API key.")


class ContactsSettings(Part):
    """People who can do what the bot cannot."""

    billing_owner: PersonName | None = Field(
        None, description="Slack user id of who tops up the account: Ask Billing Owner."
    )


class ServiceSettings(Part):
    """One application that calls Ideogram."""

    name: str = Field(
        description="Lower case, digits and dashes; used in commands.",
        json_schema_extra={"pattern": f"^{NAME.pattern}$"},
    )
    namespace: KubernetesName = Field("default", description="Kubernetes namespace.")
    deployment: KubernetesName | None = Field(
        None, description="Name of the Deployment; without it no mitigation and no workload."
    )
    container: str | None = Field(None, description="Needed only when a pod has several.")
    context: str | None = Field(
        None, description="kubeconfig context; null is the current one, or in-cluster."
    )
    calls: list[Call] = Field(
        default=[Call.LEGACY, Call.V3],
        min_length=1,
        description="Generation calls that the service really uses: legacy, v3.",
    )
    health_url: HttpUrl | None = Field(None, description="Health endpoint of the service.")
    health_path: str | None = Field(
        None,
        description="Dotted path to Ideogram's value; null lets the HTTP status decide; a redirect"
        " says nothing then.",
    )
    health_values: dict[Literal["healthy", "degraded", "down", "fallback"], list[str]] = Field(
        default={}, description="The service's own words by meaning."
    )
    switches: SwitchesSettings = Field(
        default_factory=SwitchesSettings, description="Variables that the service honours."
    )
    secret: SecretSettings | None = Field(None, description="Where the API key lies.")
    prometheus: PrometheusSettings = Field(
        default_factory=PrometheusSettings, description="Where the service's metrics are."
    )
    generation_env: list[EnvName] = Field(
        default=["IDEOGRAM_MODEL", "IDEOGRAM_STYLE", "IDEOGRAM_MAGIC_PROMPT"],
        description="Variables that decide how pictures look, compared when they look bad.",
    )
    contacts: ContactsSettings = Field(
        default_factory=ContactsSettings, description="People who can do what the bot cannot."
    )

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if NAME.fullmatch(name) is None:
            raise ValueError("use lower case letters, digits and dashes, a letter first")
        if name in RESERVED_NAMES:
            raise ValueError("all, quick and full are words of the triage command")
        return name


class TimeoutSettings(Part):
    """Timeouts of probes, seconds."""

    default: float = Field(10, gt=0, le=59, description="Of every free probe, seconds.")
    generate: float = Field(
        55, gt=0, le=59, description="Of a canary, seconds; below the 60 s of production."
    )


class CanarySettings(Part):
    """Which images the paid probes ask for."""

    legacy_model: str = Field("V_2_TURBO", description="Model of the legacy canary.")
    v3_speed: str = Field("FLASH", description="Rendering speed of the V3 canary.")
    recovery_every_minutes: int = Field(
        10,
        ge=1,
        le=1440,
        description="While a fallback is on, one canary in this time sees when Ideogram is back.",
    )

    @field_validator("legacy_model")
    @classmethod
    def _has_legacy_price(cls, model: str) -> str:
        if model not in LEGACY_PRICES:
            raise ValueError(f"no price known; use one of {', '.join(LEGACY_PRICES)}")
        return model

    @field_validator("v3_speed")
    @classmethod
    def _has_v3_price(cls, speed: str) -> str:
        if speed not in V3_PRICES:
            raise ValueError(f"no price known; use one of {', '.join(V3_PRICES)}")
        return speed


class IdeogramSettings(Part):
    """How the provider is asked."""

    daily_probe_budget_usd: Decimal = Field(
        Decimal("1.00"), ge=0, description="For paid probes a UTC day, USD; 12 full triages."
    )
    quote_path: str = Field(
        "/v2/image/generate/ideogram-4-5",
        pattern=r"^/v2/image/generate/[a-z0-9-]+$",
        description="Operation asked for a dry-run price; only v2 generation knows dry_run.",
    )
    status_url: HttpUrl | None = Field(
        HttpUrl("https://status.ideogram.ai/api/v2/summary.json"),
        description="Statuspage summary of the provider; null asks nobody. Evidence only.",
    )
    status_components: str = Field(
        ".*",
        description="Regular expression on the names of components that concern you; any case.",
    )
    billing_url: HttpUrl = Field(
        HttpUrl("https://ideogram.ai/platform"), description="Where a person tops up."
    )
    image_hosts: list[Annotated[str, AfterValidator(picture_host)]] = Field(
        default=["ideogram.ai", "*.ideogram.ai", "d2gu96o5zk2m7w.cloudfront.net"],
        description="Hosts of pictures; a literal private host:port allows http.",
    )
    resolvers: list[NameServerText] = Field(
        default=[],
        max_length=8,
        description="Name servers asked for the API's host, in turn; empty: the system's way.",
    )
    probe_timeout_seconds: TimeoutSettings = Field(
        default_factory=TimeoutSettings, description="Timeouts of probes."
    )
    canary: CanarySettings = Field(
        default_factory=CanarySettings, description="What the paid probes ask for."
    )

    @field_validator("status_components")
    @classmethod
    def _is_an_expression(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error.msg}") from None
        return pattern


class SlackSettings(Part):
    """Where the bot speaks; needed for serve only. Ids, not names."""

    incidents_channel: ChannelName = Field(description="Channel id for status updates.")
    operations_channel: ChannelName | None = Field(
        None, description="Channel id for the bot's own troubles; null: the incidents channel."
    )


class PolicySettings(Part):
    """Who may do what, and what is promised."""

    allow: dict[MitigationKind | Literal["default"], list[PersonOrEveryone]] = Field(
        default={"default": [EVERYONE]},
        description="Slack user ids, or everyone, by mitigation; default for the others.",
        json_schema_extra={"propertyNames": {"enum": [*MitigationKind, "default"]}},
    )
    update_every_minutes: dict[Severity, Annotated[int, Field(gt=0, le=10_080)]] = Field(
        default={Severity.P1: 30, Severity.P2: 60, Severity.P3: 240},
        description="Promised time between status updates by severity, minutes.",
    )
    verify_seconds: int = Field(
        120, ge=5, le=600, description="How long a mitigation's effect is waited for, seconds."
    )


class ConfigFile(Part):
    """The whole file."""

    services: list[ServiceSettings] = Field(
        min_length=1, description="The first one is the default in commands."
    )
    ideogram: IdeogramSettings = Field(
        default_factory=IdeogramSettings, description="How the provider is asked."
    )
    connectivity_urls: list[HttpUrl] = Field(
        default=[
            HttpUrl("https://slack.com/api/api.test"),
            HttpUrl("https://1.1.1.1/cdn-cgi/trace"),
        ],
        min_length=1,
        description="Any answer proves a way out; the second default needs no DNS.",
    )
    slack: SlackSettings | None = Field(None, description="Where the bot speaks.")
    policy: PolicySettings = Field(
        default_factory=PolicySettings, description="Who may do what, and what is promised."
    )
    thresholds: ThresholdSettings = Field(
        default_factory=ThresholdSettings, description="From where on a measurement is a fault."
    )
    templates_folder: str | None = Field(
        None, description="Folder with own templates over ours, file by file."
    )

    @field_validator("services")
    @classmethod
    def _names_are_unique(cls, services: list[ServiceSettings]) -> list[ServiceSettings]:
        names = [service.name for service in services]
        if len(set(names)) < len(names):
            raise ValueError("two services have the same name")
        return services
