"""Shortcuts, reactions and the App Home reach a real Bolt app over both transports."""

from tests.sandbox.slack.conftest import ANA, BLOCKS, CHANNEL, MODAL, Bot, next_event


async def test_a_global_shortcut_may_open_a_modal(bot: Bot) -> None:
    @bot.app.shortcut("declare")
    async def _(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async with bot.slack.subscribe() as events:
        delivery = await bot.slack.run_shortcut(ANA, "declare")
        opened = await next_event(events, "view")

    assert delivery.acked
    assert opened["user"] == ANA


async def test_a_message_shortcut_carries_the_message(bot: Bot) -> None:
    @bot.app.shortcut("note")
    async def _(ack, shortcut):
        bot.heard.append(shortcut)
        await ack()

    said = (await bot.slack.say(ANA, CHANNEL, "It began at 02:56")).payload
    delivery = await bot.slack.run_message_shortcut("U0BEN", CHANNEL, said["ts"], "note")

    assert delivery.acked
    assert bot.heard[0]["message"]["text"] == "It began at 02:56"
    assert bot.heard[0]["user"]["id"] == "U0BEN"


async def test_a_reaction_is_an_event_with_the_message_it_stands_under(bot: Bot) -> None:
    @bot.app.event("reaction_added")
    async def _(event):
        bot.heard.append(event)

    ts = (await bot.client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    delivery = await bot.slack.react(ANA, CHANNEL, ts, "eyes")
    again = await bot.slack.react(ANA, CHANNEL, ts, "eyes")

    assert (delivery.acked, again.error) == (True, "already_reacted")
    assert bot.heard[0]["item"] == {"type": "message", "channel": CHANNEL, "ts": ts}
    assert bot.slack.messages(CHANNEL)[0]["reactions"][0]["users"] == [ANA]


async def test_opening_the_home_is_an_event_and_the_answer_is_seen(bot: Bot) -> None:
    @bot.app.event("app_home_opened")
    async def _(event, client):
        view = {"type": "home", "blocks": BLOCKS}
        await client.views_publish(user_id=event["user"], view=view)
        bot.heard.append(event)

    async with bot.slack.subscribe() as events:
        await bot.slack.open_home(ANA)
        await next_event(events, "view")
    await bot.slack.open_home(ANA)

    assert bot.slack.home(ANA)["blocks"][1]["block_id"] == "buttons"
    assert "view" not in bot.heard[0]


async def test_gestures_at_messages_that_are_gone_are_not_sent(bot: Bot) -> None:
    gone = "1700000000.000100"

    acts = [
        await bot.slack.react(ANA, CHANNEL, gone, "eyes"),
        await bot.slack.run_message_shortcut(ANA, CHANNEL, gone, "note"),
    ]

    assert [act.error for act in acts] == ["message_not_found"] * 2
