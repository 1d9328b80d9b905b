"""From settings to the objects of the domain: nothing inside ever sees a setting."""

import ipaddress
import re
from datetime import timedelta

from pydantic import SecretStr

from bot.domain.answer import SecretText
from bot.domain.ids import ChannelId, ServiceName, UserId
from bot.domain.metrics import MetricsSource
from bot.domain.money import Canary
from bot.domain.policy import Policy
from bot.domain.resolution import NameServer
from bot.domain.service import (
    ConcurrencySwitch,
    SecretRef,
    Service,
    Switch,
    SwitchName,
    Target,
)
from bot.domain.status_page import StatusPage
from bot.domain.thresholds import Thresholds
from bot.settings.config_file import ConfigFile, PolicySettings, ServiceSettings
from bot.settings.environment import Environment
from bot.settings.switches import ConcurrencySettings, SwitchesSettings, SwitchSettings
from bot.settings.traffic import PrometheusSettings
from bot.settings.urls import passwords_in
from bot.slack.credentials import Credentials


def services_of(file: ConfigFile) -> tuple[Service, ...]:
    """Build the services, in the order of the file."""
    return tuple(_service(one) for one in file.services)


def _service(one: ServiceSettings) -> Service:
    return Service(
        name=ServiceName(one.name),
        target=None
        if one.deployment is None
        else Target(one.namespace, one.deployment, one.container, one.context),
        calls=tuple(dict.fromkeys(one.calls)),
        health_url=None if one.health_url is None else str(one.health_url),
        health_path=one.health_path,
        health_values={state: tuple(words) for state, words in one.health_values.items()},
        switches=_switches(one.switches),
        concurrency=_concurrency(one.switches.concurrency),
        secret=None
        if one.secret is None
        else SecretRef(one.secret.name, one.secret.key, one.secret.staged_key),
        metrics=_metrics(one.prometheus),
        generation_env=tuple(dict.fromkeys(one.generation_env)),
        billing_owner=None
        if one.contacts.billing_owner is None
        else UserId(one.contacts.billing_owner),
    )


def _metrics(one: PrometheusSettings) -> MetricsSource | None:
    if one.url is None:
        return None
    return MetricsSource(
        url=str(one.url).rstrip("/"),
        queries=one.queries,
        window=timedelta(minutes=one.window_minutes),
        recent=timedelta(seconds=one.recent_seconds),
        stale_after=timedelta(minutes=one.stale_minutes),
    )


def thresholds_of(file: ConfigFile) -> Thresholds:
    """Build from where on a measurement is a fault."""
    one = file.thresholds
    return Thresholds(
        down_share=one.down_share,
        degraded_share=one.degraded_share,
        least=one.least_failures,
        slow_after=timedelta(seconds=one.slow_seconds),
        in_a_row=one.consecutive_429,
        rate_limited_share=one.rate_limited_share,
        rejected_share=one.rejected_share,
        download_share=one.download_share,
        slow_download_after=timedelta(seconds=one.slow_download_seconds),
        low_balance_usd=one.low_balance_usd,
    )


def _switches(switches: SwitchesSettings) -> dict[SwitchName, Switch]:
    named: dict[SwitchName, SwitchSettings | None] = {
        SwitchName.FALLBACK: switches.fallback,
        SwitchName.GENERATION: switches.generation,
    }
    return {
        name: Switch(one.env, one.when_on, one.when_off)
        for name, one in named.items()
        if one is not None
    }


def _concurrency(one: ConcurrencySettings | None) -> ConcurrencySwitch | None:
    if one is None:
        return None
    return ConcurrencySwitch(one.env, one.normal, tuple(one.reduced), per_pod=one.per == "pod")


def policy_of(settings: PolicySettings) -> Policy:
    """Build who may do what."""
    return Policy(
        allow={
            str(kind): tuple(UserId(one) for one in who) for kind, who in settings.allow.items()
        },
        update_every={
            severity: timedelta(minutes=minutes)
            for severity, minutes in settings.update_every_minutes.items()
        },
    )


def canary_of(file: ConfigFile) -> Canary:
    """Build what the paid probes ask for."""
    return Canary(file.ideogram.canary.legacy_model, file.ideogram.canary.v3_speed)


def status_page_of(file: ConfigFile) -> StatusPage | None:
    """Build where the provider speaks of itself; None when it is not to be read."""
    asked = file.ideogram
    if asked.status_url is None:
        return None
    return StatusPage(str(asked.status_url), re.compile(asked.status_components, re.IGNORECASE))


def resolvers_of(file: ConfigFile) -> tuple[NameServer, ...]:
    """Build the name servers that are asked for Ideogram's host; empty leaves it to the system."""
    return tuple(dict.fromkeys(NameServer.parse(one) for one in file.ideogram.resolvers))


def operations_of(file: ConfigFile) -> ChannelId | None:
    """Name the channel for the bot's own troubles, if there is one."""
    channel = None if file.slack is None else file.slack.operations_channel
    return None if channel is None else ChannelId(channel)


def names_resolvable(file: ConfigFile) -> bool:
    """Tell whether a host name is among the ways out: then their resolution proves something."""
    return any(not _is_address(url.host or "") for url in file.connectivity_urls)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def own_key(environment: Environment) -> SecretText | None:
    """Wrap the bot's own key, if there is one."""
    key = environment.ideogram_api_key
    return None if key is None else SecretText(key.get_secret_value())


def credentials_of(environment: Environment) -> Credentials:
    """Unwrap what Slack wants to see; `load` made sure that it is there."""

    def plain(secret: SecretStr | None) -> str | None:
        return None if secret is None else secret.get_secret_value()

    return Credentials(
        bot_token=plain(environment.slack_bot_token) or "",
        app_token=plain(environment.slack_app_token),
        signing_secret=plain(environment.slack_signing_secret),
    )


def secrets_of(environment: Environment) -> tuple[str, ...]:
    """List every secret, for redaction: of the database URL only its passwords."""
    secrets = (
        environment.slack_bot_token,
        environment.slack_app_token,
        environment.slack_signing_secret,
        environment.ideogram_api_key,
    )
    values = [one.get_secret_value() for one in secrets if one is not None]
    passwords = passwords_in(environment.database_url.get_secret_value())
    return tuple(dict.fromkeys((*values, *passwords)))
