"""Modals and App Homes: what people type, what acks change, what stacks allow."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, BLOCKS, CHANNEL, MODAL, Bot, error_of

CLOSING = {**MODAL, "notify_on_close": True}
HOME = {"type": "home", "blocks": BLOCKS}


def titled(text: str) -> dict:
    return {**MODAL, "title": {"type": "plain_text", "text": text}}


async def opened(slack: SlackServer, client: AsyncWebClient, view: dict = MODAL) -> str:
    trigger = (await slack.run_command(ANA, CHANNEL, "declare")).payload["trigger_id"]
    return (await client.views_open(trigger_id=trigger, view=view))["view"]["id"]


async def submitted(bot: Bot, **answer) -> str:
    """Open `MODAL` and submit it to a bot whose ack is `answer`."""

    @bot.app.command("/ideogram")
    async def _(ack):
        await ack()

    @bot.app.view("declare")
    async def _(ack, body):
        bot.heard.append(body)
        await ack(**answer)

    view_id = await opened(bot.slack, bot.client)
    bot.heard.append({"delivery": await bot.slack.submit_view(ANA, view_id, None)})
    return view_id


async def test_a_submission_carries_what_stood_in_the_inputs(bot: Bot) -> None:
    view_id = await submitted(bot)

    view = bot.heard[0]["view"]
    assert (view["id"], view["callback_id"]) == (view_id, "declare")
    state = {"type": "plain_text_input", "value": "Down"}
    assert view["state"]["values"] == {"title": {"text": state}}
    assert bot.slack.open_views(ANA) == []


async def test_an_ack_may_update_the_modal(socket_bot: Bot) -> None:
    view_id = await submitted(
        socket_bot, response_action="update", view={**titled("Declared"), "blocks": BLOCKS}
    )

    [view] = socket_bot.slack.open_views(ANA)
    assert (view["id"], view["title"]["text"]) == (view_id, "Declared")


async def test_an_ack_may_push_a_modal(socket_bot: Bot) -> None:
    await submitted(socket_bot, response_action="push", view=titled("Sure?"))
    below, above = socket_bot.slack.open_views(ANA)

    assert above["previous_view_id"] == above["root_view_id"] == below["id"]


async def test_an_ack_may_clear_all_modals(socket_bot: Bot) -> None:
    await submitted(socket_bot, response_action="clear")

    assert socket_bot.slack.open_views(ANA) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "No"}}, "invalid_errors"),
        ({"response_action": "update", "view": {**MODAL, "blocks": []}}, "invalid_arguments"),
        ({"response_action": "shout"}, "invalid_response_action"),
    ],
)
async def test_an_ack_that_slack_refuses_leaves_the_modal(
    http_bot: Bot, answer: dict, error: str
) -> None:
    await submitted(http_bot, **answer)

    delivery = http_bot.heard[-1]["delivery"]
    assert delivery.acked
    assert delivery.error.startswith(error)
    assert len(http_bot.slack.open_views(ANA)) == 1


async def test_an_empty_required_input_never_reaches_the_bot(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)

    delivery = await slack.submit_view(ANA, view_id, {"title": {"text": {"value": ""}}})

    assert (delivery.acked, delivery.error) == (False, "input_required: title")
    assert delivery.payload == {}


async def test_an_unacknowledged_submission_leaves_the_modal(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)

    delivery = await slack.submit_view(ANA, view_id)

    assert delivery.error == "operation_timeout"
    assert len(slack.open_views(ANA)) == 1


async def test_an_update_with_an_old_hash_is_refused(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    old = slack.open_views(ANA)[0]["hash"]

    await client.views_update(view_id=view_id, view=titled("Two"), hash=old)
    conflict = client.views_update(view_id=view_id, view=titled("Three"), hash=old)

    assert await error_of(conflict) == "hash_conflict"
    assert slack.open_views(ANA)[0]["title"]["text"] == "Two"


async def test_what_was_typed_survives_an_update_of_the_view(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    await slack.submit_view(ANA, view_id, {"title": {"text": {"value": "Typed"}}})

    await client.views_update(view_id=view_id, view=titled("Two"))

    values = slack.open_views(ANA)[0]["state"]["values"]
    assert values["title"]["text"]["value"] == "Typed"


async def test_a_closed_modal_cannot_be_updated(slack: SlackServer, client: AsyncWebClient) -> None:
    view_id = await opened(slack, client)
    await slack.close_view(ANA, view_id)

    assert await error_of(client.views_update(view_id=view_id, view=MODAL)) == "not_found"


async def test_three_modals_are_the_limit(slack: SlackServer, client: AsyncWebClient) -> None:
    view = {**MODAL, "blocks": BLOCKS}
    view_id = await opened(slack, client, view)

    async def push() -> object:
        trigger = (await slack.click_in_view(ANA, view_id, "go")).payload["trigger_id"]
        return await client.views_push(trigger_id=trigger, view=view)

    await push()
    await push()

    assert await error_of(push()) == "push_limit_reached"
    assert len(slack.open_views(ANA)) == 3


async def test_only_a_modal_can_be_pushed_upon(slack: SlackServer, client: AsyncWebClient) -> None:
    await opened(slack, client)
    trigger = (await slack.run_command(ANA, CHANNEL, "")).payload["trigger_id"]

    assert await error_of(client.views_push(trigger_id=trigger, view=MODAL)) == "not_found"


async def test_the_apps_own_id_names_one_view(slack: SlackServer, client: AsyncWebClient) -> None:
    view = {**MODAL, "external_id": "declare-1"}
    await opened(slack, client, view)

    await client.views_update(external_id="declare-1", view={**view, "callback_id": "other"})

    assert slack.open_views(ANA)[0]["callback_id"] == "other"
    assert await error_of(opened(slack, client, view)) == "duplicate_external_id"


async def test_closing_is_told_when_the_view_asks_for_it(bot: Bot) -> None:
    @bot.app.command("/ideogram")
    async def _(ack):
        await ack()

    @bot.app.view_closed("declare")
    async def _(ack, body):
        bot.heard.append(body)
        await ack()

    told = await bot.slack.close_view(ANA, await opened(bot.slack, bot.client, CLOSING))
    quiet = await bot.slack.close_view(ANA, await opened(bot.slack, bot.client))

    assert (told.acked, quiet.payload) == (True, {})
    assert [body["is_cleared"] for body in bot.heard] == [False]


async def test_a_click_inside_a_modal_carries_the_view(socket_bot: Bot) -> None:
    @socket_bot.app.command("/ideogram")
    async def _(ack):
        await ack()

    @socket_bot.app.action("go")
    async def _(ack, body):
        socket_bot.heard.append(body)
        await ack()

    view_id = await opened(socket_bot.slack, socket_bot.client, {**MODAL, "blocks": BLOCKS})
    await socket_bot.slack.click_in_view(ANA, view_id, "go")
    absent = await socket_bot.slack.click_in_view(ANA, view_id, "stop")

    assert socket_bot.heard[0]["container"] == {"type": "view", "view_id": view_id}
    assert socket_bot.heard[0]["view"]["id"] == view_id
    assert absent.error == "no_such_element"


async def test_a_home_is_published_and_replaced(slack: SlackServer, client: AsyncWebClient) -> None:
    first = await client.views_publish(user_id=ANA, view=HOME)
    second = await client.views_publish(
        user_id=ANA, view={**HOME, "callback_id": "home"}, hash=first["view"]["hash"]
    )

    assert second["view"]["id"] == first["view"]["id"]
    assert slack.home(ANA)["callback_id"] == "home"
    assert slack.open_views(ANA) == []


async def test_a_modal_is_no_home(client: AsyncWebClient) -> None:
    assert await error_of(client.views_publish(user_id=ANA, view=MODAL)) == "invalid_arguments"
