"""One unit of work is one transaction: state, timeline and outbox together.

Reading a row inside a unit of work for change locks it until the end, so two units cannot lose
each other's changes. Moments are handed in by the caller.
"""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from bot.ports.audit import Audit
from bot.ports.budget import Budget
from bot.ports.inbox import Inbox
from bot.ports.incidents import Incidents
from bot.ports.ledger import Ledger
from bot.ports.mitigations import Mitigations
from bot.ports.outbox import Outbox
from bot.ports.recoveries import Recoveries
from bot.ports.timeline import Timeline
from bot.ports.triages import Triages


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def incidents(self) -> Incidents:
        """Incidents in this transaction."""
        ...

    @property
    def timeline(self) -> Timeline:
        """Timeline events in this transaction."""
        ...

    @property
    def triages(self) -> Triages:
        """Triages in this transaction."""
        ...

    @property
    def mitigations(self) -> Mitigations:
        """Mitigations in this transaction."""
        ...

    @property
    def outbox(self) -> Outbox:
        """The outbox in this transaction."""
        ...

    @property
    def inbox(self) -> Inbox:
        """The inbox in this transaction."""
        ...

    @property
    def budget(self) -> Budget:
        """The budget in this transaction."""
        ...

    @property
    def recoveries(self) -> Recoveries:
        """What is due while mitigations are in force, in this transaction."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Recorded balances in this transaction."""
        ...

    @property
    def audit(self) -> Audit:
        """The audit trail in this transaction."""
        ...


class Storage(Protocol):
    """The database.

    Raises:
        UnavailableError: From any use, when the database does not answer.
    """

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Begin a unit of work: committed on leaving, rolled back on an exception.

        After a commit that wrote to the outbox, the deliverer is woken.
        """
        ...

    async def wait_for_outbox(self, within: timedelta) -> None:
        """Return once something was written to the outbox here, or when `within` is over."""
        ...
