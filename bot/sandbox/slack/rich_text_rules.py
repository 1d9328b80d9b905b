"""What rich text and tables may hold; shapes from @slack/types 3.2.0, read 2026-11-20."""

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.report import Report

TABLE_ROWS_MAX = 100
TABLE_COLUMNS_MAX = 20
PARTS_MAX = 3000  # documented nowhere: only so that a list has some end
STYLES = "bold italic strike code underline highlight client_highlight unlink"
RANGES = ("here", "channel", "everyone")
# Kind: required fields, optional fields.
CONTAINERS = {
    "rich_text_section": ("elements", ""),
    "rich_text_list": ("elements style", "indent offset border"),
    "rich_text_preformatted": ("elements", "border language"),
    "rich_text_quote": ("elements", "border"),
}
LEAVES = {
    "text": ("text", "style"),
    "link": ("url", "text unsafe style"),
    "emoji": ("name", "unicode url skin_tone style"),
    "user": ("user_id", "style"),
    "usergroup": ("usergroup_id", "style"),
    "channel": ("channel_id", "style"),
    "team": ("team_id", "style"),
    "broadcast": ("range", "style"),
    "color": ("value", "style"),
    "date": ("timestamp format", "url fallback style"),
}
CELLS = {"raw_text": ("text", ""), "raw_number": ("value text", "")}
FIELDS: dict[str, type] = {
    "text": str,
    "url": str,
    "name": str,
    "user_id": str,
    "usergroup_id": str,
    "channel_id": str,
    "team_id": str,
    "format": str,
    "fallback": str,
    "timestamp": int,
    "indent": int,
    "offset": int,
}


def check_rich_text(report: Report, at: str, block: Json) -> None:
    """Check a rich_text block, or one inside a table or an input."""
    report.keys(at, block, "elements", "block_id")
    for index, element in enumerate(report.items(at, block, "elements", PARTS_MAX)):
        _container(report, f"{at}/elements/{index}", element)


def _container(report: Report, at: str, part: object) -> None:
    kind = report.kind(at, part, CONTAINERS)
    if not isinstance(part, dict) or kind is None:
        return
    report.keys(at, part, *CONTAINERS[kind])
    report.types(at, part, FIELDS)
    report.one_of(at, part, "border", (0, 1))
    report.one_of(at, part, "style", ("bullet", "ordered"))
    for index, element in enumerate(report.items(at, part, "elements", PARTS_MAX, 0)):
        here = f"{at}/elements/{index}"
        if kind != "rich_text_list":
            _leaf(report, here, element)
        elif report.kind(here, element, ("rich_text_section",)):
            _container(report, here, element)


def _leaf(report: Report, at: str, part: object) -> None:
    kind = report.kind(at, part, LEAVES)
    if not isinstance(part, dict) or kind is None:
        return
    report.keys(at, part, *LEAVES[kind])
    report.types(at, part, FIELDS)
    report.one_of(at, part, "range", RANGES)
    if kind == "text":
        report.string(at, part, "text", PARTS_MAX * 4)
    if "style" in part and report.is_object(f"{at}/style", part["style"]):
        report.keys(f"{at}/style", part["style"], "", STYLES)
        report.booleans(f"{at}/style", part["style"], STYLES)


def check_table(report: Report, at: str, block: Json) -> None:
    """Check a table's size, and each of its cells."""
    report.keys(at, block, "rows", "block_id column_settings")
    for index, row in enumerate(report.items(at, block, "rows", TABLE_ROWS_MAX)):
        cells = report.items(f"{at}/rows", {f"{index}": row}, f"{index}", TABLE_COLUMNS_MAX)
        for number, cell in enumerate(cells):
            _cell(report, f"{at}/rows/{index}/{number}", cell)
    columns = report.items(at, block, "column_settings", TABLE_COLUMNS_MAX, 0)
    for index, column in enumerate(columns):
        here = f"{at}/column_settings/{index}"
        if report.is_object(here, column):
            report.keys(here, column, "", "align is_wrapped")
            report.one_of(here, column, "align", ("left", "center", "right"))
            report.booleans(here, column, "is_wrapped")


def _cell(report: Report, at: str, cell: object) -> None:
    kind = report.kind(at, cell, (*CELLS, "rich_text"))
    if not isinstance(cell, dict) or kind is None:
        return
    if kind == "rich_text":
        check_rich_text(report, at, cell)
    else:
        report.keys(at, cell, *CELLS[kind])
        report.types(at, cell, {"text": str})
