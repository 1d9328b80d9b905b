"""Collects what is wrong with a payload, each problem with its JSON pointer, in Slack's words."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.sandbox.slack.model import Json

PLAIN = ("plain_text",)
MRKDWN = ("mrkdwn",)
ANY_TEXT = ("plain_text", "mrkdwn")


class Report:
    """The problems of one payload, in the order they were found."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.problems: list[str] = []

    def add(self, at: str, problem: str) -> None:
        """Note one problem at a JSON pointer."""
        self.problems.append(f"{problem} [json-pointer:{at}]")

    def is_object(self, at: str, value: object) -> bool:
        """Check that a value is an object."""
        if not isinstance(value, dict):
            self.add(at, "must be an object")
        return isinstance(value, dict)

    def keys(self, at: str, value: Json, required: str, optional: str) -> None:
        """Check the names of an object's fields (both lists separated by blanks)."""
        known = {"type", *required.split(), *optional.split()}
        for key in required.split():
            if key not in value:
                self.add(at, f"missing required field: {key}")
        for key in value:
            if key not in known:
                self.add(f"{at}/{key}", f"no such field: {key}")

    def length(self, at: str, value: str, most: int, least: int = 1) -> None:
        """Check a string's length in characters."""
        if len(value) < least:
            self.add(at, f"must be more than {least - 1} characters")
        if len(value) > most:
            self.add(at, f"must be less than {most + 1} characters")

    def string(self, at: str, holder: Json, key: str, most: int, least: int = 1) -> None:
        """Check a string, when it is there."""
        value = holder.get(key)
        if key in holder and not isinstance(value, str):
            self.add(f"{at}/{key}", "must be a string")
        elif isinstance(value, str):
            self.length(f"{at}/{key}", value, most, least)

    def strings(self, at: str, holder: Json, limits: dict[str, int]) -> None:
        """Check several strings of one object."""
        for key, most in limits.items():
            self.string(at, holder, key, most)

    def booleans(self, at: str, holder: Json, keys: str) -> None:
        """Check that the named fields, where present, are true or false."""
        for key in keys.split():
            if key in holder and not isinstance(holder[key], bool):
                self.add(f"{at}/{key}", "must be a boolean")

    def one_of(self, at: str, holder: Json, key: str, values: Sequence[object]) -> None:
        """Check that a field, when it is there, has one of the values."""
        if key in holder and holder[key] not in values:
            self.add(f"{at}/{key}", f"must be one of: {', '.join(map(str, values))}")

    def types(self, at: str, holder: Json, wanted: Mapping[str, type]) -> None:
        """Check the Python types of the fields that are there; True is no number."""
        for key, kind in wanted.items():
            value = holder.get(key)
            if key in holder and (not isinstance(value, kind) or isinstance(value, bool)):
                self.add(f"{at}/{key}", f"must be of type {kind.__name__}")

    def kind(self, at: str, value: object, kinds: Collection[str]) -> str | None:
        """Return the `type` of an object, None (and a problem) when it is none of these."""
        found = value.get("type") if isinstance(value, dict) else None
        if isinstance(found, str) and found in kinds:
            return found
        self.add(f"{at}/type", f"unsupported type: {found}")
        return None

    def items(self, at: str, holder: Json, key: str, most: int, least: int = 1) -> list[Any]:
        """Check the size of a list and return it; an empty list when it is missing or none."""
        if key not in holder:
            return []
        value = holder[key]
        if not isinstance(value, list):
            self.add(f"{at}/{key}", "must be an array")
            return []
        if len(value) < least:
            self.add(f"{at}/{key}", f"no fewer than {least} items allowed")
        if len(value) > most:
            self.add(f"{at}/{key}", f"no more than {most} items allowed")
        return value

    def text(
        self, at: str, holder: Json, key: str, most: int, kinds: Sequence[str] = PLAIN
    ) -> None:
        """Check a text object, when it is there."""
        if key in holder:
            self.text_object(f"{at}/{key}", holder[key], most, kinds)

    def text_object(self, at: str, value: object, most: int, kinds: Sequence[str]) -> None:
        """Check a text object: kind, length, and no field of the other kind."""
        if not isinstance(value, dict):
            self.add(at, "must be an object")
            return
        if value.get("type") not in kinds:
            self.add(f"{at}/type", f"must be one of: {', '.join(kinds)}")
        extra = "verbatim" if value.get("type") == "mrkdwn" else "emoji"
        self.keys(at, value, "type text", extra)
        self.string(at, value, "text", most)
        self.booleans(at, value, extra)
