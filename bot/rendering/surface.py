"""Templates as one kind of output sees them: compiled once for all, escaped as each needs."""

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from bot.domain.incident import shortened
from bot.domain.observation import took
from bot.domain.press import duration_text
from bot.rendering.escaping import copied, second, web_address

# What every template may call, and what else is put into one or the other.
MACROS: Final = {
    "m": "_macros.j2",
    "causes": "_causes.j2",
    "events": "_events.j2",
    "onset": "_onset.j2",
    "past": "_past.j2",
}
_DIGEST: Final = 32  # bytes of SHA-256
KEPT_IN: Final = Path(__file__).parent / "__pycache__"


class Compiled(jinja2.BytecodeCache):
    """Compiles each file once, for all kinds of output, and keeps that for the next start.

    All of ours take half a second. What is compiled is the same for each kind: all escape, and each
    one's `finalize` is called when a template is filled. It lies where Python keeps what it
    compiles; where nothing can be written, each start compiles anew. Jinja's own cache in files
    lets nobody else read them, and believes what is damaged.
    """

    def __init__(self, folder: Path = KEPT_IN) -> None:
        """Keep it in `folder`; what lies there of before is used."""
        self._folder = folder
        self._code: dict[tuple[str, str], Any] = {}
        # What is compiled depends on Jinja and on this package, too.
        ours = b"".join(one.read_bytes() for one in sorted(Path(__file__).parent.glob("*.py")))
        self._made_by = sha256(jinja2.__version__.encode() + ours).hexdigest()[:12]

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is known, else what is kept and whole."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            with suppress(OSError):
                kept = self._file(bucket, self._made_by).read_bytes()
                if kept[:_DIGEST] == sha256(kept[_DIGEST:]).digest():
                    bucket.bytecode_from_string(kept[_DIGEST:])
            self._code[bucket.key, bucket.checksum] = bucket.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, in the place of what was kept before."""
        self._code[bucket.key, bucket.checksum] = bucket.code
        code, file = bucket.bytecode_to_string(), self._file(bucket, self._made_by)
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            for older in self._folder.glob(self._file(bucket, "*").name):
                older.unlink(missing_ok=True)
            beside.write_bytes(sha256(code).digest() + code)
            beside.replace(file)

    def _file(self, bucket: Bucket, made_by: str) -> Path:
        return self._folder / f"templates-{made_by}-{bucket.key}"


def _short(text: str, limit: int) -> str:
    """Cut a value, or what a macro made of values, which is escaped already."""
    if isinstance(text, Markup):
        return escape(shortened(text.unescape(), limit))
    return shortened(text, limit)


def environment_of(
    folders: list[Path], compiled: Compiled, finalize: Callable[[object], object]
) -> jinja2.Environment:
    """Make the environment of one kind of output.

    Args:
        folders: With the templates; the first that has a file wins.
        compiled: Shared by all kinds.
        finalize: What each value passes through before it is escaped.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        bytecode_cache=compiled,
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # checked at the start; a look at each file for each value costs time
    )
    environment.filters["shortened"] = _short
    environment.filters["web_address"] = web_address
    environment.filters["copied"] = copied
    environment.filters["second"] = second
    environment.filters["took"] = took
    environment.filters["spoken"] = duration_text  # of what people wait for: whole seconds
    return environment


@dataclass(frozen=True)
class _Shared:
    """What is put into every template by one name; read when a template first uses it."""

    environment: jinja2.Environment
    file: str

    @functools.cached_property
    def _module(self) -> Any:  # noqa: ANN401  Jinja makes it of the file
        return self.environment.get_template(self.file).module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  as the file has it
        return getattr(self._module, name)


def _nothing(_: jinja2.runtime.Context) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True)
class Surface:
    """The templates as one kind of output sees them.

    Attributes:
        taken_back: Takes back, from a whole text, what was escaped and need not be.
    """

    environment: jinja2.Environment
    taken_back: Callable[[str], str]

    def slots(self, template: str, names: tuple[str, ...], **values: object) -> dict[str, str]:
        """Fill the named blocks of a template; one that is not there is empty."""
        found = self.environment.get_template(template)
        context = found.new_context({**values, **self._shared})
        # Running it from the top puts its own macros into the context; blocks alone lack them, and
        # would all be filled on the way.
        context.blocks = {one: [_nothing] for one in found.blocks}
        "".join(found.root_render_func(context))
        return {name: self._block(found, context, name) for name in names}

    def whole(self, template: str, **values: object) -> str:
        """Fill a template from its beginning to its end."""
        text = self.environment.get_template(template).render({**values, **self._shared})
        return self.taken_back(text)

    def _block(self, template: jinja2.Template, context: jinja2.runtime.Context, name: str) -> str:
        block = template.blocks.get(name)
        return "" if block is None else self.taken_back("".join(block(context))).strip()

    @functools.cached_property
    def _shared(self) -> Mapping[str, _Shared]:
        return {name: _Shared(self.environment, file) for name, file in MACROS.items()}
