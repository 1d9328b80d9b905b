"""First tables."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision: Final = "0001"
down_revision: Final = None
branch_labels: Final = None
depends_on: Final = None

TEXT: Final = AutoString()
MOMENT: Final = UTCDateTime()
NUMBER: Final = sa.Integer()
FLAG: Final = sa.Boolean()


def upgrade() -> None:
    """Make every table, and begin the numbers that people read."""
    _audit()
    _budget()
    _counter()
    _inbox()
    _incident()
    _mitigation()
    _object_lock()
    _outbox()
    _preview()
    _quote_off()
    _timeline()
    _triage()


def downgrade() -> None:
    """Drop every table."""
    for name in (
        "audit",
        "budget",
        "counter",
        "inbox",
        "incident",
        "mitigation",
        "object_lock",
        "outbox",
        "preview",
        "quote_off",
        "timeline",
        "triage",
    ):
        op.drop_table(name)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("after", TEXT, nullable=False),
        sa.Column("result", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )


def _budget() -> None:
    op.create_table(
        "budget",
        sa.Column("day", TEXT, nullable=False),
        sa.Column("used_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_budget")),
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    numbers = sa.table("counter", sa.column("name", TEXT), sa.column("value", NUMBER))
    op.bulk_insert(numbers, [{"name": "incident", "value": 0}, {"name": "triage", "value": 0}])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("holder", TEXT, nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("key", name=op.f("uq_inbox_key")),
    )
    op.create_index("ix_inbox_open", "inbox", ["id"], **_where("closed_at IS NULL"))


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("service", TEXT, nullable=False),
        sa.Column("is_open", FLAG, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_is_open"), "incident", ["is_open"])


def _mitigation() -> None:
    op.create_table(
        "mitigation",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("object_key", TEXT, nullable=False),
        sa.Column("service", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("is_running", FLAG, nullable=False),
        sa.Column("is_undone", FLAG, nullable=False),
        sa.Column("incident_id", NUMBER, nullable=True),
        sa.Column("epoch", NUMBER, nullable=False),
        sa.Column("holder", TEXT, nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_mitigation")),
        sa.UniqueConstraint("id", name=op.f("uq_mitigation_id")),
    )
    op.create_index(op.f("ix_mitigation_incident_id"), "mitigation", ["incident_id"])
    op.create_index(op.f("ix_mitigation_is_running"), "mitigation", ["is_running"])
    op.create_index(op.f("ix_mitigation_object_key"), "mitigation", ["object_key"])
    op.create_index(
        op.f("ix_mitigation_service_kind_state"), "mitigation", ["service", "kind", "state"]
    )


def _object_lock() -> None:
    op.create_table(
        "object_lock",
        sa.Column("object_key", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("object_key", name=op.f("pk_object_lock")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("parent", TEXT, nullable=False),
        sa.Column("broadcast", FLAG, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("sent_revision", NUMBER, nullable=False),
        sa.Column("ts", TEXT, nullable=True),
        sa.Column("unseen", FLAG, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("first_tried_at", MOMENT, nullable=True),
        sa.Column("lapses", NUMBER, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("epoch", NUMBER, nullable=False),
        sa.Column("holder", TEXT, nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("dead_at", MOMENT, nullable=True),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("link", TEXT, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["id"],
        **_where("dead_at IS NULL AND (ts IS NULL OR revision > sent_revision)"),
    )
    op.create_index(
        "ix_outbox_unfinished",
        "outbox",
        ["channel", "parent", "id"],
        **_where("ts IS NULL AND dead_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_unlinked", "outbox", ["id"], **_where("ts IS NOT NULL AND link IS NULL")
    )


def _preview() -> None:
    op.create_table(
        "preview",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("settled_by", TEXT, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview")),
    )


def _quote_off() -> None:
    op.create_table(
        "quote_off",
        sa.Column("path", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_quote_off")),
    )


def _timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("incident_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
    )
    op.create_index(op.f("ix_timeline_incident_id_at_id"), "timeline", ["incident_id", "at", "id"])


def _triage() -> None:
    op.create_table(
        "triage",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("service", TEXT, nullable=False),
        sa.Column("has_ended", FLAG, nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage")),
    )
    op.create_index(op.f("ix_triage_has_ended"), "triage", ["has_ended"])
    op.create_index(op.f("ix_triage_service_id"), "triage", ["service", "id"])
