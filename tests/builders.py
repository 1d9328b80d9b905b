"""Builders for tests: each names only what matters, the rest is ordinary."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.ids import (
    ChannelId,
    IncidentId,
    MitigationId,
    OutboxKey,
    PreviewId,
    ServiceName,
    UserId,
)
from bot.domain.incident import Incident, Status
from bot.domain.mitigation import EnvChange, MitigationKind, MitigationRun, Preview, State
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.request import Asked
from bot.domain.service import (
    ConcurrencySwitch,
    SecretRef,
    Service,
    Switch,
    SwitchName,
    Target,
)
from bot.domain.severity import Severity

NIGHT = datetime(2026, 11, 20, 3, 4, tzinfo=UTC)
ANA = UserId("U0ANA")
BEN = UserId("U0BEN")
INCIDENTS = ChannelId("C0INCIDENTS")


def a_service(**changes: Any) -> Service:
    """Build a service with both switches, concurrency, a secret and a health URL."""
    values: dict[str, Any] = {
        "name": ServiceName("ideogram-service"),
        "target": Target(namespace="default", deployment="ideogram-service", container="app"),
        "health_url": "https://app.example.com/health",
        "health_path": "services.ideogram",
        "switches": {
            SwitchName.FALLBACK: Switch("IDEOGRAM_FALLBACK", "true", "false"),
            SwitchName.GENERATION: Switch("IDEOGRAM_ENABLED", "true", "false"),
        },
        "concurrency": ConcurrencySwitch("IDEOGRAM_CONCURRENCY", 8, (3, 1)),
        "secret": SecretRef("ideogram-secrets", "api-key", "api-key-next"),
        "generation_env": ("IDEOGRAM_MODEL", "IDEOGRAM_STYLE"),
    }
    return Service(**(values | changes))


def asked(**changes: Any) -> Asked:
    """Build the who, where and when of a request: Ana, in #incidents, at night."""
    values: dict[str, Any] = {"by": ANA, "channel": INCIDENTS, "at": NIGHT}
    return Asked(**(values | changes))


def a_result(
    kind: ProbeKind = ProbeKind.GENERATE_V3, outcome: Outcome = Outcome.HEALTHY, **changes: Any
) -> ProbeResult:
    """Build a probe result."""
    values: dict[str, Any] = {
        "kind": kind,
        "outcome": outcome,
        "detail": "as said",
        "measured_at": NIGHT,
    }
    return ProbeResult(**(values | changes))


def an_incident(**changes: Any) -> Incident:
    """Build an incident that Ana declared at night."""
    values: dict[str, Any] = {
        "id": IncidentId(42),
        "service": ServiceName("ideogram-service"),
        "title": "Ideogram is down",
        "severity": Severity.P1,
        "status": Status.INVESTIGATING,
        "channel": INCIDENTS,
        "declared_at": NIGHT,
        "declared_by": ANA,
        "started_at": NIGHT - timedelta(minutes=8),
    }
    return Incident(**(values | changes))


def a_preview(**changes: Any) -> Preview:
    """Build a preview of enable-fallback."""
    values: dict[str, Any] = {
        "id": PreviewId("p1"),
        "service": ServiceName("ideogram-service"),
        "kind": MitigationKind.ENABLE_FALLBACK,
        "changes": (EnvChange("IDEOGRAM_FALLBACK", "false", "true"),),
        "env_hash": "e1",
        "paused": False,
        "where": "prod-eu/default",
        "deployment": "ideogram-service",
        "pods": 4,
        "ready": 4,
        "surge": 1,
        "made_at": NIGHT,
    }
    return Preview(**(values | changes))


def a_run(**changes: Any) -> MitigationRun:
    """Build a pressed enable-fallback."""
    values: dict[str, Any] = {
        "id": MitigationId("3f2a91c4d5e6"),
        "service": ServiceName("ideogram-service"),
        "kind": MitigationKind.ENABLE_FALLBACK,
        "state": State.PRESSED,
        "preview": a_preview(),
        "object_key": "/default/ideogram-service",
        "container": "app",
        "by": ANA,
        "pressed_at": NIGHT,
        "channel": INCIDENTS,
        "message": OutboxKey("M-3f2a91/progress"),
    }
    return MitigationRun(**(values | changes))
