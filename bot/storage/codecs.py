"""Domain values as JSON text and back. Unknown fields of newer versions are ignored.

The adapters are built when they are first used, or by `prepare`: each takes milliseconds.
"""

from functools import cache
from typing import Annotated, Any, Final, Generic, TypeVar, cast

from pydantic import Field, TypeAdapter

from bot.domain.incident import Incident
from bot.domain.message import Message
from bot.domain.mitigation import MitigationRun, Preview
from bot.domain.recovery import Recovery
from bot.domain.request import Request
from bot.domain.timeline import TimelineEvent
from bot.domain.triage import Triage

T = TypeVar("T")


class Codec(Generic[T]):
    """Reads and writes one type."""

    def __init__(self, type_: object) -> None:
        """Keep the type; nothing is built yet."""
        self._type = type_

    def prepare(self) -> None:
        """Build the adapter."""
        _adapter(self._type)

    def dump(self, value: T) -> str:
        """Write a value as JSON."""
        return _adapter(self._type).dump_json(value).decode()

    def load(self, text: str) -> T:
        """Read a value that `dump` wrote."""
        return cast("T", _adapter(self._type).validate_json(text))


@cache
def _adapter(type_: object) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", type_))


def prepare() -> None:
    """Build all adapters, before somebody waits for the first of each."""
    for one in (INCIDENT, MESSAGE, MITIGATION, PREVIEW, RECOVERY, REQUEST, TIMELINE_EVENT, TRIAGE):
        one.prepare()


INCIDENT: Final = Codec[Incident](Incident)
MESSAGE: Final = Codec[Message](Annotated[Message, Field(discriminator="kind")])
MITIGATION: Final = Codec[MitigationRun](MitigationRun)
PREVIEW: Final = Codec[Preview](Preview)
RECOVERY: Final = Codec[Recovery](Recovery)
REQUEST: Final = Codec[Request](Annotated[Request, Field(discriminator="kind")])
TIMELINE_EVENT: Final = Codec[TimelineEvent](TimelineEvent)
TRIAGE: Final = Codec[Triage](Triage)
