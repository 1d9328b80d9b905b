"""views.*: modals and App Homes."""

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.rules import check_view


def open_view(core: Core, given: Json) -> Json:
    """Open a modal for the person whose act issued the trigger."""
    # The view first: a refused view leaves the trigger usable.
    check_view(given["view"], "modal")
    trigger = core.tickets.use_trigger(given["trigger_id"])
    return {"view": core.views.open(trigger.user_id, given["view"])}


def push_view(core: Core, given: Json) -> Json:
    """Put a modal on top of the one from which the trigger came."""
    check_view(given["view"], "modal")
    trigger = core.tickets.use_trigger(given["trigger_id"])
    if trigger.view_id is None:
        raise SlackError("not_found")
    return {"view": core.views.push(trigger.user_id, given["view"])}


def update_view(core: Core, given: Json) -> Json:
    """Change an open view, found by our id or by the app's own."""
    if "view_id" in given:
        view_id = given["view_id"]
    elif "external_id" in given:
        view_id = core.views.find_external(given["external_id"])["id"]
    else:
        raise SlackError("invalid_arguments", "missing required field: view_id")
    return {"view": core.views.update(view_id, given["view"], given.get("hash"))}


def publish_view(core: Core, given: Json) -> Json:
    """Show a person's App Home."""
    core.workspace.user(given["user_id"])
    check_view(given["view"], "home")
    return {"view": core.views.publish(given["user_id"], given["view"], given.get("hash"))}
