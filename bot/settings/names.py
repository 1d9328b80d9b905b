"""Names as the config file takes them: of people, channels, variables, objects, name servers."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from bot.domain.resolution import NameServer

_KUBERNETES_NAME: Final = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
_ENV_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"

KubernetesName = Annotated[str, Field(pattern=_KUBERNETES_NAME, max_length=253)]
EnvName = Annotated[str, Field(pattern=_ENV_NAME)]
EVERYONE: Final = "everyone"
_PERSON: Final = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]+")


def _channel(text: str) -> str:
    if _CHANNEL.fullmatch(text) is None:
        raise ValueError("use the channel's id (C…), at the bottom of its About, not its name")
    return text


def _person(text: str) -> str:
    if _PERSON.fullmatch(text) is None:
        raise ValueError("use the member id (U…): in the person's profile, ⋮, Copy member ID")
    return text


def _who(text: str) -> str:
    return text if text == EVERYONE else _person(text)


def _name_server(text: str) -> str:
    NameServer.parse(text)
    return text


NameServerText = Annotated[str, AfterValidator(_name_server)]
# The patterns are for the JSON Schema alone: the validators say more than "no match".
PersonName = Annotated[
    str, AfterValidator(_person), Field(json_schema_extra={"pattern": f"^{_PERSON.pattern}$"})
]
PersonOrEveryone = Annotated[
    str,
    AfterValidator(_who),
    Field(json_schema_extra={"pattern": f"^({EVERYONE}|{_PERSON.pattern})$"}),
]
ChannelName = Annotated[
    str, AfterValidator(_channel), Field(json_schema_extra={"pattern": f"^{_CHANNEL.pattern}$"})
]
