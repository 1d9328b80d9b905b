"""A trigger id opens one modal, within three seconds."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, CHANNEL, MODAL, Now, error_of


async def a_trigger(slack: SlackServer) -> str:
    # Nobody is connected, so the command is lost, but Slack issued its trigger.
    return (await slack.run_command(ANA, CHANNEL, "")).payload["trigger_id"]


async def test_a_trigger_opens_one_modal(slack: SlackServer, client: AsyncWebClient) -> None:
    trigger = await a_trigger(slack)

    await client.views_open(trigger_id=trigger, view=MODAL)
    second = await error_of(client.views_open(trigger_id=trigger, view=MODAL))

    assert second == "exchanged_trigger_id"
    assert len(slack.open_views(ANA)) == 1


async def test_a_trigger_expires_after_three_seconds(
    slack: SlackServer, client: AsyncWebClient, now: Now
) -> None:
    trigger = await a_trigger(slack)

    now.advance(3.1)

    assert await error_of(client.views_open(trigger_id=trigger, view=MODAL)) == "expired_trigger_id"


async def test_an_invented_trigger_is_refused(client: AsyncWebClient) -> None:
    assert await error_of(client.views_open(trigger_id="1.2.x", view=MODAL)) == "invalid_trigger_id"


async def test_a_refused_view_leaves_the_trigger_usable(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    trigger = await a_trigger(slack)

    refused = await error_of(client.views_open(trigger_id=trigger, view={**MODAL, "blocks": []}))
    await client.views_open(trigger_id=trigger, view=MODAL)

    assert refused == "invalid_arguments"
    assert len(slack.open_views(ANA)) == 1
