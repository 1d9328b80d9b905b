"""The commands that do one thing and end, as child processes in the pretend world."""

import asyncio
import json
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.bootstrap.schemas import config_schema, triage_schema
from bot.clock import SystemClock
from bot.domain.probe import ProbeKind
from bot.sandbox.bot_process import child_environment
from bot.sandbox.world import Pace, World
from bot.storage.storage import SqlStorage
from tests.builders import ANA, an_incident
from tests.documents import check_document

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[1]
QUICK = Pace(pod_seconds=0.1, latency_seconds=0.02, think_seconds=0.2)
# design.md section 4: names and order stay within a version; new ones may be added at the end.
TRIAGE_KEYS = [
    *("schema", "id", "service", "mode", "mode_reason", "started_at", "duration_ms"),
    *("cost_usd", "spent_usd", "budget_left_usd", "diagnosis", "probes"),
]
DIAGNOSIS_KEYS = {
    *("cause", "origin", "severity", "branch", "summary", "evidence", "also_seen"),
    *("not_looked_at", "would_change", "next_steps"),
}
PROBE_KEYS = [
    *("kind", "outcome", "detail", "status", "latency_ms", "cost_usd", "request_id", "facts"),
]


@dataclass(frozen=True)
class Ran:
    """One command that ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Parse what it printed."""
        found: dict[str, Any] = json.loads(self.out)
        check_document(found)
        return found


async def _run(settings: Mapping[str, str], *words: str, cwd: Path | None = None) -> Ran:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=cwd,
        env=child_environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert b"Traceback" not in out + err, err.decode()
    return Ran(int(process.returncode or 0), out.decode(), err.decode())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("cli")
    async with World(
        folder, port=0, start_bot=False, pace=QUICK, prometheus_url=None
    ) as opened:  # how its users fare on a busy machine is no matter of the terminal
        yield opened


@pytest.fixture
def settings(world: World) -> dict[str, str]:
    """What a terminal needs: nothing of Slack."""
    found = world.environment.items()
    return {name: value for name, value in found if not name.startswith("SLACK_")}


@pytest_asyncio.fixture(loop_scope="module")
async def outage(world: World) -> AsyncIterator[None]:
    await world.ideogram.set_fault("outage-500")
    yield
    await world.ideogram.set_fault(None)


async def test_json_has_the_agreed_names_in_the_agreed_order(settings):
    document = (await _run(settings, "triage", "--json")).document

    assert list(document)[: len(TRIAGE_KEYS)] == TRIAGE_KEYS
    assert document["schema"] == "ideogram-bot/triage/1"
    assert set(document["diagnosis"]) >= DIAGNOSIS_KEYS
    probes = document["probes"]
    assert [one["kind"] for one in probes] == list(ProbeKind)
    assert all(list(one)[: len(PROBE_KEYS)] == PROBE_KEYS for one in probes)


async def test_a_healthy_world_exits_0_and_names_no_origin(settings):
    ran = await _run(settings, "triage", "--full", "--json")

    assert ran.code == 0
    found = ran.document["diagnosis"]
    assert (found["cause"], found["origin"], found["severity"]) == ("healthy", None, None)
    assert ran.document["spent_usd"] == "0.080"


async def test_an_outage_exits_1_and_says_whose_it_is(settings, outage):
    ran = await _run(settings, "triage", "--json")

    assert ran.code == 1
    found = ran.document["diagnosis"]
    assert (found["cause"], found["origin"], found["severity"]) == ("outage", "provider", "P1")
    assert found["next_steps"][0] == "Enable Fallback"


async def test_plain_it_prints_the_card_and_progress_apart(settings, outage):
    ran = await _run(settings, "triage")

    assert ran.code == 1
    assert "P1 · Ideogram is down, not us" in ran.out
    assert re.search(
        r"kubectl .*set env deployment/ideogram-service .*IDEOGRAM_FALLBACK=true", ran.out
    )
    assert "generate-v3: fails" in ran.err
    assert ran.out.count("Send nothing twice") == 1
    assert "<" not in ran.out


async def test_the_evidence_stands_below_the_card_where_it_is_asked_for(settings, outage):
    short, full = await _run(settings, "triage"), await _run(settings, "triage", "--evidence")

    assert "key fingerprint" not in short.out
    assert "generate-v3 · fails · the verdict rests on it" in full.out
    assert re.search(r"key fingerprint: [0-9a-f]{8} · key from: \w+", full.out)
    assert "pods older than key: no" in full.out
    assert "POST /v1/ideogram-v3/generate · status 500" in full.out


async def test_a_new_database_is_told_of_once(settings, tmp_path):
    file = tmp_path / "new" / "bot.db"
    settings |= {"DATABASE_URL": f"sqlite+aiosqlite:///{file}"}

    first = await _run(settings, "triage", "--quick", "--json")
    second = await _run(settings, "triage", "--quick", "--json")

    assert (str(file) in first.err, str(file) in second.err) == (True, False)


