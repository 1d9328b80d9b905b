"""What can be broken in the pretend world, in the words of its page.

The names are those of the servers that break; a test compares them.
"""

from dataclasses import dataclass
from typing import Final

BAD_DEPLOY: Final = "bad-deploy"
BAD_IMAGE: Final = "registry.example.com/ideogram-service:2.8.1-bad"
STALE_KEY: Final = "stale-key"
NETWORK_CUT: Final = "network-cut"
USERS_INVISIBLE: Final = "users-invisible"
QUALITY: Final = "quality"
SLOW_DNS: Final = "slow-dns"
DEAD_RESOLVER: Final = "dead-resolver"
OWN: Final = (
    BAD_DEPLOY,
    STALE_KEY,
    NETWORK_CUT,
    USERS_INVISIBLE,
    QUALITY,
    SLOW_DNS,
    DEAD_RESOLVER,
)
"""What OwnFaults breaks; all other names are IdeogramServer's."""

ODD_PICTURES: Final = {"IDEOGRAM_MODEL": "V_1_TURBO", "IDEOGRAM_MAGIC_PROMPT": "ON"}
"""What the deploy of `quality` sets."""

MYSTERY: Final = "mystery"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can be broken.

    Attributes:
        name: What IdeogramServer.set_fault understands, or one of OWN.
        whose: Heading in the menu: who is at fault, in the words the bot uses.
        label: What is broken, in a few words.
        effect: What happens then, one line.
    """

    name: str
    whose: str
    label: str
    effect: str

    @property
    def is_riddle(self) -> bool:
        """Whether one triage shows it; only such a fault is a fair mystery."""
        return self.name not in _NO_RIDDLES


FAULTS: Final = (
    Fault("outage-503", "Ideogram", "Outage (503)", "Every image request is refused at once"),
    Fault("outage-500", "Ideogram", "Outage (500)", "Every image request crashes on their side"),
    Fault("partial-outage", "Ideogram", "Partial outage", "Four of ten requests get a 503"),
    Fault("v3-only", "Ideogram", "Only V3 is down", "V3 gets a 503, legacy calls get pictures"),
    Fault("outage-unnoticed", "Ideogram", "Unnoticed outage", "503, and the status page is green"),
    Fault("status-red", "Ideogram", "False alarm", "The status page is red, all is fine"),
    Fault("slow", "Ideogram", "Slow", "An image takes 35 seconds"),
    Fault("timeout", "Ideogram", "Hanging", "Requests are taken and never answered"),
    Fault("expired-urls", "Ideogram", "Dead links", "Images are made, their links are expired"),
    Fault("unreachable", "Ideogram", "Unreachable", "Nothing listens: connection refused"),
    Fault(NETWORK_CUT, "Network", "Our network cut", "A firewall lets only Slack through"),
    Fault("key-revoked", "Our account", "Key revoked (401)", "Our API key is not accepted"),
    Fault("balance-zero", "Our account", "Balance at zero (401)", "The key is paused until top-up"),
    Fault("payment-required", "Our account", "Payment required (402)", "Credits are used up"),
    Fault("unsafe", "Content", "Refused prompts (422)", "Prompts fail the safety check"),
    Fault(BAD_DEPLOY, "Us", "Our own bad deploy", "A broken release rolls out; Ideogram is fine"),
    Fault(STALE_KEY, "Us", "Stale key", "The Secret has a new key, pods still use the old one"),
    Fault("rate-limited", "Us", "Rate limited (429)", "We send too many requests at once"),
    Fault(SLOW_DNS, "Us", "Slow DNS", "Our name servers answer after 3 seconds"),
    Fault(DEAD_RESOLVER, "Us", "A dead resolver", "The first of our two name servers is silent"),
    Fault(QUALITY, "Us", "Odd pictures", "A deploy changes model and magic prompt"),
    Fault(USERS_INVISIBLE, "Us", "Users out of sight", "Health and metrics are gone"),
)

# Nothing is broken, or it takes a person's eyes, or the runbook's script beside it could not
# notice: it is given Ideogram's address, for curl cannot be told a name server.
_NO_RIDDLES: Final = frozenset({"status-red", QUALITY, SLOW_DNS, DEAD_RESOLVER})

TROUBLES: Final = {
    "stuck-pods": "New pods stay unready",
    "kubernetes-away": "Kubernetes unreachable",
}
"""What can be switched on beside any fault: name -> words. It is nobody's cause, only bad luck."""


def known(name: str) -> Fault | None:
    """Find a fault by its name; None when there is no such fault."""
    return next((fault for fault in FAULTS if fault.name == name), None)
