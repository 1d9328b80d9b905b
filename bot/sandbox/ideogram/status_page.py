"""The provider's status page: Statuspage's summary, which notices a fault only after a while."""

from typing import Final

from bot.sandbox.ideogram.faults import STATUS_INDICATORS

_FINE: Final = ("none", "All Systems Operational", "operational")


def summary(url: str, fault: str | None, seconds: float, lag_seconds: float) -> dict[str, object]:
    """Return the document of `/api/v2/summary.json`.

    Args:
        url: Where the page stands.
        fault: What is broken, if anything.
        seconds: Since when, in seconds.
        lag_seconds: How long the provider's people take to notice.
    """
    noticed = fault is not None and seconds >= lag_seconds
    indicator, description, api = STATUS_INDICATORS.get(fault or "", _FINE) if noticed else _FINE
    return {
        "page": {"name": "Ideogram", "url": url},
        "status": {"indicator": indicator, "description": description},
        "components": [
            {"name": "API", "status": api},
            {"name": "Website", "status": "operational"},
        ],
        "incidents": [] if indicator == "none" else [_incident(indicator)],
    }


def _incident(impact: str) -> dict[str, object]:
    return {
        "name": "Elevated errors in image generation",
        "status": "investigating",
        "impact": impact,
    }
