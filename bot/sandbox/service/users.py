"""Pretend users: each asks for a picture, looks at it, thinks, and asks again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from bot.sandbox.service.ideogram_api import Call

Ask = Callable[[str, str, Call], Awaitable[object]]

_NAMES: Final = ("Dana", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai")
_PROMPTS: Final = (
    "a lighthouse in the fog",
    "a fox reading a newspaper",
    "a poster for a jazz evening",
    "a cup of coffee on a rainy window sill",
    "a logo for a bakery called Crumb",
    "mountains at sunrise, flat design",
    "a robot watering tomatoes",
    "a birthday card with a whale",
)


def names(count: int) -> list[str]:
    """Return `count` different names."""
    rounds = range(count // len(_NAMES) + 1)
    return [f"{name} {n + 1}" if n else name for n in rounds for name in _NAMES][:count]


async def use(name: str, ask: Ask, think_seconds: float) -> None:
    """Be one user until cancelled.

    Args:
        name: Of the user.
        ask: `(user, prompt, call)`; returns when the user got something, good or bad.
        think_seconds: Mean pause between two requests; the first comes sooner.
    """
    await asyncio.sleep(random.uniform(0, think_seconds))
    while True:
        calls: tuple[Call, Call] = ("legacy", "v3")  # thumbnails and posters: the service uses both
        await ask(name, random.choice(_PROMPTS), random.choice(calls))
        await asyncio.sleep(think_seconds * random.uniform(0.7, 1.3))
