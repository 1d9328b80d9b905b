"""What people do reaches a real Bolt app, over Socket Mode and over signed HTTP."""

from tests.sandbox.slack.conftest import ANA, BLOCKS, CHANNEL, MODAL, Bot, next_event


async def test_a_command_arrives_with_every_field_and_its_ack_is_shown(bot: Bot) -> None:
    @bot.app.command("/ideogram")
    async def _(ack, command):
        bot.heard.append(command)
        await ack("Looking.")

    delivery = await bot.slack.run_command(ANA, CHANNEL, "triage all")

    assert (delivery.acked, delivery.error) == (True, None)
    assert bot.heard[0] == delivery.payload
    assert (
        bot.heard[0].items()
        >= {
            "command": "/ideogram",
            "text": "triage all",
            "user_id": ANA,
            "channel_name": "incidents",
        }.items()
    )
    assert [row["text"] for row in bot.slack.ephemerals(ANA)] == ["Looking."]


async def test_a_click_carries_message_container_state_and_action(bot: Bot) -> None:
    posted = await bot.client.chat_postMessage(channel=CHANNEL, text="Down", blocks=BLOCKS)

    @bot.app.action("go")
    async def _(ack, body):
        bot.heard.append(body)
        await ack()

    delivery = await bot.slack.click(ANA, CHANNEL, posted["ts"], "go")

    assert delivery.acked
    body = bot.heard[0]
    assert body["container"]["message_ts"] == body["message"]["ts"] == posted["ts"]
    assert body["channel"] == {"id": CHANNEL, "name": "incidents"}
    action = body["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("go", "buttons", "7")


async def test_a_modal_opens_shows_errors_and_closes(bot: Bot) -> None:
    answers = [{"response_action": "errors", "errors": {"title": "Too short"}}, {}]

    @bot.app.command("/ideogram")
    async def _(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bot.app.view("declare")
    async def _(ack, view):
        bot.heard.append(view["state"]["values"])
        await ack(**answers[len(bot.heard) - 1])

    async with bot.slack.subscribe() as events:
        await bot.slack.run_command(ANA, CHANNEL, "declare")
        view_id = (await next_event(events, "view"))["view"]["id"]
    first = await bot.slack.submit_view(ANA, view_id, {"title": {"text": {"value": "Do"}}})
    still_open = len(bot.slack.open_views(ANA))
    second = await bot.slack.submit_view(ANA, view_id, None)

    assert (first.error, second.error, still_open) == (None, None, 1)
    assert first.response == answers[0]
    assert bot.heard[1]["title"]["text"]["value"] == "Do"
    assert bot.slack.open_views(ANA) == []
