"""Everything that is wrong with settings, at once, with line, key and cure."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.bootstrap.objects import services_of
from bot.domain.errors import ConfigError
from bot.settings.load import load
from tests.settings.config_files import MINIMAL, problems


def switches(listed):
    return MINIMAL + f"    switches: {{{listed}}}\n"


def test_serve_wants_slack_and_says_everything_that_is_missing(read):
    found = problems(read, for_slack=True)

    assert [one.message for one in found] == [
        "SLACK_BOT_TOKEN is not set.",
        "No way to receive from Slack is configured.",
        "The config file has no slack section.",
    ]
    assert all(one.fix for one in found)


def test_all_problems_come_at_once_with_their_lines(read):
    text = "services:\n  - name: Painter\n    calls: []\nslak: {}\n"

    found = problems(read, text, PORT="many")

    texts = [one.message for one in found]
    assert texts[0].startswith("PORT: ")
    assert any("line 2: services.0.name" in text for text in texts)
    assert any("line 3: services.0.calls" in text for text in texts)
    assert any("line 4: unknown key slak" in text for text in texts)


NEAREST = {
    "top": ("slak: {}", "Did you mean slack?"),
    "nested": ("ideogram: {canary: {v3_sped: FLASH}}", "Did you mean v3_speed?"),
    "in-a-list": ("services: [{name: a, deploymnt: b}]", "Did you mean deployment?"),
    "like-no-other": ("policy: {zzz: 1}", "Known here: allow, update_every_minutes"),
    "in-a-map": ("policy: {allow: {enable-falback: [U1]}}", "Did you mean enable-fallback?"),
    "in-a-map-of-one-kind": ("policy: {update_every_minutes: {P11: 5}}", "Did you mean P1?"),
    "in-a-map-of-a-list": (
        "services: [{name: a, health_values: {healty: [fine]}}]",
        "Did you mean healthy?",
    ),
}


@pytest.mark.parametrize(("line", "fix"), NEAREST.values(), ids=NEAREST.keys())
def test_an_unknown_key_names_the_nearest(read, line, fix):
    text = line if line.startswith("services") else MINIMAL + line

    (only,) = problems(read, text)
    assert only.fix.startswith(fix)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("services: [{}]", "services.0.name is missing"),
        ("services: [{name: all}]", "all, quick and full are words of the triage command"),
        ("services: [{name: a}, {name: a}]", "two services have the same name"),
        (MINIMAL + "ideogram: {canary: {legacy_model: V_9}}", "no price known; use one of V_1"),
        (MINIMAL + "ideogram: {canary: {v3_speed: WARP}}", "no price known; use one of FLASH"),
        (MINIMAL + "ideogram: {image_hosts: ['cdn.example.com:443']}", "only a private address"),
        (MINIMAL + "ideogram: {image_hosts: ['93.184.216.34:80']}", "only a private address"),
        (MINIMAL + "ideogram: {image_hosts: ['10.0.0.1:http']}", "only a private address"),
        (MINIMAL + "ideogram: {probe_timeout_seconds: {generate: 60}}", "less than or equal to 59"),
        ("", "services is missing"),
        (MINIMAL + "ideogram: {resolvers: [dns.example]}", "use the address of a name server"),
        (MINIMAL + "ideogram: {resolvers: ['10.0.0.11:0']}", "10.0.0.11:5353"),
        (MINIMAL + 'slack: {incidents_channel: "#incidents"}', "at the bottom of its About"),
        (MINIMAL + "policy: {allow: {default: [ana]}}", "use the member id (U…)"),
        (
            switches("fallback: {env: A, when_on: 'no', when_off: 'no'}"),
            "another value than when_on",
        ),
        (switches("fallback: {env: A, when_on: 'false'}"), "another value than when_on"),
        (switches("concurrency: {env: A, reduced: [1, 3]}"), "largest first"),
        (switches("concurrency: {env: A, reduced: [3, 3]}"), "each once"),
        (switches("concurrency: {env: A, normal: 3, reduced: [9, 5]}"), "use values below normal"),
        (switches("concurrency: {env: A, normal: 3}"), "reduced: use values below normal"),
        (switches("concurrency: {env: A, reduced: [3, 0]}"), "greater than or equal to 1"),
        (switches("concurrency: {env: A, normal: 0, reduced: [1]}"), "greater than or equal to 1"),
        (switches("fallback: {env: A}, generation: {env: A}"), "generation: fallback has the same"),
        (switches("fallback: {env: A}, concurrency: {env: A}"), "concurrency: fallback has the"),
        (
            switches("generation: {env: A}, concurrency: {env: A}"),
            "concurrency: generation has the",
        ),
        ("services: [", "not valid YAML"),
        ("services: \x07", "not valid YAML"),
    ],
    ids=[
        *("no-name", "reserved", "twice", "legacy-price", "v3-price"),
        *("port-of-a-name", "public-port", "port-by-name", "longer-than-production", "empty"),
        *("resolver-name", "resolver-port"),
        *("channel-name", "person-name"),
        *("on-is-off", "on-is-the-default-off", "smallest-first", "step-twice", "above-normal"),
        *("default-above-normal", "step-to-none", "normal-none"),
        *("env-of-fallback", "env-of-fallback-too", "env-of-generation"),
        *("yaml", "control"),
    ],
)
def test_wrong_values_are_explained(read, text, words):
    assert words in problems(read, text)[0].message


def test_a_missing_file_is_named():
    with pytest.raises(ConfigError, match=r"nowhere\.yml cannot be read"):
        load({"IDEOGRAM_BOT_CONFIG": "nowhere.yml"}, for_slack=False)


def test_a_file_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "latin.yml"
    path.write_bytes(b"services: [{name: caf\xe9}]")

    with pytest.raises(ConfigError, match="is no UTF-8 text"):
        load({"IDEOGRAM_BOT_CONFIG": str(path)}, for_slack=False)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://bot:secret-password@db:port/bot",
        "postgresql+asyncpg://bot:secret#password@db/bot",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
    ],
)
def test_a_database_that_could_never_be_opened_is_a_problem_of_the_settings(read, url):
    found = problems(read, DATABASE_URL=url)

    assert [one.message[:17] for one in found] == ["DATABASE_URL: it "]
    assert "password" not in found[0].message.replace("quote the password", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("since: 2026-13-45", "line 1: not valid YAML: month must be in 1..12"),
        ("a: 1\nb: 0b_", "line 2: not valid YAML: invalid literal for int"),
        ("a: !!int x", "line 1: not valid YAML"),
        ("a: !!python/object:os.system x", "line 1: not valid YAML: could not determine"),
        ("[" * 500, "nested too deeply"),
        ("- " * 200_000, "nested too deeply"),
        ("a: " + "{b: " * 200_000 + "1" + "}" * 200_000, "nested too deeply"),
        ("a: &a [*a]", "line 1: services is missing"),
        (MINIMAL + "thresholds: {slow_seconds: .inf}", "less than or equal to 3600"),
        (MINIMAL + "policy: {update_every_minutes: {P1: 9999999999}}", "equal to 10080"),
        (MINIMAL + "    prometheus: {stale_minutes: 1.0e+300}", "less than or equal to 1440"),
    ],
)
def test_what_yaml_makes_of_a_slip_is_a_problem_in_words(read, text, words):
    assert words in str(problems(read, text)[0].message)


def test_a_few_aliases_do_not_stand_for_millions_of_lines(read):
    doubled = [f"a{one}: &a{one} [*a{one - 1}, *a{one - 1}]" for one in range(1, 40)]

    assert problems(read, "\n".join(["a0: &a0 x", *doubled]))


PIECES = [
    *("services:", "- name: a", "prometheus: ", "ideogram: ", "thresholds: ", "slow_seconds: "),
    *("\n", "\n  ", ": ", ", ", "[", "]", "{", "}", "- ", "? ", "| ", "'", '"', "\t", "#", "..."),
    *("&a ", "*a", "<<: ", "!!int ", "!!timestamp ", "!!set ", "!!omap ", "%YAML 9\n", "---\n"),
    *("2026-13-45", "0b_", "0x_", "1:99", ".nan", "-.inf", "1e999", "9" * 5000, "null", "on"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=12).map(lambda found: "".join(found).encode())
    | JSON.map(lambda found: yaml.safe_dump(found).encode())
)
def test_any_file_is_settings_or_a_list_of_problems(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(content)

    try:
        settings = load({"IDEOGRAM_BOT_CONFIG": str(path)}, for_slack=False)
    except ConfigError as error:
        assert all(0 < len(one.message) < 1000 for one in error.problems)  # noqa: PT017
    else:
        assert services_of(settings.file)
