"""The HTTP side: who asks, may they, what is asked, and the answer as JSON."""

import json
from dataclasses import replace

from aiohttp import web

from bot.sandbox.kubernetes import changes, failures, patching, paths, scaling, selection
from bot.sandbox.kubernetes.changes import Intent
from bot.sandbox.kubernetes.failures import ApiFailureError
from bot.sandbox.kubernetes.patching import Patch
from bot.sandbox.kubernetes.paths import Target
from bot.sandbox.kubernetes.resources import DEPLOYMENTS, Json, Resource
from bot.sandbox.kubernetes.rights import ANONYMOUS, Rights, User, refusal
from bot.sandbox.kubernetes.store import Store
from bot.sandbox.kubernetes.watching import Watches

_HEALTH = ("/readyz", "/livez", "/healthz")
USER_KEY = web.RequestKey("user", str)


class Api:
    """Answers one request at a time; everything but watches without waiting."""

    def __init__(self, store: Store, rights: Rights, watches: Watches) -> None:
        """Serve the objects of `store` to those whom `rights` lets."""
        self._store = store
        self._rights = rights
        self._watches = watches

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer any request; refusals become `Status` bodies."""
        try:
            return await self._handle(request)
        except ApiFailureError as failure:
            return web.json_response(failure.body, status=failure.code)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        user = self._rights.identify(request.headers.get("Authorization"))
        request[USER_KEY] = user.name
        if request.path in _HEALTH:
            return web.Response(text="ok")
        discovered = paths.discovery(request.path)
        if discovered is not None:
            return web.json_response(discovered)
        found = paths.target(request.method, request.path, request.query)
        if found is None:
            raise failures.unknown_path()
        if found.question.group == paths.AUTHORIZATION and user.name != ANONYMOUS:
            return await self._review(request, user, found)
        if not self._rights.may(user, found.question):
            raise refusal(user, found.question)
        if found.resource is None:
            raise failures.unknown_path()
        if found.question.subresource:
            return await self._subresource(request, found)
        return await self._dispatch(request, found.resource, found)

    async def _review(self, request: web.Request, user: User, found: Target) -> web.Response:
        if (found.question.resource, found.question.verb) != ("selfsubjectaccessreviews", "create"):
            raise failures.unknown_path()
        body = await _read_object(request)
        spec = body.get("spec") or {}
        answer = {
            "kind": "SelfSubjectAccessReview",
            "apiVersion": f"{paths.AUTHORIZATION}/v1",
            "metadata": {},
            "spec": {
                kind: {key: value for key, value in attributes.items() if value}
                for kind, attributes in spec.items()
            },
            "status": self._rights.review(user, spec),
        }
        return web.json_response(answer, status=201)

    async def _dispatch(
        self, request: web.Request, resource: Resource, found: Target
    ) -> web.StreamResponse:
        asked = found.question
        if asked.verb == "watch":
            return await self._watches.serve(request, resource, asked.namespace or None)
        if asked.verb == "list":
            return web.json_response(self._list(request, resource, asked.namespace or None))
        if asked.verb == "create":
            intent = _intent(request, "CreateOptions")
            body = await _read_object(request)
            item = changes.create(self._store, resource, asked.namespace, body, intent)
            return web.json_response(item, status=201)
        if not asked.name:
            raise failures.method_not_allowed()
        return web.json_response(await self._one(request, resource, found))

    async def _one(self, request: web.Request, resource: Resource, found: Target) -> Json:
        asked = found.question
        namespace = asked.namespace if resource.namespaced else ""
        where = (self._store, resource, namespace, asked.name)
        if asked.verb == "get":
            return self._store.get(resource, namespace, asked.name)
        if asked.verb == "delete":
            return changes.delete(*where, _intent(request, "DeleteOptions"))
        if asked.verb == "update":
            body = await _read_object(request)
            return changes.replace(*where, body, intent=_intent(request, "UpdateOptions"))
        return await self._patch(request, resource, found)

    async def _patch(self, request: web.Request, resource: Resource, found: Target) -> Json:
        change, intent = await _read_patch(request), _intent(request, "PatchOptions")
        asked = found.question
        namespace = asked.namespace if resource.namespaced else ""
        if intent.is_apply and self._store.find(resource, namespace, asked.name) is None:
            user = self._rights.identify(request.headers.get("Authorization"))
            creating = replace(asked, verb="create")
            if not self._rights.may(user, creating):
                raise refusal(user, creating)
            return changes.create(self._store, resource, namespace, change.body, intent)
        where = (self._store, resource, namespace, asked.name)
        return changes.patch(*where, change, intent=intent)

    def _list(self, request: web.Request, resource: Resource, namespace: str | None) -> Json:
        query = request.query
        wanted = selection.selector(
            resource, query.get("labelSelector", ""), query.get("fieldSelector", "")
        )
        items = [item for item in self._store.select(resource, namespace) if wanted(item)]
        for item in items:  # the elements of a list do not repeat what they are
            del item["apiVersion"], item["kind"]
        return {
            "kind": f"{resource.kind}List",
            "apiVersion": resource.api_version,
            "metadata": {"resourceVersion": str(self._store.revision)},
            "items": items,
        }

    async def _subresource(self, request: web.Request, found: Target) -> web.Response:
        asked = found.question
        if found.resource is None or asked.subresource not in ("scale", "status"):
            raise failures.unknown_path()
        item = self._store.get(found.resource, asked.namespace, asked.name)
        if asked.verb == "get" and asked.subresource == "status":
            return web.json_response(item)
        if asked.subresource != "scale" or found.resource is not DEPLOYMENTS:
            raise failures.method_not_allowed()
        if asked.verb == "patch":
            wanted = patching.apply_patch(await _read_patch(request), scaling.scale_of(item))
            body = {"spec": {"replicas": wanted["spec"]["replicas"]}}
            where = (self._store, DEPLOYMENTS, asked.namespace, asked.name)
            intent = _intent(request, "PatchOptions")
            item = changes.patch(*where, Patch(patching.MERGE, body), intent=intent)
        return web.json_response(scaling.scale_of(item))


def _intent(request: web.Request, options: str) -> Intent:
    query, is_apply = request.query, request.content_type == patching.APPLY
    if is_apply and not query.get("fieldManager"):
        problem = failures.required("fieldManager", "is required for apply patch")
        raise failures.invalid_option(options, problem)
    agent = request.headers.get("User-Agent", "unknown").partition("/")[0]
    return Intent(
        manager=query.get("fieldManager") or agent,
        dry_run=paths.dry_run(query, options),
        is_apply=is_apply,
        force=query.get("force") == "true",
    )


async def _read_patch(request: web.Request) -> Patch:
    return patching.read_patch(request.content_type, await request.read())


async def _read_object(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise failures.bad_request(f"error decoding the body: {error}") from None
    if not isinstance(body, dict):
        raise failures.bad_request("the body is no object")
    return body
