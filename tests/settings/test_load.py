"""Settings: what a file and the environment become."""

import pytest

from bot.bootstrap.objects import canary_of, names_resolvable, policy_of, resolvers_of, services_of
from bot.domain.mitigation import MitigationKind
from bot.domain.resolution import NameServer
from bot.domain.service import Call, SwitchName
from bot.domain.severity import Severity
from tests.settings.config_files import MINIMAL, TOKENS, problems

SLACK = "slack: {incidents_channel: C0123}\n"
FULL = """
services:
  - name: ideogram-service
    namespace: images
    deployment: ideogram-service
    container: app
    context: prod-eu
    calls: [v3, v3]
    health_url: https://app.example.com/health
    health_path: services.ideogram
    health_values: {fallback: [off]}
    switches:
      fallback: {env: IDEOGRAM_FALLBACK, when_on: yes, when_off: "false"}
      concurrency: {env: IDEOGRAM_CONCURRENCY, normal: 6, reduced: [2], per: service}
    secret: {name: ideogram-secrets}
ideogram:
  daily_probe_budget_usd: 0.50
  canary: {legacy_model: V_2, v3_speed: TURBO}
connectivity_urls: [https://1.1.1.1/trace, "https://[2606:4700::1111]/trace"]
policy:
  allow: {default: [everyone], enable-fallback: [U1]}
  update_every_minutes: {P1: 15}
"""


def test_a_service_and_nothing_else_is_enough_for_a_terminal(read):
    settings = read(MINIMAL)

    (service,) = services_of(settings.file)
    assert (service.name, service.target) == ("painter", None)
    assert service.calls == (Call.LEGACY, Call.V3)
    assert names_resolvable(settings.file)


def test_a_full_file_becomes_domain_objects(read):
    settings = read(FULL)

    (service,) = services_of(settings.file)
    assert service.target is not None
    assert service.target.where == "prod-eu/images"
    assert service.calls == (Call.V3,)
    assert service.switches[SwitchName.FALLBACK].when_on == "yes"
    assert service.concurrency is not None
    assert not service.concurrency.per_pod
    assert service.health_values == {"fallback": ("off",)}
    assert canary_of(settings.file).v3_speed == "TURBO"
    assert not names_resolvable(settings.file)


PROMETHEUS = "    prometheus: {url: 'http://p:9090', window_minutes: 2, recent_seconds: %s}\n"


def test_the_newest_part_of_the_window_may_be_set(read):
    (service,) = services_of(read(MINIMAL + PROMETHEUS % 120).file)

    assert service.metrics is not None
    assert service.metrics.recent == service.metrics.window


@pytest.mark.parametrize(("seconds", "words"), [(121, "at most window_minutes"), (4, "5")])
def test_the_newest_part_is_no_more_than_the_window_and_covers_two_scrapes(read, seconds, words):
    (found,) = problems(read, MINIMAL + PROMETHEUS % seconds)

    assert words in found.message + found.fix


def test_the_policy_comes_from_the_file(read):
    policy = policy_of(read(FULL).file.policy)

    policy.check(MitigationKind.ENABLE_FALLBACK, "U1")
    assert policy.allow["enable-fallback"] == ("U1",)
    assert policy.update_every[Severity.P1].total_seconds() == 900


def test_serve_is_content_with_tokens_and_a_channel(read):
    settings = read(MINIMAL + SLACK, for_slack=True, **TOKENS)

    assert settings.file.slack is not None
    assert settings.file.slack.incidents_channel == "C0123"


def test_resolvers_are_read_with_and_without_a_port_each_once(read):
    listed = '["10.0.0.11", "10.0.0.11:53", "[fd00::53]:5353"]'

    file = read(MINIMAL + f"ideogram: {{resolvers: {listed}}}").file

    assert resolvers_of(file) == (NameServer("10.0.0.11"), NameServer("fd00::53", 5353))


def test_without_resolvers_the_system_resolves(read):
    assert resolvers_of(read(MINIMAL).file) == ()


def test_urls_are_brought_into_one_form(read):
    settings = read(
        MINIMAL, SLACK_API_URL="http://127.0.0.1:1/api", IDEOGRAM_API_URL="http://127.0.0.1:2/"
    )

    assert settings.environment.slack_api_url == "http://127.0.0.1:1/api/"
    assert settings.environment.ideogram_api_url == "http://127.0.0.1:2"
