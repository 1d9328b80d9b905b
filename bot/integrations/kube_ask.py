"""What is asked of an API server and what it answers, without the package that carries it there."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from bot.ports import Clock

JSON: Final = "application/json"
STRATEGIC_MERGE: Final = "application/strategic-merge-patch+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeAsk:
    """One request.

    Attributes:
        context: Of the kubeconfig; None means the current one, or in-cluster.
        changes: Whether it may have taken effect when its answer is not seen.
    """

    context: str | None
    verb: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: Mapping[str, Any] | None = None
    content_type: str = JSON
    changes: bool = False


@dataclass(frozen=True, slots=True)
class KubeAnswer:
    """Status and JSON document of an answer; an empty one when it was no JSON object."""

    status: int
    document: Mapping[str, Any]


class ApiServers(Protocol):
    """One or more API servers, by the context of what is asked."""

    @property
    def clock(self) -> Clock:
        """For how long to wait."""
        ...

    async def request(self, ask: KubeAsk) -> KubeAnswer:
        """Send one request; it is repeated only after a 401 that new credentials may cure.

        Raises:
            UnavailableError: Not reached, or no answer within the timeout.
            UnseenError: The same after a change was sent.
            MissingError: There is no such context, or no cluster at all.
        """
        ...

    def lines(self, ask: KubeAsk, *, within: timedelta) -> AsyncGenerator[Mapping[str, Any]]:
        """Send a watch and yield its events until it ends, or `within` is over.

        An answer that is no watch is yielded as an event of type ERROR.

        Raises:
            UnavailableError: The connection could not be made, or broke.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
