"""The Web API: finds the method, checks token, scope and arguments, answers as Slack does."""

import copy
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus

from aiohttp import web

from bot.sandbox.slack.arguments import sent_arguments, token_of, typed
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.faults import Faults, Planned, broken
from bot.sandbox.slack.methods import chat, conversations, files, others, views
from bot.sandbox.slack.model import Call, Json, SlackError

Handler = Callable[[Core, Json], Json]
MESSAGE = {
    "channel": "str!",
    "text": "str",
    "blocks": "json",
    "attachments": "json",
    "markdown_text": "str",
    "metadata": "json",
    "parse": "str",
    "link_names": "bool",
    "as_user": "bool",
}
LOOK = {"icon_emoji": "str", "icon_url": "str", "username": "str", "thread_ts": "str"}
MARK = {"channel": "str!", "timestamp": "str!"}
PAGE = {"cursor": "str", "limit": "int"}
PERIOD = {
    **PAGE,
    "channel": "str!",
    "oldest": "str",
    "latest": "str",
    "inclusive": "bool",
    "include_all_metadata": "bool",
}
POST = {"reply_broadcast": "bool", "unfurl_links": "bool", "unfurl_media": "bool", "mrkdwn": "bool"}
NEW_VIEW = {"trigger_id": "str!", "view": "json!"}
UPLOAD = {
    "files": "json!",
    "channel_id": "str",
    "channels": "str",
    "initial_comment": "str",
    "thread_ts": "str",
    "blocks": "json",
}
# Name: what does it, its arguments, the bot scopes of which it needs one ("" none, "app" the
# app-level token, "open" no token at all). Arguments and scopes: slack-ruby/slack-api-ref, read
# 2026-11-20.
METHODS: Mapping[str, tuple[Handler, dict[str, str], str]] = {
    "api.test": (others.api_test, {"error": "str", "foo": "str"}, "open"),
    "apps.connections.open": (others.connections_open, {}, "app"),
    "auth.test": (others.auth_test, {}, ""),
    "bookmarks.add": (
        others.add_bookmark,
        {"channel_id": "str!", "title": "str!", "type": "str!", "link": "str", "emoji": "str"},
        "bookmarks:write",
    ),
    "chat.postMessage": (chat.post_message, MESSAGE | LOOK | POST, "chat:write"),
    "chat.update": (
        chat.update,
        MESSAGE | {"ts": "str!", "reply_broadcast": "bool", "file_ids": "json"},
        "chat:write",
    ),
    "chat.postEphemeral": (chat.post_ephemeral, MESSAGE | LOOK | {"user": "str!"}, "chat:write"),
    "chat.delete": (
        chat.delete,
        {"channel": "str!", "ts": "str!", "as_user": "bool"},
        "chat:write",
    ),
    "chat.getPermalink": (chat.get_permalink, {"channel": "str!", "message_ts": "str!"}, ""),
    "conversations.archive": (conversations.archive, {"channel": "str!"}, "channels:manage"),
    "conversations.create": (
        conversations.create,
        {"name": "str!", "is_private": "bool"},
        "channels:manage",
    ),
    "conversations.history": (conversations.history, PERIOD, "channels:history"),
    "conversations.info": (
        conversations.info,
        {"channel": "str!", "include_locale": "bool", "include_num_members": "bool"},
        "channels:read",
    ),
    "conversations.invite": (
        conversations.invite,
        {"channel": "str!", "users": "str!", "force": "bool"},
        "channels:manage channels:write.invites",
    ),
    "conversations.join": (conversations.join, {"channel": "str!"}, "channels:join"),
    "conversations.list": (
        conversations.list_channels,
        PAGE | {"exclude_archived": "bool", "types": "str"},
        "channels:read",
    ),
    "conversations.members": (conversations.members, PAGE | {"channel": "str!"}, "channels:read"),
    "conversations.open": (
        conversations.open_conversation,
        {"channel": "str", "users": "str", "return_im": "bool", "prevent_creation": "bool"},
        "im:write",
    ),
    "conversations.replies": (
        conversations.replies,
        PERIOD | {"ts": "str!"},
        "channels:history",
    ),
    "conversations.setTopic": (
        conversations.set_topic,
        {"channel": "str!", "topic": "str!"},
        "channels:manage channels:write.topic",
    ),
    "files.completeUploadExternal": (files.complete_upload, UPLOAD, "files:write"),
    "files.getUploadURLExternal": (
        files.get_upload_url,
        {"filename": "str!", "length": "int!", "alt_txt": "str", "snippet_type": "str"},
        "files:write",
    ),
    "files.info": (
        files.info,
        PAGE | {"file": "str!", "count": "int", "page": "int"},
        "files:read",
    ),
    "pins.add": (others.add_pin, MARK, "pins:write"),
    "reactions.add": (others.add_reaction, MARK | {"name": "str!"}, "reactions:write"),
    "reactions.remove": (others.remove_reaction, MARK | {"name": "str!"}, "reactions:write"),
    "usergroups.users.list": (
        others.usergroup_users,
        {"usergroup": "str!", "include_disabled": "bool"},
        "usergroups:read",
    ),
    "users.info": (others.users_info, {"user": "str!", "include_locale": "bool"}, "users:read"),
    "users.list": (
        others.users_list,
        PAGE | {"include_locale": "bool"},
        "users:read",
    ),
    "views.open": (views.open_view, NEW_VIEW, ""),
    "views.publish": (
        views.publish_view,
        {"user_id": "str!", "view": "json!", "hash": "str"},
        "",
    ),
    "views.push": (views.push_view, NEW_VIEW, ""),
    "views.update": (
        views.update_view,
        {"view_id": "str", "external_id": "str", "view": "json!", "hash": "str"},
        "",
    ),
}


