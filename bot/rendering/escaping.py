"""How a value becomes a part of a text: folded on one line, and no markup where it is put."""

import functools
import re
from datetime import datetime
from typing import Final

from markupsafe import Markup, escape

# Control characters, and those that turn the direction of the text around them (a title must not
# rearrange the line it stands in). Right-to-left letters themselves stay.
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_SPACE: Final = re.compile(r"\s+")
# Slack has no escape for its markup: a value could end the bold words around it, or open a block of
# code over the rest of its section. These look alike and mean nothing.
_LOOKALIKES: Final = str.maketrans({"*": "\u2217", "`": "\u02cb", "~": "\u223c"})
_MARKDOWN: Final = re.compile(r"([\\`*\[\]<>|~])|(?<!\w)(_)|(_)(?!\w)|(&)(?=#?\w+;)")
# Words that need none of it, in one look: most values of a long timeline are such.
_ORDINARY: Final = re.compile(r"(?:[A-Za-z]|\d+(?![\d.)]))(?: ?[A-Za-z0-9.,:;/()'%$-])*")
# What would begin a list, a heading or a rule at the start of a line.
_MARKDOWN_START: Final = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=#]+(?:\s|$)))")


def folded(value: str) -> str:
    """Put a value on one line: no value can begin a row of its own."""
    return _SPACE.sub(" ", _UNSEEN.sub("", value))


def copied(value: str) -> Markup:
    """Keep a command as it is, for people copy it from between backticks."""
    return escape(folded(value))


def plain(value: object) -> object:
    # Markup is the output of a macro. Autoescape does the escaping of everything else.
    return value if isinstance(value, Markup) or not isinstance(value, str) else folded(value)


def mrkdwn(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return folded(value).translate(_LOOKALIKES)


def markdown(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else _neutral(value)


@functools.lru_cache  # a long timeline repeats its words, kinds and people
def _neutral(value: str) -> Markup:
    if _ORDINARY.fullmatch(value):
        return Markup(value)  # noqa: S704  it holds no markup
    escaped = _MARKDOWN.sub(lambda found: "\\" + found[0], folded(value))
    # Macros join the output as Markup; this value must not be escaped as HTML once more.
    return Markup(_MARKDOWN_START.sub(r"\1\\", escaped))  # noqa: S704  it was neutralised


def web_address(value: str | None) -> str:
    """Let only an http address through that cannot end a Markdown link early."""
    return value if value and re.fullmatch(r"https?://[^\s()<>\[\]\\\"`]+", value) else ""


def second(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")[:19]  # in UTC as all moments, and said once


def quotes_back(text: str) -> str:
    # Autoescape also escapes quotes. Slack wants only & < > escaped, Markdown none; a value that
    # held `&#39;` itself reads `&amp;#39;` here, so this takes back exactly what was added.
    return text.replace("&#39;", "'").replace("&#34;", '"')


def unescaped(text: str) -> str:
    """Take back all that autoescape did, for slots where nothing reads markup.

    Every `&` of a value was escaped, so what comes last takes back only what was added.
    """
    shown = quotes_back(text).replace("&lt;", "<").replace("&gt;", ">")
    return shown.replace("&amp;", "&")
