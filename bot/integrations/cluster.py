"""Kubernetes through its API: raw JSON, one patch at a time, under our own name."""

import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.domain.answer import ApiKey
from bot.domain.errors import MissingError, UnavailableError
from bot.domain.service import SecretRef, Target
from bot.domain.workload import Deployment, Pod, Revision, SecretFacts
from bot.integrations.cluster_parsing import (
    parse_deployment,
    parse_pods,
    parse_revisions,
    parse_secret_facts,
    parse_secret_value,
)
from bot.integrations.cluster_refusals import Wish, check
from bot.integrations.key_reading import read_key
from bot.integrations.kube_ask import STRATEGIC_MERGE, ApiServers, KubeAsk

FIELD_MANAGER: Final = "ideogram-incident-bot"  # never kubectl*: Flux strips what that owns
_RECONNECT_AFTER: Final = timedelta(seconds=1)
_REVIEWS: Final = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesCluster:
    """One or more clusters, by the context of the target."""

    clients: ApiServers

    async def aclose(self) -> None:
        """Close all connections."""
        await self.clients.aclose()

    async def deployment(self, target: Target) -> Deployment:
        """Read the Deployment."""
        return parse_deployment(await self._get(target, _deployment(target)))

    async def pods(self, target: Target, deployment: Deployment) -> Sequence[Pod]:
        """List the Deployment's pods, newest first."""
        raw = await self._get(target, _listed(target, "pods"), _selecting(deployment))
        return parse_pods(raw, deployment.name, target.container)

    async def revisions(self, target: Target, deployment: Deployment) -> Sequence[Revision]:
        """List the Deployment's ReplicaSets, newest revision first."""
        raw = await self._get(target, _listed(target, "replicasets"), _selecting(deployment))
        return parse_revisions(raw, deployment.name, target.container)

    async def patch(
        self, target: Target, patch: Mapping[str, Any], *, dry_run: bool = False
    ) -> Deployment:
        """Send one strategic-merge patch."""
        wish = _deployment(target, "patch")
        query = [("fieldManager", FIELD_MANAGER), *([("dryRun", "All")] if dry_run else [])]
        ask = KubeAsk(
            context=target.context,
            verb="PATCH",
            path=wish.path,
            query=query,
            body=patch,
            content_type=STRATEGIC_MERGE,
            changes=not dry_run,
        )
        answer = await self.clients.request(ask)
        check(answer, wish, patch=patch, changes=ask.changes)
        return parse_deployment(answer.document)

    async def watch(self, target: Target, *, within: timedelta) -> AsyncGenerator[Deployment]:
        """Yield the Deployment now and after each change.

        A broken watch, or one whose place in history is gone (410), begins again with a reading.
        """
        clock = self.clients.clock
        ends = clock.monotonic() + within
        newest = await self.deployment(target)
        yield newest
        while (left := ends - clock.monotonic()) > timedelta(0):
            try:
                async with aclosing(self._events(target, newest, left)) as events:
                    async for event in events:
                        newest = event
                        yield newest
                again = await self.deployment(target)
            except UnavailableError:
                again = newest
            if again.resource_version != newest.resource_version:
                newest = again
                yield newest
            elif ends - clock.monotonic() > _RECONNECT_AFTER:
                await clock.sleep(_RECONNECT_AFTER)  # not in a tight loop against a sick server

    async def _events(
        self, target: Target, since: Deployment, within: timedelta
    ) -> AsyncGenerator[Deployment]:
        wish = Wish("watch", "deployments", target)
        query = [
            ("watch", "1"),
            ("fieldSelector", f"metadata.name={target.deployment}"),
            ("resourceVersion", since.resource_version),
            ("timeoutSeconds", str(math.ceil(within.total_seconds()))),
        ]
        ask = KubeAsk(context=target.context, verb="GET", path=wish.path, query=query)
        async with aclosing(self.clients.lines(ask, within=within)) as lines:
            async for event in lines:
                if event["type"] == "DELETED":
                    raise MissingError(f"deployment {target.deployment} was deleted")
                changed = event.get("object")
                if event["type"] not in ("ADDED", "MODIFIED") or not isinstance(changed, Mapping):
                    return
                yield parse_deployment(changed)

    async def may_patch(self, target: Target) -> bool:
        """Ask whether our identity may patch this Deployment; that needs no right itself."""
        attributes = {
            "namespace": target.namespace,
            "verb": "patch",
            "group": "apps",
            "resource": "deployments",
            "name": target.deployment,
        }
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        ask = KubeAsk(context=target.context, verb="POST", path=_REVIEWS, body=review)
        answer = await self.clients.request(ask)
        check(answer, Wish("create", "selfsubjectaccessreviews", target))
        status = answer.document.get("status")
        return isinstance(status, Mapping) and status.get("allowed") is True

    async def api_key(self, target: Target, secret: SecretRef) -> ApiKey:
        """Read the service's key."""
        raw = await self._get(target, Wish("get", "secrets", target, secret.name))
        value = parse_secret_value(raw, secret.key)
        if value is None:
            raise MissingError(f"secret {secret.name} in {target.where} has no key {secret.key}")
        return read_key(value, f"secret {secret.name}")

    async def secret_facts(self, target: Target, secret: SecretRef) -> SecretFacts:
        """Read what may be said about the Secret."""
        raw = await self._get(target, Wish("get", "secrets", target, secret.name))
        return parse_secret_facts(raw, secret.key)

    async def _get(
        self, target: Target, wish: Wish, query: Sequence[tuple[str, str]] = ()
    ) -> Mapping[str, Any]:
        ask = KubeAsk(context=target.context, verb="GET", path=wish.path, query=query)
        answer = await self.clients.request(ask)
        check(answer, wish)
        return answer.document


def _deployment(target: Target, verb: str = "get") -> Wish:
    return Wish(verb, "deployments", target, target.deployment)


def _listed(target: Target, plural: str) -> Wish:
    return Wish("list", plural, target)


def _selecting(deployment: Deployment) -> list[tuple[str, str]]:
    labels = ",".join(f"{name}={value}" for name, value in deployment.selector.items())
    return [("labelSelector", labels)] if labels else []
