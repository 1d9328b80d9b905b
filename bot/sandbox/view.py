"""What the page shows, read from the world as it is: key -> JSON value. Changes nothing.

Keys are small on purpose: the page is sent only those whose value changed.
"""

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.chaos import RUNBOOK_COMMANDS
from bot.sandbox.faults import FAULTS, TROUBLES
from bot.sandbox.riddle import verdict
from bot.sandbox.settings_files import DEPLOYMENT, NAMESPACE

if TYPE_CHECKING:
    from bot.sandbox.world import World

TILES: Final = 48  # what fits into the strip of a wide page
MESSAGES: Final = 200  # newest ones per channel; a sandbox evening has fewer
_REVISION: Final = "deployment.kubernetes.io/revision"
_SWITCHES: Final = ("IDEOGRAM_FALLBACK", "IDEOGRAM_ENABLED", "IDEOGRAM_CONCURRENCY")
COMMANDS: Final = (
    ("triage", "[service|all] [quick|full]", "Find out what fails and whose fault it is"),
    ("quality", "[service]", "Pictures look bad: what changed, and when"),
    ("declare", "[title]", "Open an incident by hand"),
    ("acknowledge", "[INC-n]", "I have it: stops the response clock"),
    ("update", "[INC-n]", "Write a status update"),
    ("status", "", "Show what is open"),
    ("mitigate", "[service] [kind]", "Reduce the harm: choose what to do"),
    ("timeline", "[INC-n]", "What happened, with times"),
    ("resolve", "[INC-n]", "Close the incident"),
    ("postmortem", "[INC-n]", "The document drafted from the timeline"),
    ("balance", "[set USD]", "What is left at Ideogram, and for how long"),
    ("help", "", "What the bot can do"),
)


def _about(world: "World") -> dict[str, Any]:
    people = [{"id": u.id, "name": u.real_name, "tz": u.tz} for u in world.slack.users.values()]
    return {
        "users": people,
        "bot": world.slack.bot_user_id,
        "channels": [
            {"id": c.id, "name": c.name} for c in world.slack.channels.values() if not c.is_im
        ],
        "faults": [
            {"name": f.name, "whose": f.whose, "label": f.label, "effect": f.effect} for f in FAULTS
        ],
        "commands": [{"name": n, "hint": h, "what": w} for n, h, w in COMMANDS],
        "deployment": DEPLOYMENT,
    }


def slack_sections(world: "World") -> dict[str, Any]:
    """Read Slack: `message/<channel>/<ts>`, `ephemeral/<user>/<n>`, `view/<user>/<place>`."""
    found: dict[str, Any] = {}
    for channel in world.slack.channels:
        for message in world.slack.messages(channel)[-MESSAGES:]:
            found[f"message/{channel}/{message['ts']}"] = message | {"channel": channel}
            if message.get("reply_count"):
                replies = world.slack.thread(channel, message["ts"])
                found |= {
                    f"message/{channel}/{reply['ts']}": reply | {"channel": channel}
                    for reply in replies
                }
    for user in world.slack.users:
        for number, message in enumerate(world.slack.ephemerals(user)):
            found[f"ephemeral/{user}/{number:05}"] = message
        for place, view in enumerate(world.slack.open_views(user)):  # the topmost last
            found[f"view/{user}/{place}"] = view
    return found


def world_sections(world: "World") -> dict[str, Any]:
    """Read everything else: `about` and `world/<part>`."""
    return {
        "about": _about(world),
        "world/fault": _fault(world),
        "world/riddle": _riddle(world),
        "world/users": _outcomes(world),
        "world/deployment": _deployment(world),
        "world/requests": _requests(world),
        "world/spent": str(world.ideogram.spent),
        "world/bot": _bot(world),
        "world/dare": _dare(world),
        "world/press": _press(world),
        "world/troubles": [
            {"name": name, "label": label, "on": name in world.chaos.troubles}
            for name, label in TROUBLES.items()
        ],
    }


def _fault(world: "World") -> dict[str, Any] | None:
    chaos = world.chaos
    if chaos.fault is None:
        return None
    name = None if chaos.is_hidden else chaos.fault.name
    return {"name": name, "since": chaos.broken_at}


