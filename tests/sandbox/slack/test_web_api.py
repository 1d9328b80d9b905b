"""Methods, tokens, scopes, and the three ways in which clients send arguments."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import CHANNEL, error_of


async def called(slack: SlackServer, method: str, **request) -> dict:
    headers = request.pop("headers", {"Authorization": f"Bearer {slack.bot_token}"})
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(slack.api_url + method, **request) as answer,
    ):
        return await answer.json()


async def test_an_unknown_method_is_named(slack: SlackServer) -> None:
    assert (await called(slack, "chat.shout"))["error"] == "unknown_method"


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"channel": CHANNEL, "text": "Hi", "unfurl_links": False}},
        {"params": {"channel": CHANNEL, "text": "Hi", "unfurl_links": "0"}},
        {"data": {"channel": CHANNEL, "text": "Hi", "unfurl_links": "false"}},
    ],
    ids=["json", "query", "form"],
)
async def test_arguments_arrive_typed_however_they_are_sent(slack: SlackServer, request_) -> None:
    answer = await called(slack, "chat.postMessage", **request_)

    assert answer["ok"]
    assert slack.calls[0].arguments == {"channel": CHANNEL, "text": "Hi", "unfurl_links": False}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channel": CHANNEL, "tekst": "Hi"}, "unsupported argument: tekst"),
        ({"text": "Hi"}, "missing required field: channel"),
        ({"channel": CHANNEL, "text": 7}, "must be of type str [json-pointer:/text]"),
        ({"channel": CHANNEL, "mrkdwn": "maybe"}, "must be of type bool [json-pointer:/mrkdwn]"),
        ({"channel": CHANNEL, "blocks": "[{"}, "must be of type json [json-pointer:/blocks]"),
    ],
)
async def test_wrong_arguments_are_named(slack: SlackServer, arguments, message) -> None:
    answer = await called(slack, "chat.postMessage", json=arguments)

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {message}"]


@pytest.mark.parametrize(
    ("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")], ids=["broken", "list"]
)
async def test_a_body_that_is_no_object_is_refused(slack: SlackServer, body, error) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}

    answer = await called(slack, "chat.postMessage", data=body, headers=headers)

    assert answer["error"] == error


@pytest.mark.parametrize(
    ("headers", "error"),
    [({}, "not_authed"), ({"Authorization": "Bearer xoxb-1"}, "invalid_auth")],
    ids=["none", "unknown"],
)
async def test_a_token_is_needed(slack: SlackServer, headers, error) -> None:
    assert (await called(slack, "auth.test", headers=headers))["error"] == error


async def test_the_app_token_is_none_for_methods(slack: SlackServer) -> None:
    headers = {"Authorization": f"Bearer {slack.app_token}"}

    assert (await called(slack, "auth.test", headers=headers))["error"] == "not_allowed_token_type"


async def test_a_form_may_carry_the_token(slack: SlackServer) -> None:
    answer = await called(slack, "auth.test", headers={}, data={"token": slack.bot_token})

    assert answer["user_id"] == slack.bot_user_id
    assert slack.calls[0].arguments == {}


async def test_api_test_needs_no_token(slack: SlackServer) -> None:
    assert (await called(slack, "api.test", headers={}))["ok"]


async def test_a_missing_scope_is_named() -> None:
    async with SlackServer(scopes=frozenset({"users:read"})) as slack:
        answer = await called(slack, "chat.postMessage", json={"channel": CHANNEL, "text": "Hi"})

    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "chat:write",
        "users:read",
    )


async def test_one_of_several_scopes_is_enough() -> None:
    async with SlackServer(scopes=frozenset({"channels:write.topic"})) as slack:
        topic = {"channel": CHANNEL, "topic": "INC-1"}
        answer = await called(slack, "conversations.setTopic", params=topic)

    assert answer["ok"]


async def test_without_its_scope_the_command_does_not_exist() -> None:
    async with SlackServer(scopes=frozenset({"chat:write"})) as slack:
        delivery = await slack.run_command("U0ANA", CHANNEL, "triage")

    assert delivery.error == "unknown_command"


async def test_people_channels_and_groups_can_be_looked_up(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="U0ANA"))["user"]
    channel = (await client.conversations_info(channel=CHANNEL))["channel"]
    group = await client.usergroups_users_list(usergroup="S0ONCALL")

    assert (user["real_name"], user["tz"]) == ("Ana", "Europe/Lisbon")
    assert (channel["name"], channel["is_member"]) == ("incidents", True)
    assert group["users"] == ["U0ANA", "U0BEN"]


async def test_what_does_not_exist_is_refused(client: AsyncWebClient) -> None:
    assert await error_of(client.users_info(user="U1")) == "user_not_found"
    assert await error_of(client.conversations_info(channel="C1")) == "channel_not_found"
    assert await error_of(client.usergroups_users_list(usergroup="S1")) == "no_such_subteam"
