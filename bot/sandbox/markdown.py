"""Shows a Markdown file of the pretend Slack as HTML that is safe to put into the page."""

from typing import Final

from markdown_it import MarkdownIt

# `html: False` prints tags as text, and markdown-it refuses javascript:, vbscript:, file: and most
# data: links by itself (validateLink); so what people wrote cannot become markup or script.
_PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def to_html(text: str) -> str:
    """Render Markdown; raw HTML in it stays visible text.

    Args:
        text: CommonMark with tables and ~~strikethrough~~.

    Returns:
        A fragment of HTML without scripts, styles or event attributes.
    """
    rendered: str = _PARSER.render(text)
    return rendered
