"""What a visitor of the page can do: as a person in Slack, and to the world."""

import html
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.faults import MYSTERY
from bot.sandbox.presses import NothingToPressError

if TYPE_CHECKING:
    from bot.sandbox.slack.model import Delivery
    from bot.sandbox.world import World

Given = Mapping[str, Any]
Answer = dict[str, Any]


class BadRequestError(Exception):
    """The page asked for something that cannot be done; the text says why."""


class Actions:
    """Carries out what the page asks for."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._known: Final[Mapping[str, Callable[[Given], Awaitable[Answer]]]] = {
            "command": self._command,
            "say": self._say,
            "click": self._click,
            "click-in-view": self._click_in_view,
            "submit": self._submit,
            "close": self._close,
            "fault": self._fault,
            "reveal": self._reveal,
            "trouble": self._trouble,
            "dare/press-twice": self._press_twice,
            "dare/kill-bot": self._kill_bot,
            "dare/cut-slack": self._cut_slack,
        }

    async def __call__(self, name: str, given: object) -> Answer:
        """Do one thing.

        Args:
            name: The last part of the URL.
            given: The decoded JSON body.

        Raises:
            BadRequestError: Unknown, or something is missing.
        """
        action = self._known.get(name)
        if action is None:
            raise BadRequestError(f"The page cannot {name!r}.")
        if not isinstance(given, dict):
            raise BadRequestError("The body must be a JSON object.")
        try:
            return await action(given)
        except KeyError as error:
            raise BadRequestError(f"Missing or unknown: {error}.") from None

    async def _command(self, given: Given) -> Answer:
        text = _text(given).removeprefix("/ideogram").strip()
        slack = self._world.slack
        return _answer(await slack.run_command(given["user"], given["channel"], text))

    async def _say(self, given: Given) -> Answer:
        # Slack's own box escapes what people type (docs.slack.dev, formatting message text).
        text = html.escape(_text(given), quote=False)
        said = await self._world.slack.say(
            given["user"], given["channel"], text, thread_ts=given.get("thread_ts")
        )
        return _answer(said)

    async def _click(self, given: Given) -> Answer:
        world = self._world
        click = world.slack.click(
            given["user"],
            given["channel"],
            given["ts"],
            given["action_id"],
            block_id=given.get("block_id"),
            option=given.get("option"),
        )
        return _answer(await world.chaos.press(click))

    async def _click_in_view(self, given: Given) -> Answer:
        clicked = await self._world.slack.click_in_view(
            given["user"],
            given["view"],
            given["action_id"],
            block_id=given.get("block_id"),
            option=given.get("option"),
        )
        return _answer(clicked)

    async def _submit(self, given: Given) -> Answer:
        slack = self._world.slack
        return _answer(await slack.submit_view(given["user"], given["view"], given.get("values")))

    async def _close(self, given: Given) -> Answer:
        return _answer(await self._world.slack.close_view(given["user"], given["view"]))

    async def _fault(self, given: Given) -> Answer:
        """Break what is named, a secret something, or repair (null)."""
        chaos = self._world.chaos
        if given["name"] is None:
            await chaos.repair()
        elif given["name"] == MYSTERY:
            await chaos.break_something()
        else:
            await chaos.break_(given["name"])
        return {}

    async def _reveal(self, _: Given) -> Answer:
        self._world.chaos.is_hidden = False
        return {}

    async def _trouble(self, given: Given) -> Answer:
        await self._world.chaos.trouble(given["name"], is_on=given["on"] is True)
        return {}

    async def _press_twice(self, _: Given) -> Answer:
        try:
            await self._world.chaos.press_twice()
        except NothingToPressError as error:
            raise BadRequestError(str(error)) from None
        return {}

    async def _kill_bot(self, _: Given) -> Answer:
        bot = self._world.bot
        if bot is None or bot.pid is None:
            raise BadRequestError("The bot is not running right now.")
        self._world.chaos.killed(bot.pid)
        bot.kill()
        return {}

    async def _cut_slack(self, _: Given) -> Answer:
        self._world.chaos.cut_slack()
        return {}


def _text(given: Given) -> str:
    text = given["text"]
    if not isinstance(text, str):
        raise BadRequestError("The text must be a string.")
    return text


def _answer(delivery: "Delivery") -> Answer:
    return {
        "acked": delivery.acked,
        "seconds": round(delivery.seconds, 3),
        "error": delivery.error,
        "response": delivery.response,
    }
