"""Watches: one JSON event per line, from a resourceVersion on, until the time is over."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.kubernetes import paths, selection
from bot.sandbox.kubernetes.failures import ApiFailureError
from bot.sandbox.kubernetes.resources import Json, Resource
from bot.sandbox.kubernetes.store import Change, Store

# The real default is a random time of 30 to 60 minutes (min-request-timeout 1800).
_DEFAULT_SECONDS = 1_800


@dataclass(slots=True, eq=False)
class Watch:
    """One running watch: the changes still to be sent; None ends it."""

    resource: Resource
    namespace: str | None
    predicate: selection.Predicate
    waiting: asyncio.Queue[Change | None] = field(default_factory=asyncio.Queue)

    def notice(self, change: Change) -> None:
        """Keep a change for later, when it is of this kind and namespace."""
        namespace = change.object["metadata"].get("namespace", "")
        if change.resource is self.resource and self.namespace in (None, namespace):
            self.waiting.put_nowait(change)

    def event(self, change: Change) -> Json | None:
        """Return what this watcher sees of a change: objects may enter or leave its selection."""
        fits = self.predicate(change.object)
        fitted = change.before is not None and self.predicate(change.before)
        if change.kind == "DELETED":
            return {"type": "DELETED", "object": change.object} if fitted else None
        if fits:
            return {"type": "MODIFIED" if fitted else "ADDED", "object": change.object}
        return {"type": "DELETED", "object": change.object} if fitted else None


class Watches:
    """All running watches, so that they can be ended together."""

    def __init__(self, store: Store) -> None:
        """Serve the changes of `store`."""
        self._store = store
        self._running: set[Watch] = set()

    def end_all(self) -> None:
        """End every watch now, as when the server goes away."""
        for watch in self._running:
            watch.waiting.put_nowait(None)

    async def serve(
        self, request: web.Request, resource: Resource, namespace: str | None
    ) -> web.StreamResponse:
        """Answer one watch request."""
        query = request.query
        predicate = selection.selector(
            resource, query.get("labelSelector", ""), query.get("fieldSelector", "")
        )
        watch = Watch(resource, namespace, predicate)
        until = time.monotonic() + float(query.get("timeoutSeconds") or _DEFAULT_SECONDS)
        # What is there is read before the headers go out, or changes between would be lost.
        first = self._first_events(watch, query)
        self._store.observers.append(watch.notice)
        self._running.add(watch)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            await response.prepare(request)
            for event in first:
                await _send(response, event)
            if not (first and first[-1]["type"] == "ERROR"):
                await _follow(response, watch, until)
            await response.write_eof()
        except ConnectionError:
            pass  # the client has gone: nobody is left to tell
        finally:
            self._running.discard(watch)
            self._store.observers.remove(watch.notice)
        return response

    def _bookmark(self, resource: Resource) -> Json:
        """Return the event after the last initial one, for which streaming clients wait."""
        metadata = {
            "resourceVersion": str(self._store.revision),
            "annotations": {"k8s.io/initial-events-end": "true"},
        }
        head = {"kind": resource.kind, "apiVersion": resource.api_version}
        return {"type": "BOOKMARK", "object": {**head, "metadata": metadata}}

    def _first_events(self, watch: Watch, query: Mapping[str, str]) -> list[Json]:
        revision = query.get("resourceVersion") or "0"
        streamed = paths.is_true(query.get("sendInitialEvents"))
        if streamed or revision == "0":
            items = self._store.select(watch.resource, watch.namespace)
            first = [{"type": "ADDED", "object": item} for item in items if watch.predicate(item)]
            return [*first, *([self._bookmark(watch.resource)] if streamed else [])]
        try:
            for change in self._store.changes_since(int(revision)):
                watch.notice(change)
        except ApiFailureError as failure:
            return [{"type": "ERROR", "object": failure.body}]
        return []


async def _follow(response: web.StreamResponse, watch: Watch, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                change = await watch.waiting.get()
        except TimeoutError:
            return
        if change is None:
            return
        event = watch.event(change)
        if event is not None:
            await _send(response, event)


async def _send(response: web.StreamResponse, event: Json) -> None:
    await response.write(json.dumps(event).encode() + b"\n")
