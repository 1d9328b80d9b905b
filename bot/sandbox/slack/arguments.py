"""Reads the arguments of a Web API call from all the ways that clients send them.

slack_sdk 3.47 sends JSON bodies, POSTs with arguments in the query string, and GETs; forms are
what Slack's own examples use. Values arrive as strings except in JSON bodies.
"""

import json

from aiohttp import web

from bot.sandbox.slack.model import Json, SlackError

TRUE = ("true", "1")
FALSE = ("false", "0")
IGNORED = ("team_id",)  # Bolt's clients add it to every call of theirs


async def sent_arguments(request: web.Request) -> Json:
    """Return the arguments as they were sent, query string and body together.

    Raises:
        SlackError: invalid_json, json_not_object, invalid_form_data.
    """
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        found.update(_json_object(await request.read()))
    elif request.method == "POST" and request.can_read_body:
        try:
            found.update(await request.post())
        except ValueError as error:
            raise SlackError("invalid_form_data") from error
    return {key: value for key, value in found.items() if value is not None}


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise SlackError("invalid_json") from error
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def token_of(request: web.Request, arguments: Json) -> str | None:
    """Take the token out of the header or, as forms may, out of the arguments."""
    in_arguments = arguments.pop("token", None)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else in_arguments


def typed(arguments: Json, declared: dict[str, str]) -> Json:
    """Give the arguments the types that the method declares.

    Args:
        arguments: As sent, without the token.
        declared: Name to type: str, int, bool or json; a "!" at the end means required.

    Raises:
        SlackError: invalid_arguments naming every unknown, missing or malformed argument.
    """
    unknown = arguments.keys() - declared.keys() - {*IGNORED}
    problems = [f"unsupported argument: {key}" for key in sorted(unknown)]
    values: Json = {}
    for key, kind in declared.items():
        if key not in arguments:
            if kind.endswith("!"):
                problems.append(f"missing required field: {key}")
            continue
        try:
            values[key] = _converted(arguments[key], kind.rstrip("!"))
        except ValueError:
            problems.append(f"must be of type {kind.rstrip('!')} [json-pointer:/{key}]")
    if problems:
        raise SlackError("invalid_arguments", *problems)
    return values


def _converted(value: object, kind: str) -> object:
    if kind == "json":
        return json.loads(value) if isinstance(value, str) else value
    if kind == "bool":
        return _boolean(value)
    if kind == "int":
        return int(str(value))
    if not isinstance(value, str):
        raise ValueError(kind)  # noqa: TRY004  handled together with unreadable values
    return value


def _boolean(value: object) -> bool:
    word = str(value).lower()
    if word not in TRUE + FALSE:
        raise ValueError(word)
    return word in TRUE