def _riddle(world: "World") -> dict[str, Any] | None:
    """Show what the script and the bot said of the mystery, and the truth once it is revealed."""
    chaos = world.chaos
    run = chaos.script.run
    if run is None or chaos.fault is None:
        return None
    messages = [one for name in world.slack.channels for one in world.slack.messages(name)]
    messages.sort(key=lambda one: str(one["ts"]))
    said = verdict(messages, chaos.broken_at or 0.0)
    return {
        "script": {
            "codes": run.codes,
            "ended": run.ended,
            "seconds": round(run.seconds, 1),
            "price": str(run.price),
        },
        "bot": said and {"headline": said.headline, "spent": str(said.spent)},
        "truth": None if chaos.is_hidden else {"whose": chaos.fault.whose, "is": chaos.fault.label},
    }


def _outcomes(world: "World") -> dict[str, Any]:
    newest = list(world.service.outcomes)[-TILES:]
    return {
        "tiles": [
            {
                "at": o.at,
                "kind": o.kind,
                "detail": o.detail,
                "user": o.user,
                "status": o.status,
                "odd": o.detail.endswith("magic prompt ON"),
            }
            for o in newest
        ],
        "since_broken": world.chaos.since_broken(),
        "broken_at": world.chaos.broken_at,
    }


def _deployment(world: "World") -> dict[str, Any]:
    raw = world.kubernetes.deployment(NAMESPACE, DEPLOYMENT)
    status = raw.get("status", {})
    return {
        "revision": raw["metadata"].get("annotations", {}).get(_REVISION),
        "replicas": raw["spec"]["replicas"],
        "ready": status.get("readyReplicas", 0),
        "updated": status.get("updatedReplicas", 0),
        "total": status.get("replicas", 0),
        "stuck": any(
            c.get("reason") == "ProgressDeadlineExceeded" for c in status.get("conditions", ())
        ),
        "pods": [_pod(pod) for pod in world.kubernetes.pods(NAMESPACE, DEPLOYMENT)],
    }


def _pod(pod: Any) -> dict[str, Any]:  # noqa: ANN401  a Protocol of another server
    return {
        "name": pod.name,
        "short": pod.name.rpartition("-")[2],
        "ready": pod.ready,
        "image": pod.image,
        "switches": {name: pod.env.get(name) for name in _SWITCHES},
    }


def _requests(world: "World") -> dict[str, Any]:
    patches = world.chaos.patches()
    rollouts = sum("/deployments/" in request.path for request in patches)
    replicas = world.kubernetes.deployment(NAMESPACE, DEPLOYMENT)["spec"]["replicas"]
    by_bot = Counter(r.method for r in world.kubernetes.requests if r.user == "bot")
    return {
        "patches": len(patches),
        "rollouts": rollouts,
        "pods_replaced": rollouts * replicas,
        "reads": by_bot["GET"],
        "by_hand": {
            "rollouts": rollouts * RUNBOOK_COMMANDS,
            "pods": rollouts * RUNBOOK_COMMANDS * replicas,
        },
    }


def _bot(world: "World") -> dict[str, Any]:
    bot = world.bot
    if bot is None:
        return {"state": "absent", "starts": 0, "ready_after_seconds": None}
    return {
        "state": bot.state,
        "starts": bot.starts,
        "ready_after_seconds": bot.ready_after_seconds,
    }


def _press(world: "World") -> dict[str, Any] | None:
    """Name the button that Press Twice would press; None when there is none."""
    offer = world.chaos.offer()
    return {"label": offer.label, "late": offer.is_late} if offer else None


def _dare(world: "World") -> dict[str, Any] | None:
    dare = world.chaos.dare
    if dare is None:
        return None
    return {
        "name": dare.name,
        "at": dare.started_at,
        "detail": dare.detail,
        "patches": world.chaos.patches_of(dare),
        "presses": dare.presses,
        "cut_until": world.chaos.cut_until if time.time() < world.chaos.cut_until else None,
    }
