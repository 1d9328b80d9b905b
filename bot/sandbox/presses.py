"""The dare Press Twice: which button it would press, said before it presses."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.kubernetes.server import KubernetesServer
from bot.sandbox.settings_files import DEPLOYMENT, NAMESPACE
from bot.sandbox.slack.model import Delivery
from bot.sandbox.slack.server import SlackServer

Json = dict[str, Any]
PRESSERS: Final = ("U0ANA", "U0ANA", "U0BEN")


class NothingToPressError(Exception):
    """No message offers a button that changes anything; the text says what to do first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What would be pressed.

    Attributes:
        label: Of the button.
        again: The press that already came, while its change rolls out and its button is gone:
            Slack delivers it once more. None: a button that shows now.
        place: What `SlackServer.click` takes: channel, ts, action; empty for `again`.
    """

    label: str
    again: Delivery | None = None
    place: tuple[str, str, str] = ("", "", "")
    block_id: str | None = None

    @property
    def is_late(self) -> bool:
        """Whether it is the same press once more."""
        return self.again is not None


@dataclass(slots=True)
class Presses:
    """Knows what people pressed, and what they could press."""

    slack: SlackServer
    kubernetes: KubernetesServer
    _newest: Delivery | None = field(default=None)
    _generation: int = 0  # of the Deployment, just before the newest press

    async def watched(self, press: Awaitable[Delivery]) -> Delivery:
        """Carry out a press; remember it if it changes something, so that Slack asked before."""
        generation = self._deployment()["metadata"]["generation"]
        delivery = await press
        if _changing(delivery) is not None:
            self._newest, self._generation = delivery, generation
        return delivery

    @property
    def is_rolling(self) -> bool:
        """Whether pods are being replaced."""
        deployment = self._deployment()
        wanted, status = deployment["spec"]["replicas"], deployment.get("status", {})
        counts = (status.get(name, 0) for name in ("replicas", "updatedReplicas", "readyReplicas"))
        is_seen = status.get("observedGeneration") == deployment["metadata"]["generation"]
        return not is_seen or any(count != wanted for count in counts)

    def offer(self) -> Offer | None:
        """Say what a dare would press right now; None when nothing can be pressed.

        While a change rolls out it is the press that began it; else the newest button that asks
        before it acts, a primary one first, and one that takes a change back only without others.
        """
        running = self._newest and _changing(self._newest)
        began = self._deployment()["metadata"]["generation"] == self._generation + 1
        if running and began and self.is_rolling:
            return Offer(label=running, again=self._newest)
        return max(_shown(self.slack), key=_rank, default=(None,))[0]

    def _deployment(self) -> Json:
        return self.kubernetes.deployment(NAMESPACE, DEPLOYMENT)

    async def press(self, offer: Offer) -> None:
        """Press it three times at the same moment: two people, or Slack sends what was pressed."""
        if offer.again is not None:
            await asyncio.gather(*(self.slack.redeliver(offer.again) for _ in PRESSERS))
            return
        channel, ts, action = offer.place
        clicks = (
            self.slack.click(user, channel, ts, action, block_id=offer.block_id)
            for user in PRESSERS
        )
        await asyncio.gather(*map(self.watched, clicks))


def _changing(delivery: Delivery) -> str | None:
    """Find the label of the pressed button, if it asks before it acts."""
    for action in delivery.payload.get("actions") or ():
        if action.get("type") == "button" and action.get("confirm"):
            label: str = action["text"]["text"]
            return label
    return None


Shown = tuple[Offer, Json]


def _shown(slack: SlackServer) -> Iterator[Shown]:
    for channel in slack.channels:
        for message in slack.messages(channel):
            for block in message.get("blocks") or ():
                for element in block.get("elements") or ():
                    if element.get("type") == "button" and element.get("confirm"):
                        place = (channel, message["ts"], element["action_id"])
                        label = element["text"]["text"]
                        yield Offer(label=label, place=place, block_id=block["block_id"]), element


def _rank(shown: Shown) -> tuple[bool, str, bool]:
    offer, element = shown
    is_undo = offer.label.startswith("Undo")  # as people tell it: by the word on the button
    return not is_undo, offer.place[1], element.get("style") == "primary"
