"""What counts as acknowledged, and what a person sees when it was not."""

import asyncio

import pytest

from bot.sandbox.ports import free_port
from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, BLOCKS, CHANNEL, Bot


async def test_an_ack_after_the_limit_is_no_ack(bot: Bot) -> None:
    done = asyncio.Event()

    @bot.app.command("/ideogram")
    async def _(ack):
        await done.wait()
        await ack("late")

    delivery = await bot.slack.run_command(ANA, CHANNEL, "triage")
    done.set()

    assert (delivery.acked, delivery.error) == (False, "operation_timeout")
    assert bot.slack.ephemerals(ANA) == []


async def test_a_command_nobody_listens_for_is_not_acknowledged(http_bot: Bot) -> None:
    delivery = await http_bot.slack.run_command(ANA, CHANNEL, "triage")

    assert (delivery.acked, delivery.error) == (False, "http_client_error")


async def test_without_any_socket_the_person_waits_in_vain(slack: SlackServer) -> None:
    delivery = await slack.run_command(ANA, CHANNEL, "triage")

    assert (delivery.acked, delivery.error) == (False, "operation_timeout")


async def test_without_any_listener_at_the_url_the_dispatch_fails() -> None:
    url = f"http://127.0.0.1:{free_port()}/slack/events"

    async with SlackServer(events_url=url) as slack:
        delivery = await slack.run_command(ANA, CHANNEL, "triage")

    assert (delivery.acked, delivery.error) == (False, "dispatch_failed")


async def test_a_payload_signed_with_another_secret_is_refused_by_the_app(http_bot: Bot) -> None:
    async with SlackServer(events_url=http_bot.slack.events_url) as stranger:
        delivery = await stranger.run_command(ANA, CHANNEL, "triage")

    assert (delivery.acked, delivery.error) == (False, "http_client_error")


async def test_redelivery_brings_the_same_trigger_marked_as_a_retry(bot: Bot) -> None:
    @bot.app.command("/ideogram")
    async def _(ack, command, req):
        retry = req.headers.get("x-slack-retry-num")
        bot.heard.append({"trigger": command["trigger_id"], "retry": retry})
        await ack()

    first = await bot.slack.run_command(ANA, CHANNEL, "triage")
    again = await bot.slack.redeliver(first)

    assert again.acked
    assert [row["retry"] for row in bot.heard] == [None, ["1"]]
    assert len({row["trigger"] for row in bot.heard}) == 1


async def test_an_ephemeral_click_carries_no_message_but_a_usable_response_url(bot: Bot) -> None:
    answer = await bot.client.chat_postEphemeral(
        channel=CHANNEL, user=ANA, text="Only you", blocks=BLOCKS
    )

    @bot.app.action("go")
    async def _(ack, body, respond):
        bot.heard.append(body)
        await respond(text="Done", replace_original=True)
        await ack()

    await bot.slack.click(ANA, CHANNEL, answer["message_ts"], "go")

    assert "message" not in bot.heard[0]
    assert bot.heard[0]["container"]["is_ephemeral"] is True
    assert [(row["text"], "blocks" in row) for row in bot.slack.ephemerals(ANA)] == [
        ("Done", False)
    ]


@pytest.mark.parametrize(
    ("action_id", "block_id", "error"),
    [
        ("stop", None, "no_such_element"),
        ("go", "other", "no_such_element"),
        ("go", "buttons", "operation_timeout"),
    ],
)
async def test_only_what_the_message_shows_now_can_be_clicked(
    socket_bot: Bot, action_id, block_id, error
) -> None:
    posted = await socket_bot.client.chat_postMessage(channel=CHANNEL, text="Down", blocks=BLOCKS)

    delivery = await socket_bot.slack.click(
        ANA, CHANNEL, posted["ts"], action_id, block_id=block_id
    )

    assert delivery.error == error


async def test_an_overflow_sends_the_chosen_option(socket_bot: Bot) -> None:
    options = [
        {"value": name, "text": {"type": "plain_text", "text": name}} for name in ("again", "copy")
    ]
    more = {"type": "overflow", "action_id": "more", "options": options}
    blocks = [{"type": "actions", "elements": [more]}]
    posted = await socket_bot.client.chat_postMessage(channel=CHANNEL, text="Down", blocks=blocks)

    @socket_bot.app.action("more")
    async def _(ack, action):
        socket_bot.heard.append(action)
        await ack()

    await socket_bot.slack.click(ANA, CHANNEL, posted["ts"], "more", option="copy")
    absent = await socket_bot.slack.click(ANA, CHANNEL, posted["ts"], "more", option="cut")

    assert socket_bot.heard[0]["selected_option"] == options[1]
    assert absent.error == "no_such_element"
