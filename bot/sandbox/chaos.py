"""What is broken in the pretend world right now, and the three dares."""

import random
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.faults import FAULTS, OWN, TROUBLES, Fault, known
from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.kubernetes.server import KubernetesServer, Request
from bot.sandbox.own_faults import OwnFaults, app
from bot.sandbox.presses import PRESSERS, NothingToPressError, Offer, Presses
from bot.sandbox.riddle import RunbookScript
from bot.sandbox.service.server import ServiceServer
from bot.sandbox.settings_files import DEPLOYMENT, NAMESPACE
from bot.sandbox.slack.model import Delivery
from bot.sandbox.slack.server import SlackServer

CUT_SECONDS: Final = 20.0
RUNBOOK_COMMANDS: Final = 2  # kubectl set env, kubectl rollout restart (the incident runbook)


@dataclass(slots=True)
class Dare:
    """One dare as it goes.

    Attributes:
        name: "press-twice", "kill-bot" or "cut-slack".
        started_at: Unix time.
        patches_before: PATCH requests the bot had made when it began.
        detail: What was done, in words.
        presses: How often the button was pressed.
        patches: What the presses came to, once somebody pressed another button; None until then.
    """

    name: str
    started_at: float
    patches_before: int
    detail: str
    presses: int = 0
    patches: int | None = None


@dataclass(kw_only=True)
class Chaos:
    """Breaks and repairs the world.

    Attributes:
        presses: What people pressed and could press.
        script: The runbook's own, run beside a mystery.
        fault: What is broken; None when nothing is.
        is_hidden: A mystery: the page does not say which fault it is until it is revealed.
        broken_at: Unix time when the newest fault began.
        dare: The newest dare.
        cut_until: Unix time at which Slack is back.
        troubles: Which of TROUBLES are on.
    """

    slack: SlackServer
    ideogram: IdeogramServer
    kubernetes: KubernetesServer
    service: ServiceServer
    own: OwnFaults
    presses: Presses
    script: RunbookScript = field(default_factory=RunbookScript)
    fault: Fault | None = None
    is_hidden: bool = False
    broken_at: float | None = None
    dare: Dare | None = None
    cut_until: float = 0.0
    troubles: set[str] = field(default_factory=set)
    _first: tuple[int, int] = (0, 0)  # before the newest presses: PATCH requests; how many presses
    _before: Counter[str] = field(default_factory=Counter)

    async def break_(self, name: str) -> None:
        """Break one thing; what was broken before is repaired first.

        Raises:
            KeyError: No such fault.
        """
        fault = known(name)
        if fault is None:
            raise KeyError(name)
        self.script.stop()
        if self.fault is not None:
            await self.repair()
        if fault.name in OWN:
            await self.own.break_(fault.name)
        else:
            await self.ideogram.set_fault(fault.name)
        self.fault, self.is_hidden, self.broken_at = fault, False, time.time()
        self._before = Counter(self.service.counters)

    async def break_something(self) -> None:
        """Break one thing that a triage can name, and keep it secret."""
        await self.break_(random.choice([fault.name for fault in FAULTS if fault.is_riddle]))
        self.is_hidden = True
        self.script.start(self.ideogram.url, self._key_in_use())

    def _key_in_use(self) -> str:
        """Read the key that a person would take for the script: the one in the pods."""
        pods = self.kubernetes.pods(NAMESPACE, DEPLOYMENT)
        return next((pod.env.get("IDEOGRAM_API_KEY", "") for pod in pods), "")

    async def repair(self) -> None:
        """Make everything work again; what the bot switched stays as it is."""
        self.script.stop()
        await self.own.repair()  # Ideogram too
        self.fault, self.is_hidden = None, False

    async def trouble(self, name: str, *, is_on: bool) -> None:
        """Switch one of TROUBLES on or off.

        Raises:
            KeyError: No such trouble.
        """
        if name not in TROUBLES:
            raise KeyError(name)
        if name == "stuck-pods":
            self.kubernetes.stick(is_on)
        else:
            await self.kubernetes.unavailable("refuse" if is_on else None)
        self.troubles = self.troubles | {name} if is_on else self.troubles - {name}

    def since_broken(self) -> dict[str, int]:
        """Count what users got since the newest fault began, by kind; empty before any."""
        if self.broken_at is None:
            return {}
        return dict(Counter(self.service.counters) - self._before)

    def patches(self) -> list[Request]:
        """List the PATCH requests of the bot that changed something, oldest first."""
        return [request for request in self.kubernetes.requests if _changes(request)]

    def offer(self) -> Offer | None:
        """Say which button `press_twice` would press; None when there is none."""
        return self.presses.offer()

    async def press_twice(self) -> None:
        """Press what `offer` says three times at once, by two people.

        Raises:
            NothingToPressError: There is no such button.
        """
        offer = self.offer()
        if offer is None:
            raise NothingToPressError(self._nothing())
        before, earlier = self._first
        if not offer.is_late:
            before, earlier = len(self.patches()), 0
        who = "Slack delivers it thrice more" if offer.is_late else "Ana twice, Ben once, at once"
        self._first = before, earlier + len(PRESSERS)
        detail = f"{offer.label}. {who}"
        self.dare = Dare("press-twice", time.time(), before, detail, presses=self._first[1])
        await self.presses.press(offer)

    async def press(self, click: Awaitable[Delivery]) -> Delivery:
        """Carry out what a visitor presses; a dare before it has had its PATCH requests."""
        if self.dare is not None:
            self.dare.patches = self.patches_of(self.dare)
        self._first = len(self.patches()), 1
        return await self.presses.watched(click)

    def patches_of(self, dare: Dare) -> int:
        """Count the PATCH requests that a dare came to."""
        so_far = len(self.patches()) - dare.patches_before
        return so_far if dare.patches is None else dare.patches

    def _nothing(self) -> str:
        if self.presses.is_rolling:
            return "Nothing to press: pods are rolling out, and no press of yours began that."
        if self.fault is None:
            return "Nothing to press yet. Break Ideogram, type /ideogram triage, then dare."
        return "Nothing to press yet. Type /ideogram triage, then dare when its card has a button."

    def cut_slack(self, seconds: float = CUT_SECONDS) -> None:
        """Take Slack away from the bot for a while."""
        self.slack.cut(seconds)
        self.cut_until = time.time() + seconds
        self.dare = self._dare("cut-slack", f"No answer from Slack for {seconds:.0f} s")

    def killed(self, pid: int | None) -> None:
        """Note that the bot was killed."""
        self.dare = self._dare("kill-bot", f"SIGKILL to process {pid}")

    def _dare(self, name: str, detail: str) -> Dare:
        return Dare(name, time.time(), len(self.patches()), detail)


def app_image(deployment: dict[str, Any]) -> str:
    """Read the image of the container `app`."""
    image: str = app(deployment)["image"]
    return image


def _changes(request: Request) -> bool:
    dry = "dryRun" in request.query
    return request.method == "PATCH" and request.user == "bot" and not dry and request.status < 300  # noqa: PLR2004  2xx
