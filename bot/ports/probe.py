"""What a probe is."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.domain.answer import ApiKey, SecretText
from bot.domain.diagnosis import Mode
from bot.domain.money import Canary
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.service import Service
from bot.domain.status_page import StatusPage
from bot.domain.thresholds import Thresholds
from bot.ports.clock import Clock
from bot.ports.cluster import Cluster
from bot.ports.ideogram import Ideogram
from bot.ports.metrics import Metrics
from bot.ports.network import Network


@dataclass(frozen=True, slots=True)
class Subject:
    """What one triage hands to its probes. Lives in memory only, for one run.

    Attributes:
        key: None when the bot has none that it may use; `no_key` says why.
        key_note: For the rows of evidence, for example that two keys differ.
        dry_run_allowed: False while `quote_path` is switched off because it cost money once.
        first_picture: Set by the first canary that gets an image, to its signed URL; set to None
            when the last canary ended without one.
        canaries: Those still running; the probe of each takes itself off.
        pictured: The canary that got the first picture; empty until then.
    """

    service: Service
    mode: Mode
    key: ApiKey | None
    first_picture: asyncio.Future[SecretText | None]
    no_key: str = ""
    key_note: str = ""
    dry_run_allowed: bool = True
    canaries: set[ProbeKind] = field(default_factory=set)
    pictured: list[ProbeKind] = field(default_factory=list)

    def picture_seen(self, kind: ProbeKind, url: SecretText | None) -> None:
        """Tell the run how one canary ended; the first URL wins.

        Args:
            kind: The canary that ended.
            url: Of its image; None when there is none.
        """
        self.canaries.discard(kind)
        if not self.first_picture.done() and (url is not None or not self.canaries):
            self.pictured.extend([] if url is None else [kind])
            self.first_picture.set_result(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """What probes measure with.

    Attributes:
        cluster: None where there is none, in a terminal for example.
        status_page: The provider's; None when nobody wants it read.
        metrics: Answers about users' traffic; None where nobody may be asked.
        thresholds: From where on a measurement is a fault.
        canary: Model and speed of paid requests, for what they cost.
        timeout: Of a free request or a reading.
        generate_timeout: Of a paid one.
    """

    ideogram: Ideogram
    network: Network
    cluster: Cluster | None
    clock: Clock
    status_page: StatusPage | None = None
    metrics: Metrics | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    canary: Canary = field(default_factory=Canary)
    timeout: timedelta = timedelta(seconds=10)
    generate_timeout: timedelta = timedelta(seconds=55)


class Probe(Protocol):
    """A repeatable measurement of one target; it changes nothing.

    A sick target is a result, not an exception. `timeout` is the probe's own; the wrapper around
    it allows 2 s more and calls it unknown then.
    """

    @property
    def kind(self) -> ProbeKind:
        """Name the probe."""
        ...

    @property
    def timeout(self) -> timedelta:
        """Bound the whole measurement, chains of requests included."""
        ...

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        ...
