"""The tables: columns for what is asked for, and one JSON text `body` with the whole value.

Table models do not validate; rows never leave this package. Moments are aware UTC. Changing this
file needs a migration; a test compares the two.
"""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Index, MetaData, Table, text
from sqlmodel import Field, SQLModel

# The newest migration; a test compares.
SCHEMA: Final = "0004"
# Of the outbox: what may have to be sent. Most rows are finished, and every tick asks.
PENDING: Final = "dead_at IS NULL AND (ts IS NULL OR revision > sent_revision)"


class Base(SQLModel):
    """All tables of the bot, with names for every constraint so that migrations can drop them."""

    model_config = {"defer_build": True}  # nobody calls the validators

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CounterRow(Base, table=True):
    """The last number taken, by name."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int = 0


class IncidentRow(Base, table=True):
    """Incidents."""

    __tablename__ = "incident"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    service: str
    is_open: bool = Field(index=True)
    body: str


class TimelineRow(Base, table=True):
    """Timeline events."""

    __tablename__ = "timeline"
    __table_args__ = (Index(None, "incident_id", "at", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int
    at: datetime
    body: str


class TriageRow(Base, table=True):
    """Triages."""

    __tablename__ = "triage"
    __table_args__ = (Index(None, "service", "id"),)
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    service: str
    has_ended: bool = Field(index=True)
    claimed_until: datetime | None = None
    body: str


class PreviewRow(Base, table=True):
    """Previews of mitigations."""

    __tablename__ = "preview"
    id: str = Field(primary_key=True)
    settled_by: str | None = None
    body: str


class LockRow(Base, table=True):
    """Who works on an object: one row, one place."""

    __tablename__ = "object_lock"
    object_key: str = Field(primary_key=True)
    holder: str


class MitigationRow(Base, table=True):
    """Presses. `number` is the order in which they were inserted."""

    __tablename__ = "mitigation"
    __table_args__ = (Index(None, "service", "kind", "state"),)
    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    object_key: str = Field(index=True)
    service: str
    kind: str
    state: str
    is_running: bool = Field(index=True)
    is_undone: bool
    incident_id: int | None = Field(default=None, index=True)
    epoch: int
    holder: str | None = None
    claimed_until: datetime | None = None
    body: str


class OutboxRow(Base, table=True):
    """What is to be said. `parent` is empty for the channel itself, so that it compares."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_unfinished",
            "channel",
            "parent",
            "id",
            sqlite_where=text("ts IS NULL AND dead_at IS NULL"),
            postgresql_where=text("ts IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_pending",
            "id",
            sqlite_where=text(PENDING),
            postgresql_where=text(PENDING),
        ),
        Index(
            "ix_outbox_unlinked",
            "id",
            sqlite_where=text("ts IS NOT NULL AND link IS NULL"),
            postgresql_where=text("ts IS NOT NULL AND link IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    channel: str
    parent: str = ""
    broadcast: bool = False
    written_at: datetime
    revision: int = 1
    sent_revision: int = 0
    ts: str | None = None
    unseen: bool = False
    attempts: int = 0
    first_tried_at: datetime | None = None
    lapses: int = 0
    due_at: datetime
    epoch: int = 0
    holder: str | None = None
    claimed_until: datetime | None = None
    dead_at: datetime | None = None
    why: str = ""
    link: str | None = None
    body: str


class InboxRow(Base, table=True):
    """What arrived from outside."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_open",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    received_at: datetime
    attempts: int = 1
    holder: str | None = None
    claimed_until: datetime | None = None
    closed_at: datetime | None = None
    body: str


class BudgetRow(Base, table=True):
    """Money of one UTC day, millionths of a USD: SQLite has no decimals."""

    __tablename__ = "budget"
    day: str = Field(primary_key=True)
    used_micros: int = Field(sa_type=BigInteger)


class QuoteOffRow(Base, table=True):
    """Paths that are never asked for a quote again."""

    __tablename__ = "quote_off"
    path: str = Field(primary_key=True)
    at: datetime


class RecoveryRow(Base, table=True):
    """What is due while mitigations are in force; the id is the mitigation's."""

    __tablename__ = "recovery"
    id: str = Field(primary_key=True)
    due_at: datetime | None = Field(default=None, index=True)
    has_ended: bool
    epoch: int
    claimed_until: datetime | None = None
    body: str


class AnchorRow(Base, table=True):
    """Balances that people recorded, millionths of a USD."""

    __tablename__ = "anchor"
    __table_args__ = (Index(None, "at", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    amount_micros: int = Field(sa_type=BigInteger)
    at: datetime
    by: str


class AuditRow(Base, table=True):
    """The audit trail."""

    __tablename__ = "audit"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    by: str
    what: str
    target: str
    before: str
    after: str
    result: str
    why: str = ""


def table(row: type[Base]) -> Table:
    """Look up the table of a row class, for statements."""
    return cast("Table", cast("Any", row).__table__)
