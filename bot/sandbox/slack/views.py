"""Modals and App Homes: who has which open, in what order, in which version (`hash`)."""

import secrets

from bot.sandbox.slack.blocks import completed, initial_state
from bot.sandbox.slack.model import Json, Limits, SlackError
from bot.sandbox.slack.rules import check_view
from bot.sandbox.slack.workspace import APP_ID, BOT_ID, TEAM_ID, Workspace


class Views:
    """The view stacks (bottom first) and Homes of all people."""

    def __init__(self, workspace: Workspace, limits: Limits) -> None:
        self._workspace = workspace
        self._limits = limits
        self.stacks: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}

    def find(self, view_id: str) -> tuple[str, Json]:
        """Return a view that is open or a Home, with the person who sees it.

        Raises:
            SlackError: not_found.
        """
        for user_id, stack in self.stacks.items():
            for view in stack:
                if view["id"] == view_id:
                    return user_id, view
        for user_id, view in self.homes.items():
            if view["id"] == view_id:
                return user_id, view
        raise SlackError("not_found")

    def find_external(self, external_id: str) -> Json:
        """Return the view with the app's own id.

        Raises:
            SlackError: not_found.
        """
        for view in self._all():
            if external_id and view["external_id"] == external_id:
                return view
        raise SlackError("not_found")

    def _all(self) -> list[Json]:
        return [*(view for stack in self.stacks.values() for view in stack), *self.homes.values()]

    def open(self, user_id: str, view: Json) -> Json:
        """Show a modal in place of whatever modal the person had open."""
        self._check_external_id(view)
        for old in self.stacks.get(user_id, []):
            self._workspace.tell("view_closed", user=user_id, view_id=old["id"])
        made = self._made(view)
        made["root_view_id"] = made["id"]
        self.stacks[user_id] = [made]
        self._workspace.tell("view", user=user_id, view=made)
        return made

    def push(self, user_id: str, view: Json) -> Json:
        """Put a modal on top of the open ones.

        Raises:
            SlackError: not_found without an open modal, push_limit_reached at the third.
        """
        stack = self.stacks.get(user_id) or []
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= self._limits.view_stack:
            raise SlackError("push_limit_reached")
        self._check_external_id(view)
        made = self._made(view)
        made["root_view_id"] = stack[0]["id"]
        made["previous_view_id"] = stack[-1]["id"]
        stack.append(made)
        self._workspace.tell("view", user=user_id, view=made)
        return made

    def update(self, view_id: str, view: Json, expected_hash: str | None = None) -> Json:
        """Replace what an open modal or Home shows.

        Raises:
            SlackError: not_found, hash_conflict when it changed since, duplicate_external_id.
        """
        user_id, current = self.find(view_id)
        if expected_hash and expected_hash != current["hash"]:
            raise SlackError("hash_conflict")
        if view.get("external_id") != current["external_id"]:
            self._check_external_id(view)
        kept = {key: current[key] for key in ("id", "root_view_id", "previous_view_id")}
        # What a person typed into a block that stays (same ids) stays too.
        typed = current["state"]["values"]
        current.update({**self._made(view), **kept})
        for block_id, states in current["state"]["values"].items():
            states.update({key: typed.get(block_id, {}).get(key, states[key]) for key in states})
        self._workspace.tell("view", user=user_id, view=current)
        return current

    def publish(self, user_id: str, view: Json, expected_hash: str | None = None) -> Json:
        """Show a person's App Home."""
        if user_id in self.homes:
            return self.update(self.homes[user_id]["id"], view, expected_hash)
        self._check_external_id(view)
        made = self._made(view)
        made["root_view_id"] = made["id"]
        self.homes[user_id] = made
        self._workspace.tell("view", user=user_id, view=made)
        return made

    def close(self, user_id: str, view_id: str) -> None:
        """Close one modal of a person; the one below it shows again."""
        stack = self.stacks.get(user_id, [])
        stack[:] = [view for view in stack if view["id"] != view_id]
        self._workspace.tell("view_closed", user=user_id, view_id=view_id)

    def clear(self, user_id: str) -> None:
        """Close all modals of a person."""
        for view in self.stacks.pop(user_id, []):
            self._workspace.tell("view_closed", user=user_id, view_id=view["id"])

    def _check_external_id(self, view: Json) -> None:
        wanted = view.get("external_id")
        if wanted and any(other["external_id"] == wanted for other in self._all()):
            raise SlackError("duplicate_external_id")

    def _made(self, view: Json) -> Json:
        checked = check_view(view, str(view.get("type")) if view.get("type") == "home" else "modal")
        blocks = completed(checked["blocks"])
        return {
            "id": "V" + secrets.token_hex(5).upper(),
            "team_id": TEAM_ID,
            "type": checked["type"],
            "blocks": blocks,
            "private_metadata": checked.get("private_metadata", ""),
            "callback_id": checked.get("callback_id", ""),
            "external_id": checked.get("external_id", ""),
            "title": checked.get("title"),
            "submit": checked.get("submit"),
            "close": checked.get("close"),
            "clear_on_close": checked.get("clear_on_close", False),
            "notify_on_close": checked.get("notify_on_close", False),
            "submit_disabled": checked.get("submit_disabled", False),
            "state": {"values": initial_state(blocks)},
            "hash": f"{self._workspace.new_ts().split('.')[0]}.{secrets.token_hex(4)}",
            "root_view_id": None,
            "previous_view_id": None,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "app_installed_team_id": TEAM_ID,
        }