async def test_quick_spends_nothing(settings):
    ran = await _run(settings, "triage", "--quick", "--json")

    assert (ran.code, ran.document["mode"], ran.document["spent_usd"]) == (0, "quick", "0.000")
    kinds = {one["kind"]: one["outcome"] for one in ran.document["probes"]}
    assert kinds["generate-v3"] == kinds["generate-legacy"] == "unknown"


async def test_all_services_come_in_one_document(settings):
    ran = await _run(settings, "triage", "all", "--quick", "--json")

    assert ran.document["schema"] == "ideogram-bot/triages/1"
    assert [one["service"] for one in ran.document["triages"]] == ["ideogram-service"]


async def test_undetermined_exits_2(settings, tmp_path):
    without_key = {name: text for name, text in settings.items() if name != "IDEOGRAM_API_KEY"}
    (tmp_path / "kubeconfig").write_text("apiVersion: v1\nkind: Config\n")

    lost = without_key | {"KUBECONFIG": str(tmp_path / "kubeconfig")}
    ran = await _run(lost, "triage", "--json")

    assert ran.code == 2
    assert ran.document["diagnosis"]["cause"] == "undetermined"
    assert ran.document["diagnosis"]["origin"] is None


async def test_without_a_database_it_runs_and_has_no_id(settings):
    away = settings | {"DATABASE_URL": "postgresql+asyncpg://bot:secret@127.0.0.1:9/bot"}

    ran = await _run(away, "triage", "--json")

    assert ran.code == 0
    assert (ran.document["id"], ran.document["budget_left_usd"]) == (None, None)


@pytest.mark.parametrize("lost", ["budget", "triage"])
async def test_a_database_that_fails_meanwhile_costs_the_id_and_not_the_verdict(
    settings, tmp_path, lost
):
    file = tmp_path / "bot.db"
    settings |= {"DATABASE_URL": f"sqlite+aiosqlite:///{file}"}
    await _run(settings, "triage", "--quick")
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"DROP TABLE {lost}")

    ran = await _run(settings, "triage", "--json")

    assert (ran.code, ran.document["id"]) == (0, None)


async def test_a_missing_config_is_an_error_document_that_names_the_path(tmp_path):
    ran = await _run({}, "triage", "--json", cwd=tmp_path)

    assert ran.code == 2
    assert ran.document["schema"] == "ideogram-bot/error/1"
    assert "ideogram-bot.yml" in ran.document["problems"][0]["message"]
    assert set(ran.document["problems"][0]) == {"message", "fix"}


async def test_an_unknown_service_names_the_nearest(settings):
    ran = await _run(settings, "triage", "ideogram-servce", "--json")

    assert ran.code == 2
    (problem,) = ran.document["problems"]
    assert "ideogram-service" in problem["message"]
    assert problem["fix"]


async def test_quick_and_full_exclude_each_other(settings):
    ran = await _run(settings, "triage", "--quick", "--full", "--json")

    assert (ran.code, ran.document["schema"]) == (2, "ideogram-bot/error/1")


async def test_the_postmortem_of_an_unknown_incident_is_refused_in_words(settings):
    ran = await _run(settings, "postmortem", "INC-77")

    assert (ran.code, ran.out) == (2, "")
    assert "INC-77" in ran.err


async def test_the_postmortem_names_people_as_slack_does(world, settings, tmp_path):
    settings |= {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"}
    storage = SqlStorage(url=settings["DATABASE_URL"], clock=SystemClock())
    await storage.open()
    async with storage() as uow:
        await uow.incidents.save(an_incident(owner=ANA))
    await storage.close()
    slack = {name: world.environment[name] for name in ("SLACK_BOT_TOKEN", "SLACK_API_URL")}

    named = await _run(settings | slack, "postmortem", "INC-42")
    without = await _run(settings, "postmortem", "INC-42")

    assert ("U0ANA" in named.out, "U0ANA" in without.out) == (False, True)
    assert "ana" in named.out


async def test_the_manifest_is_the_one_in_the_repository():
    ran = await _run({}, "manifest")

    assert ran.out == (ROOT / "manifest.yml").read_text()


async def test_the_manifest_with_a_url_is_for_http():
    ran = await _run({}, "manifest", "--url", "https://bot.example.com")

    assert "https://bot.example.com/slack/events" in ran.out
    assert "socket_mode_enabled: false" in ran.out


async def test_a_manifest_for_an_address_that_slack_refuses_is_an_error():
    ran = await _run({}, "manifest", "--url", "http://bot.example.com")

    assert (ran.code, ran.out) == (2, "")
    assert "must start with https://" in ran.err


@pytest.mark.parametrize(("of", "made"), [("triage", triage_schema), ("config", config_schema)])
async def test_a_schema_is_printed(of, made):
    ran = await _run({}, "schema", of)

    assert (ran.code, json.loads(ran.out)) == (0, made())


async def test_a_schema_of_anything_else_is_refused():
    ran = await _run({}, "schema", "triages")

    assert (ran.code, ran.out) == (2, "")
    assert "triage" in ran.err
