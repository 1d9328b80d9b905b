"""What the README says is what the code does."""

import re
from pathlib import Path
from typing import Final

import pytest

from bot.domain import incident, mitigation
from bot.domain.diagnosis import Cause
from bot.domain.health import HealthState, read_health
from bot.domain.metrics import DEFAULTS
from bot.domain.mitigation import MitigationKind
from bot.domain.money import Canary
from bot.domain.probe import CANARY_OF, ProbeKind
from bot.mitigations import MITIGATIONS
from bot.probes import PROBES
from bot.settings.config_file import ConfigFile
from bot.slack.commands import SUBCOMMANDS
from tests import readme
from tests.fakes.ideogram import an_exchange
from tests.readme import PAGE, ROOT

HELP: Final = (ROOT / "templates" / "messages" / "answer.j2").read_text(encoding="utf-8")


def test_every_command_of_slack_is_listed_as_help_lists_it() -> None:
    usages = readme.column("Commands in Slack")

    assert sorted(usages) == sorted(re.findall(r"^`/ideogram (.*?)`", HELP, re.MULTILINE))
    assert {usage.split()[0] for usage in usages} == set(SUBCOMMANDS)


def test_every_command_of_the_command_line_is_listed_with_its_options() -> None:
    assert readme.column("Command line") == readme.command_line()


def test_every_variable_is_listed_with_default_and_description() -> None:
    assert readme.table("Environment") == list(readme.variables())


def test_every_key_of_the_config_file_is_listed_with_default_and_description() -> None:
    assert readme.table("Config file") == list(readme.keys())


def test_the_example_is_a_whole_config_file() -> None:
    (example,) = readme.examples()

    assert readme.is_config(example)


def test_the_words_of_health_mean_what_the_page_says() -> None:
    row = r"^\| `(healthy|degraded|down|fallback)` \| (`.*) \|$"
    listed = dict(re.findall(row, PAGE, re.MULTILINE))

    assert set(listed) == set(HealthState) - {HealthState.UNKNOWN}
    for meaning, words in listed.items():
        for word in re.findall(r"`(.+?)`", words):
            assert read_health(an_exchange(200, {"is": word.upper()}), "is", {}).state == meaning


def test_every_probe_is_listed_in_its_order() -> None:
    assert readme.column("Probes") == [str(kind) for kind in PROBES]


def test_every_query_of_traffic_is_listed_with_its_default() -> None:
    assert readme.table("Traffic") == [(f"`{name}`", f"`{one}`") for name, one in DEFAULTS.items()]


def test_prices_of_probes_are_those_of_the_default_canaries() -> None:
    costs = dict(zip(readme.column("Probes"), readme.column("Probes", 2), strict=True))
    paid = {CANARY_OF[call]: Canary().price(call) for call in CANARY_OF}

    for kind in ProbeKind:
        assert f"${paid[kind]}" in costs[kind] if kind in paid else costs[kind] == "free"


def test_the_price_of_a_full_triage_and_the_budget_are_true() -> None:
    budget = ConfigFile.model_fields["ideogram"].get_default(call_default_factory=True)

    assert f"full triage costs **${Canary().price_of(CANARY_OF)}**" in " ".join(PAGE.split())
    assert f"(**${budget.daily_probe_budget_usd}** unless" in PAGE


def test_every_cause_is_listed_as_the_verdict_table_has_it() -> None:
    *rows, undetermined, healthy = readme.table("Causes")

    assert rows == list(readme.causes())
    assert undetermined[0] == f"`{Cause.UNDETERMINED}`"
    assert undetermined[4] == readme.steps_without_answer()
    assert healthy[4].startswith(readme.next_steps(Cause.HEALTHY, ()))


def test_every_cause_that_a_triage_can_name_is_listed() -> None:
    assert set(readme.column("Causes")) == {str(cause) for cause in Cause}


def test_every_mitigation_is_listed_with_what_it_helps_against() -> None:
    made = readme.all_mitigations()

    assert readme.column("Mitigations") == [str(kind) for kind in MitigationKind]
    assert len(MITIGATIONS) == len(MitigationKind)
    assert readme.column("Mitigations", 3) == [", ".join(made[kind].helps) for kind in made]


def test_the_states_of_a_mitigation_are_drawn_as_they_follow_each_other() -> None:
    assert readme.drawn_transitions("States of a mitigation") == {
        str(state): {str(one) for one in after} for state, after in mitigation.NEXT.items()
    }


def test_the_status_of_an_incident_is_drawn_as_it_may_change() -> None:
    assert readme.drawn_transitions("Status of an incident") == {
        str(status): {str(one) for one in after} for status, after in incident.NEXT.items() if after
    }


def test_every_target_of_make_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*?## (.*)$", makefile, re.MULTILINE)

    assert readme.table("Development") == [(f"`make {name}`", what) for name, what in targets]


@pytest.mark.parametrize("path", sorted({*re.findall(r"\]\(([\w./-]+)\)", PAGE)}))
def test_what_the_page_links_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_sections_that_messages_name_are_there() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(ROOT / "bot").rglob("*.py")]
    named = {name for text in sources for name in re.findall(r"README, section (\w+)", text)}

    assert named
    assert named <= set(re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE))


def test_links_within_the_page_meet_a_heading() -> None:
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= anchors
