"""Kubernetes as mitigations and probes need it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from bot.domain.answer import ApiKey
from bot.domain.service import SecretRef, Target
from bot.domain.workload import Deployment, Pod, Revision, SecretFacts


class Cluster(Protocol):
    """One or more clusters, by the context of the target.

    Every method may raise:
        UnavailableError: No answer within the timeout, refused, or 5xx.
        ForbiddenError: The Role does not allow it; the text names verb, resource and the fix.
        MissingError: The object does not exist.
    """

    async def deployment(self, target: Target) -> Deployment:
        """Read the Deployment."""
        ...

    async def pods(self, target: Target, deployment: Deployment) -> Sequence[Pod]:
        """List the Deployment's pods, newest first."""
        ...

    async def revisions(self, target: Target, deployment: Deployment) -> Sequence[Revision]:
        """List the Deployment's ReplicaSets, newest revision first."""
        ...

    async def patch(
        self, target: Target, patch: Mapping[str, Any], *, dry_run: bool = False
    ) -> Deployment:
        """Send one strategic-merge patch with our field manager.

        Raises:
            ConflictError: The patch's resourceVersion is not the newest (409).
            PermanentError: Refused as invalid (422), with the server's reason.
            UnseenError: Sent, and the answer was not seen.
        """
        ...

    def watch(self, target: Target, *, within: timedelta) -> AsyncGenerator[Deployment, None]:
        """Yield the Deployment now and after each change, for at most `within`.

        A generator, so that who has seen enough can close it at once.
        """
        ...

    async def may_patch(self, target: Target) -> bool:
        """Ask whether our identity may patch this Deployment."""
        ...

    async def api_key(self, target: Target, secret: SecretRef) -> ApiKey:
        """Read the service's key into memory, with its fingerprint."""
        ...

    async def secret_facts(self, target: Target, secret: SecretRef) -> SecretFacts:
        """Read what may be said about the Secret."""
        ...