class WebApi:
    """Answers `{url}/api/<method>` and remembers every call."""

    def __init__(self, core: Core, faults: Faults, bot_token: str, app_token: str) -> None:
        self._core = core
        self._faults = faults
        self._tokens = {bot_token: "bot", app_token: "app"}
        self.calls: list[Call] = []

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, unless a fault comes in between."""
        method = request.match_info["method"]
        if self._faults.is_cut:
            return broken(request)
        planned = self._faults.next_answer(method)
        try:
            sent = await sent_arguments(request)
            token = token_of(request, sent)
        except SlackError as error:
            return self._refused(method, {}, error)
        if planned is not None:
            return self._planned(method, sent, planned)
        answer = self._answer(method, sent, token)
        return broken(request) if self._faults.drops(method) else answer

    def _answer(self, method: str, sent: Json, token: str | None) -> web.Response:
        given = sent
        try:
            handler, declared, scope = self._method(method)
            self._check_token(token, scope)
            given = typed(sent, declared)
            found = handler(self._core, given)
        except SlackError as error:
            return self._refused(method, given, error)
        self._note(method, given, None)
        return self._response({"ok": True, **found})

    def _method(self, method: str) -> tuple[Handler, dict[str, str], str]:
        if method not in METHODS:
            raise SlackError("unknown_method", extra={"req_method": method})
        return METHODS[method]

    def _check_token(self, token: str | None, scope: str) -> None:
        if scope == "open":
            return
        if not token:
            raise SlackError("not_authed")
        kind = self._tokens.get(token)
        if kind is None:
            raise SlackError("invalid_auth")
        if kind != ("app" if scope == "app" else "bot"):
            raise SlackError("not_allowed_token_type")
        wanted = scope.split()
        if wanted and scope != "app" and self._core.scopes.isdisjoint(wanted):
            provided = ",".join(sorted(self._core.scopes))
            raise SlackError("missing_scope", extra={"needed": wanted[0], "provided": provided})

    def _planned(self, method: str, sent: Json, planned: Planned) -> web.Response:
        if planned.status != HTTPStatus.TOO_MANY_REQUESTS:
            self._note(method, _as_typed(method, sent), f"http_{planned.status}")
            return web.Response(status=planned.status, text="Server Error")
        self._note(method, _as_typed(method, sent), "ratelimited")
        return web.json_response(
            {"ok": False, "error": "ratelimited"},
            status=HTTPStatus.TOO_MANY_REQUESTS,
            headers={"Retry-After": str(planned.retry_after)},
        )

    def _refused(self, method: str, given: Json, error: SlackError) -> web.Response:
        self._note(method, given, error.code)
        return self._response(error.answer())

    def _response(self, body: Json) -> web.Response:
        headers = {
            "X-OAuth-Scopes": ",".join(sorted(self._core.scopes)),
            "X-Slack-Req-Id": secrets.token_hex(16),
        }
        return web.json_response(body, headers=headers)

    def _note(self, method: str, given: Json, error: str | None) -> None:
        at = self._core.workspace.now()
        call = Call(method, copy.deepcopy(given), error is None, error, at)
        self.calls.append(call)
        facts = {"method": method, "arguments": given, "ok": call.ok, "error": error, "at": at}
        self._core.workspace.tell("call", call=facts)


def _as_typed(method: str, sent: Json) -> Json:
    """Return the arguments with their types as far as the method declares and takes them."""
    try:
        return typed(sent, METHODS[method][1]) if method in METHODS else sent
    except SlackError:
        return sent
