"""The objects, their resourceVersions and the log of changes that watches read."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import uuid4

from bot.sandbox.kubernetes import failures
from bot.sandbox.kubernetes.resources import Json, Resource

ChangeKind = Literal["ADDED", "MODIFIED", "DELETED"]
# Real servers forget after five minutes; a rollout of four pods makes about 60 changes.
REMEMBERED_CHANGES = 5_000


@dataclass(frozen=True, slots=True)
class Change:
    """One stored change; `before` is the object it replaced, None for a new one."""

    revision: int
    kind: ChangeKind
    resource: Resource
    object: Json
    before: Json | None


class Store:
    """Objects by kind, namespace and name.

    What goes in and what comes out are copies. The `observers` hear every change at once.
    """

    def __init__(self) -> None:
        """Start empty, with a resourceVersion that looks like a cluster in use."""
        self.revision = 41_000
        self.observers: list[Callable[[Change], None]] = []
        self.backdated = timedelta()  # how far in the past the seeded history happens
        # Kept as JSON texts: reading one is the fastest copy of a tree.
        self._texts: dict[tuple[str, str, str], str] = {}
        self._objects: dict[tuple[str, str, str], Json] = {}
        self._changes: deque[Change] = deque(maxlen=REMEMBERED_CHANGES)

    def timestamp(self) -> str:
        """Now, in whole seconds of UTC."""
        return f"{datetime.now(UTC) - self.backdated:%Y-%m-%dT%H:%M:%SZ}"

    def find(self, resource: Resource, namespace: str, name: str) -> Json | None:
        """Return a copy of one object, None when it does not exist."""
        text = self._texts.get((resource.plural, namespace, name))
        return None if text is None else _read(text)

    def get(self, resource: Resource, namespace: str, name: str) -> Json:
        """Return a copy of one object; 404 when it does not exist."""
        found = self.find(resource, namespace, name)
        if found is None:
            raise failures.not_found(resource, name)
        return found

    def select(self, resource: Resource, namespace: str | None = None) -> list[Json]:
        """Return copies of all objects of a kind by name; of all namespaces when None."""
        found = self.peek(resource, namespace)
        return [self.get(resource, _namespace(item), item["metadata"]["name"]) for item in found]

    def add(self, resource: Resource, item: Json) -> Json:
        """Store a new object and give it its identity; 409 when the name is taken."""
        metadata = item["metadata"]
        key = (resource.plural, metadata.get("namespace", ""), metadata["name"])
        if key in self._texts:
            raise failures.already_exists(resource, metadata["name"])
        metadata["uid"] = str(uuid4())
        metadata["creationTimestamp"] = self.timestamp()
        if resource.has_generation:
            metadata["generation"] = 1
        return self._write("ADDED", resource, key, item)

    def replace(self, resource: Resource, item: Json) -> Json:
        """Store a changed object under a new resourceVersion; the same object changes nothing."""
        metadata = item["metadata"]
        key = (resource.plural, metadata.get("namespace", ""), metadata["name"])
        if item == self._objects[key]:
            return item
        return self._write("MODIFIED", resource, key, item)

    def edit(
        self, resource: Resource, namespace: str, name: str, change: Callable[[Json], None]
    ) -> Json:
        """Let `change` work on a copy, then store it."""
        item = self.get(resource, namespace, name)
        change(item)
        return self.replace(resource, item)

    def remove(self, resource: Resource, namespace: str, name: str) -> Json:
        """Forget an object; 404 when it does not exist."""
        item = self.get(resource, namespace, name)
        return self._write("DELETED", resource, (resource.plural, namespace, name), item)

    def peek(self, resource: Resource, namespace: str | None = None) -> list[Json]:
        """Return all objects of a kind by name, not copied: to be read only."""
        keys = sorted(
            key
            for key in self._objects
            if key[0] == resource.plural and namespace in (None, key[1])
        )
        return [self._objects[key] for key in keys]

    def changes_since(self, revision: int) -> Iterator[Change]:
        """Return the remembered changes after that resourceVersion; 410 when some are forgotten."""
        oldest = self._changes[0].revision if self._changes else self.revision + 1
        if revision < oldest - 1:
            raise failures.gone(revision, oldest)
        return (change for change in list(self._changes) if change.revision > revision)

    def _write(
        self, kind: ChangeKind, resource: Resource, key: tuple[str, str, str], item: Json
    ) -> Json:
        self.revision += 1
        head = {"apiVersion": resource.api_version, "kind": resource.kind}
        metadata = {**item["metadata"], "resourceVersion": str(self.revision)}
        text = json.dumps({**item, **head, "metadata": metadata})
        stored, before = _read(text), self._objects.pop(key, None)
        self._texts[key] = text
        self._objects[key] = stored
        if kind == "DELETED":
            del self._texts[key], self._objects[key]
        change = Change(self.revision, kind, resource, stored, before)
        self._changes.append(change)
        for observer in list(self.observers):
            observer(change)
        return _read(text)


def _namespace(item: Json) -> str:
    namespace: str = item["metadata"].get("namespace", "")
    return namespace


def _read(text: str) -> Json:
    item: Json = json.loads(text)
    return item
