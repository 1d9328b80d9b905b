"""Blocks by equality, and cut at Slack's limits."""

from bot.ports import Confirm
from bot.slack import blocks


def test_a_cut_is_marked():
    assert blocks.truncated("abcdef", 4) == "abc…"
    assert blocks.truncated("abcd", 4) == "abcd"


def test_a_cut_never_tears_an_entity():
    assert blocks.truncated_mrkdwn("abc&lt;def", 7) == "abc…"


def test_a_cut_never_tears_a_link():
    assert blocks.truncated_mrkdwn("see <https://x.example|here>", 12) == "see…"


def test_text_that_fits_is_left_alone():
    assert blocks.truncated_mrkdwn("a &amp; b", 9) == "a &amp; b"


def test_nothing_is_escaped_here():
    assert blocks.section("<@U1> &amp;")["text"]["text"] == "<@U1> &amp;"


def test_a_header_is_plain_and_cut():
    made = blocks.header("x" * 200)

    assert made == {
        "type": "header",
        "text": {"type": "plain_text", "text": "x" * 149 + "…", "emoji": False},
    }


def test_rows_share_a_section_until_it_is_full():
    made = blocks.sections(["a" * 1500, "b" * 1499, "c"])

    assert [len(one["text"]["text"]) for one in made] == [3000, 1]


def test_a_button_carries_its_dialog():
    ask = Confirm("Sure?", "It changes.", "Do It", "Cancel")

    made = blocks.button("Do It", "press-x", "{}", style="primary", ask=ask)

    assert made == {
        "type": "button",
        "action_id": "press-x",
        "text": {"type": "plain_text", "text": "Do It", "emoji": False},
        "value": "{}",
        "style": "primary",
        "confirm": {
            "title": {"type": "plain_text", "text": "Sure?", "emoji": False},
            "text": {"type": "plain_text", "text": "It changes.", "emoji": False},
            "confirm": {"type": "plain_text", "text": "Do It", "emoji": False},
            "deny": {"type": "plain_text", "text": "Cancel", "emoji": False},
        },
    }


def test_a_menu_keeps_five_choices():
    made = blocks.overflow("more", [blocks.option(str(at), str(at)) for at in range(7)])

    assert len(made["options"]) == 5


def test_a_select_starts_only_with_one_of_its_choices():
    known = blocks.select_input("s", "Severity", {"P1": "bad"}, initial="P1")
    other = blocks.select_input("s", "Severity", {"P1": "bad"}, initial="P9")

    assert known["element"]["initial_option"] == known["element"]["options"][0]
    assert "initial_option" not in other["element"]


def test_a_prefilled_text_is_cut_to_what_the_field_takes():
    made = blocks.text_input("t", "Title", initial="x" * 50, limit=10)

    assert made["element"]["initial_value"] == "x" * 9 + "…"


def test_a_modal_without_submit_is_no_form():
    made = blocks.modal(title="Evidence", blocks=[blocks.section("x")], close="Close")

    assert "submit" not in made
    assert "callback_id" not in made
