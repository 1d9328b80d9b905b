"""Slack between the lines: deliveries that come twice, answers that fail, Slack away."""

from tests.scenarios.seeing import ANA, is_reply, read
from tests.scenarios.story import INCIDENTS, OPERATIONS, Story


async def _mitigated(story: Story) -> None:
    await story.world.chaos.break_("outage-500")
    await story.run("triage full")
    await story.press("Enable Fallback")
    await story.sees("> *Effective", "Enable Fallback")
    await story.sees("INC-1 · P1 · MITIGATED")


async def _told_once(story: Story) -> None:
    """Every message of the incident stands there once, in the order in which things happened."""
    await story.sees("See INC-1")
    await story.sees("Enable Fallback on", "*Effective in")
    replies = [read(one) for one in story.said() if is_reply(one)]
    assert len(replies) == len(set(replies))
    assert len(story.messages("> *Effective")) == 1
    live = [read(one).partition("\n")[0] for one in story.said() if not is_reply(one)]
    assert live == ["See INC-1", "INC-1 · P1 · MITIGATED"]
    assert [replies.index(one) for one in replies if "Effective in" in one] == [0, 1]


async def test_what_slack_delivers_twice_acts_once(story):
    await story.world.chaos.break_("outage-500")
    command = await story.run("triage full")
    await story.slack.redeliver(command)
    press = await story.press("Enable Fallback")
    await story.slack.redeliver(press)
    await story.sees("> *Effective", "Enable Fallback")
    await story.press("Post Update")
    form = await story.fill(impact="Nobody gets pictures")
    await story.slack.redeliver(form)
    await story.sees("Nobody gets pictures", "P1 INCIDENT")
    await story.run("declare")
    declared = await story.fill(title="Something else")
    await story.slack.redeliver(declared)
    await story.sees("INC-2", "Something else")

    assert story.patches() == 1
    await story.sees("See INC-1")
    assert len(story.messages("See INC-1")) == 1
    assert story.messages("T-2") == []
    assert len(story.messages("P1 INCIDENT", "Nobody gets pictures")) == 1
    assert story.messages("INC-3") == []


async def test_slack_failing_for_a_while_costs_no_message_and_doubles_none(story):
    story.expected |= {"http_500", "ratelimited", "http_503"}
    story.slack.fail(2, 500, "chat.postMessage")
    story.slack.rate_limit(3, retry_after=1, method="chat.update")
    story.slack.drop_after_processing(2, "chat.postMessage")
    story.slack.fail(2, 503, "chat.update")

    await _mitigated(story)

    await _told_once(story)
    assert story.patches() == 1


async def test_an_upload_whose_answer_is_lost_is_there_once(story):
    await _mitigated(story)
    story.slack.drop_after_processing(1, "files.completeUploadExternal")

    await story.press("Resolve")
    await story.fill(cause="Theirs")
    document = await story.file()

    assert "Theirs" in document
    await story.until(lambda: story.messages("INC-1", "RESOLVED"), "resolved")
    shared = [one for one in story.said() if one.get("files")]
    assert len(shared) == 1


async def test_slack_away_for_seconds_delays_and_loses_nothing(story):
    await story.world.chaos.break_("outage-500")
    await story.run("triage full")
    await story.press("Enable Fallback")

    story.slack.cut(6)
    await story.users_get("placeholder")  # the work goes on without Slack
    assert story.patches() == 1

    await story.sees("> *Effective", "Enable Fallback")
    await story.sees("INC-1 · P1 · MITIGATED")
    await _told_once(story)
    await story.until(lambda: story.slack.connections, "a new socket")
    await story.run("status")
    await story.hears("INC-1")


async def test_a_socket_that_slack_renews_costs_nothing(story):
    await story.slack.disconnect_sockets("refresh_requested")

    await story.run("triage quick")

    await story.sees("No fault found by free checks")
    assert len(story.messages("T-1")) == 1


async def test_what_can_never_be_delivered_is_told_to_operations_and_the_rest_goes_on(story):
    story.expected |= {"not_in_channel", "outbox.given_up"}
    story.slack.channels["C0ONCALL"].members.discard(story.slack.bot_user_id)
    await story.run("triage quick", channel="C0ONCALL")

    await story.until(lambda: len(_undelivered(story)) > 1, "both who must know are told")
    # And, directly, who asked: the place where it was asked for does not take the answer.
    assert {one["channel"] for one in _undelivered(story)} == {OPERATIONS, "D0ANA"}

    await story.run("triage quick", channel=INCIDENTS, user=ANA)
    assert (await story.sees("No fault found"))["channel"] == INCIDENTS


def _undelivered(story):
    return story.messages("could not be delivered", "Invite the bot")
