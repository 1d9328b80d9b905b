"""files.*: announce, upload (server.py takes the bytes), share."""

import secrets

from bot.sandbox.slack.blocks import completed
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.model import Channel, Json, SlackError
from bot.sandbox.slack.rules import MESSAGE_BLOCKS_MAX, block_problems

ALT_TEXT_MAX = 1000
SNIPPET_MAX_BYTES = 1_000_000


def get_upload_url(core: Core, given: Json) -> Json:
    """Announce a file and hand out the address that takes its bytes once."""
    if len(given.get("alt_txt", "")) > ALT_TEXT_MAX:
        raise SlackError("alt_txt_too_large")
    if given["length"] < 1 or not given["filename"]:
        raise SlackError("missing_argument")
    if "snippet_type" in given and given["length"] > SNIPPET_MAX_BYTES:
        raise SlackError("snippet_too_large")
    stored = core.workspace.new_file(given["filename"], given["length"], given.get("alt_txt"))
    address = f"{core.workspace.url}/upload/v1/{stored['id']}?secret={secrets.token_hex(8)}"
    return {"upload_url": address, "file_id": stored["id"]}


def complete_upload(core: Core, given: Json) -> Json:
    """Share uploaded files, once, as one message per conversation."""
    channels = [core.workspace.joined(name) for name in _targets(given)]
    problems = block_problems(given.get("blocks") or [], "message", MESSAGE_BLOCKS_MAX)
    if problems:
        raise SlackError("invalid_blocks", *problems)
    files = _files(core, given["files"])
    for channel in channels:
        _share(core, channel, files, given)
    for file, wanted in zip(files, given["files"], strict=True):
        file["title"] = wanted.get("title") or file["name"]
        core.workspace.shared_files.add(file["id"])
        core.workspace.tell("file", file=file)
    return {"files": files}


def _targets(given: Json) -> list[str]:
    many = [name for name in given.get("channels", "").split(",") if name]
    return many or ([given["channel_id"]] if given.get("channel_id") else [])


def _files(core: Core, wanted: object) -> list[Json]:
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted or [""]):
        raise SlackError("invalid_arguments", "must be a list of files [json-pointer:/files]")
    files = [core.workspace.files.get(str(each.get("id"))) for each in wanted]
    found = [file for file in files if file and file["id"] in core.workspace.contents]
    if len(found) != len(wanted) or any(
        file["id"] in core.workspace.shared_files for file in found
    ):
        raise SlackError("file_not_found")
    return found


def _share(core: Core, channel: Channel, files: list[Json], given: Json) -> None:
    message: Json = {
        "text": given.get("initial_comment", ""),
        "files": files,
        "subtype": "file_share",
        "upload": True,
    }
    if given.get("thread_ts"):
        message["thread_ts"] = given["thread_ts"]
    if given.get("blocks") and not given.get("initial_comment"):
        message["blocks"] = completed(given["blocks"])
    for file in files:
        file["channels"].append(channel.id)
    core.workspace.post(channel, message)


def info(core: Core, given: Json) -> Json:
    """Describe one file."""
    file = core.workspace.files.get(given["file"])
    if file is None or file["id"] not in core.workspace.shared_files:
        raise SlackError("file_not_found")
    return {"file": file}
