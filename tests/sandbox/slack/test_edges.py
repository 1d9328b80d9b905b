"""Small print: what happens at the margins of methods, clicks, modals and files."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import (
    ANA,
    BLOCKS,
    BUTTON,
    CHANNEL,
    MODAL,
    Bot,
    error_of,
)

NOWHERE = "1700000000.000100"


async def test_a_command_typed_with_its_slash_means_the_same(slack: SlackServer) -> None:
    delivery = await slack.run_command(ANA, CHANNEL, "/ideogram triage all")

    assert (delivery.payload["command"], delivery.payload["text"]) == ("/ideogram", "triage all")


async def test_another_apps_command_goes_nowhere(slack: SlackServer) -> None:
    assert (await slack.run_command(ANA, CHANNEL, "/remind me")).error == "unknown_command"


async def test_an_act_that_was_not_sent_cannot_be_redelivered(slack: SlackServer) -> None:
    unsent = await slack.click(ANA, CHANNEL, NOWHERE, "go")

    assert unsent.error == "message_not_found"
    assert await slack.redeliver(unsent) is unsent


async def test_an_ack_with_a_broken_message_shows_nothing(socket_bot: Bot) -> None:
    @socket_bot.app.command("/ideogram")
    async def _(ack):
        await ack(text="Hi", blocks=[{"type": "sektion"}])

    delivery = await socket_bot.slack.run_command(ANA, CHANNEL, "help")

    assert (delivery.acked, delivery.error) == (True, "invalid_blocks")
    assert socket_bot.slack.ephemerals(ANA) == []


async def test_an_ack_in_channel_is_seen_by_everyone(http_bot: Bot) -> None:
    @http_bot.app.command("/ideogram")
    async def _(ack):
        await ack(text="INC-1 declared", response_type="in_channel")

    await http_bot.slack.run_command(ANA, CHANNEL, "declare")

    assert [row["text"] for row in http_bot.slack.messages(CHANNEL)] == ["INC-1 declared"]


async def test_an_app_that_breaks_is_a_service_error(http_bot: Bot) -> None:
    @http_bot.app.command("/ideogram")
    async def _(ack):
        raise RuntimeError

    delivery = await http_bot.slack.run_command(ANA, CHANNEL, "triage")

    assert delivery.error == "http_service_error"


async def test_a_cut_reaches_signed_requests_too(http_bot: Bot) -> None:
    http_bot.slack.cut()

    delivery = await http_bot.slack.run_command(ANA, CHANNEL, "triage")

    assert delivery.error == "dispatch_failed"


async def test_a_click_in_a_thread_names_its_thread(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    parent = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    reply = await client.chat_postMessage(
        channel=CHANNEL, text="One", thread_ts=parent, blocks=BLOCKS
    )

    delivery = await slack.click(ANA, CHANNEL, reply["ts"], "go")

    assert delivery.payload["container"]["thread_ts"] == parent


async def test_choices_in_a_message_are_its_state(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    day = {"type": "datepicker", "action_id": "day", "initial_date": "2026-01-01"}
    blocks = [{"type": "actions", "block_id": "b", "elements": [day, BUTTON]}]
    ts = (await client.chat_postMessage(channel=CHANNEL, text="When?", blocks=blocks))["ts"]

    chosen = await slack.click(ANA, CHANNEL, ts, "day", option="2026-02-02")

    assert chosen.payload["actions"][0]["selected_date"] == "2026-02-02"
    assert chosen.payload["state"]["values"]["b"]["day"]["selected_date"] == "2026-02-02"


async def test_nobody_acts_in_anothers_modal(slack: SlackServer, client: AsyncWebClient) -> None:
    trigger = (await slack.run_command(ANA, CHANNEL, "")).payload["trigger_id"]
    view = {**MODAL, "blocks": BLOCKS}
    view_id = (await client.views_open(trigger_id=trigger, view=view))["view"]["id"]

    acts = [
        await slack.submit_view("U0BEN", view_id),
        await slack.close_view("U0BEN", view_id),
        await slack.click_in_view("U0BEN", view_id, "go"),
    ]

    assert [act.error for act in acts] == ["not_found"] * 3


async def test_a_view_that_clears_on_close_takes_the_others_along(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    view = {**MODAL, "blocks": BLOCKS, "clear_on_close": True}
    trigger = (await slack.run_command(ANA, CHANNEL, "")).payload["trigger_id"]
    below = (await client.views_open(trigger_id=trigger, view=view))["view"]["id"]
    trigger = (await slack.click_in_view(ANA, below, "go")).payload["trigger_id"]
    await client.views_push(trigger_id=trigger, view=view)

    await slack.close_view(ANA, slack.open_views(ANA)[1]["id"])

    assert slack.open_views(ANA) == []


async def test_a_view_is_updated_by_one_of_its_ids(client: AsyncWebClient) -> None:
    unnamed = client.api_call("views.update", json={"view": MODAL})
    unknown = client.views_update(external_id="x", view=MODAL)

    assert await error_of(unnamed) == "invalid_arguments"
    assert await error_of(unknown) == "not_found"


@pytest.mark.parametrize(
    ("announced", "error"),
    [
        ({"length": 3, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ({"length": 0}, "missing_argument"),
        ({"length": 1_000_001, "snippet_type": "python"}, "snippet_too_large"),
    ],
)
async def test_announcing_a_file_has_limits(client: AsyncWebClient, announced, error) -> None:
    assert await error_of(client.files_getUploadURLExternal(filename="a", **announced)) == error


async def test_a_shared_file_can_carry_blocks_and_be_described(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    done = await client.files_upload_v2(
        filename="a.md", content="x", alt_txt="A report", channels=[CHANNEL], blocks=None
    )
    file = done["file"]

    assert (await client.files_info(file=file["id"]))["file"]["alt_txt"] == "A report"
    assert await error_of(client.files_info(file="F1")) == "file_not_found"
    assert slack.messages(CHANNEL)[0]["files"][0]["channels"] == [CHANNEL]


async def test_sharing_refuses_broken_blocks_and_lists(client: AsyncWebClient) -> None:
    async def error(**arguments) -> str:
        call = client.api_call("files.completeUploadExternal", params=arguments)
        return await error_of(call)

    assert await error(files="[]") == "invalid_arguments"
    assert await error(files='["F1"]') == "invalid_arguments"
    assert await error(files='[{"id": "F1"}]', blocks="[{}]") == "invalid_blocks"
    assert await error(files='[{"id": "F1"}]', channel_id="C1") == "channel_not_found"


async def test_reactions_can_be_taken_back_once(slack: SlackServer, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    await client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    await client.reactions_remove(channel=CHANNEL, timestamp=ts, name="eyes")

    again = client.reactions_remove(channel=CHANNEL, timestamp=ts, name="eyes")
    assert await error_of(again) == "no_reaction"
    misspelt = client.reactions_add(channel=CHANNEL, timestamp=ts, name=":eyes:")
    assert await error_of(misspelt) == "invalid_name"
    assert slack.messages(CHANNEL)[0]["reactions"] == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"type": "file"}, "invalid_bookmark_type"), ({"link": "x"}, "invalid_link")],
)
async def test_bookmarks_are_links(client: AsyncWebClient, changes, error) -> None:
    bookmark = {"title": "x", "type": "link", "link": "https://x.test", **changes}

    assert await error_of(client.bookmarks_add(channel_id=CHANNEL, **bookmark)) == error


async def test_everybody_is_listed_and_the_bot_is_one(client: AsyncWebClient) -> None:
    people = (await client.users_list())["members"]

    assert [row["real_name"] for row in people if row["is_bot"]] == ["Ideogram Bot"]
    assert len(people) == 4


async def test_the_error_method_answers_the_error_asked_for(client: AsyncWebClient) -> None:
    assert await error_of(client.api_test(error="my_error")) == "my_error"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0ANA,U0BEN"}, "too_many_users"),
        ("conversations.invite", {"channel": CHANNEL, "users": "U0IDEOGRAM"}, "cant_invite_self"),
        ("chat.postMessage", {"channel": "C1", "text": "x"}, "channel_not_found"),
        ("chat.getPermalink", {"channel": CHANNEL, "message_ts": NOWHERE}, "message_not_found"),
        ("pins.add", {"channel": CHANNEL, "timestamp": NOWHERE}, "message_not_found"),
        ("views.publish", {"user_id": "U1", "view": {}}, "user_not_found"),
    ],
)
async def test_refusals_have_slacks_names(client: AsyncWebClient, method, arguments, error) -> None:
    assert await error_of(client.api_call(method, json=arguments)) == error


async def test_a_reply_that_is_deleted_is_no_longer_counted(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    parent = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    reply = await client.chat_postMessage(channel=CHANNEL, text="One", thread_ts=parent)

    await client.chat_delete(channel=CHANNEL, ts=reply["ts"])

    assert slack.messages(CHANNEL)[0]["reply_count"] == 0


async def test_nothing_works_before_the_server_started() -> None:
    stopped = SlackServer()

    with pytest.raises(RuntimeError):
        await stopped.run_command(ANA, CHANNEL, "triage")
    with pytest.raises(RuntimeError):
        await stopped.submit_view(ANA, "V1")
