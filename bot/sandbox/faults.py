"""What can be broken in the pretend world, in the words of its page.

The names are those of the servers that break; a test compares them.
"""

from dataclasses import dataclass
from typing import Final

BAD_DEPLOY: Final = "bad-deploy"
BAD_IMAGE: Final = "registry.example.com/ideogram-service:2.8.1-bad"
MYSTERY: Final = "mystery"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can be broken.

    Attributes:
        name: What IdeogramServer.set_fault understands, or BAD_DEPLOY.
        whose: Heading in the menu: who is at fault, in the words the bot uses.
        label: What is broken, in a few words.
        effect: What happens then, one line.
    """

    name: str
    whose: str
    label: str
    effect: str


FAULTS: Final = (
    Fault("outage-503", "Ideogram", "Outage (503)", "Every image request is refused at once"),
    Fault("outage-500", "Ideogram", "Outage (500)", "Every image request crashes on their side"),
    Fault("slow", "Ideogram", "Slow", "An image takes 35 seconds"),
    Fault("timeout", "Ideogram", "Hanging", "Requests are taken and never answered"),
    Fault("expired-urls", "Ideogram", "Dead links", "Images are made, their links are expired"),
    Fault("unreachable", "Network", "Unreachable", "Nothing listens: connection refused"),
    Fault("key-revoked", "Our account", "Key revoked (401)", "Our API key is not accepted"),
    Fault("balance-zero", "Our account", "Balance at zero (401)", "The key is paused until top-up"),
    Fault("payment-required", "Our account", "Payment required (402)", "Credits are used up"),
    Fault("rate-limited", "Our account", "Rate limited (429)", "Too many requests in flight"),
    Fault("unsafe", "Content", "Refused prompts (422)", "Prompts fail the safety check"),
    Fault(BAD_DEPLOY, "Us", "Our own bad deploy", "A broken release rolls out; Ideogram is fine"),
)

TROUBLES: Final = {
    "stuck-pods": "New pods stay unready",
    "kubernetes-away": "Kubernetes unreachable",
}
"""What can be switched on beside any fault: name -> words. It is nobody's cause, only bad luck."""


def known(name: str) -> Fault | None:
    """Find a fault by its name; None when there is no such fault."""
    return next((fault for fault in FAULTS if fault.name == name), None)
