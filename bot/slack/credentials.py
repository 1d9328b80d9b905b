"""What proves to Slack who we are, and the other way round."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How Slack knows us and we know Slack; never shown.

    Attributes:
        app_token: Socket Mode when it is set, else HTTP.
        signing_secret: For HTTP.
    """

    bot_token: str
    app_token: str | None
    signing_secret: str | None

    def __repr__(self) -> str:
        """Hide everything."""
        return "Credentials(***)"
