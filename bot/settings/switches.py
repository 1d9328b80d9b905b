"""The parts of the config file about variables that a service honours."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from bot.settings.names import EnvName
from bot.settings.part import Part


class SwitchSettings(Part):
    """A boolean variable that the service honours."""

    env: EnvName = Field(description="Name of the environment variable.")
    when_on: str = Field("true", description="Value for on; a string.")
    when_off: str = Field("false", description="Value for off; a string.", validate_default=True)

    @field_validator("when_off")
    @classmethod
    def _differs_from_on(cls, when_off: str, found: ValidationInfo) -> str:
        if when_off == found.data.get("when_on"):
            raise ValueError("use another value than when_on: nobody could tell on from off")
        return when_off


class ConcurrencySettings(Part):
    """The variable that limits requests in flight."""

    env: EnvName = Field(description="Name of the environment variable.")
    normal: int = Field(
        8, ge=1, description="Requests in flight in normal times; below Ideogram's limit of 10."
    )
    reduced: list[Annotated[int, Field(ge=1)]] = Field(
        default=[3, 1],
        min_length=1,
        description="Values to step down to, largest first.",
        validate_default=True,  # normal may be set to less than it
    )
    per: Literal["pod", "service"] = Field(
        "pod", description="Whether the value counts for each pod or for all together."
    )

    @field_validator("reduced")
    @classmethod
    def _steps_down(cls, reduced: list[int], found: ValidationInfo) -> list[int]:
        # absent when it is wrong itself
        steps = [one for one in (found.data.get("normal"), *reduced) if one is not None]
        if any(before <= after for before, after in pairwise(steps)):
            raise ValueError("use values below normal, largest first, each once")
        return reduced


_Honoured = SwitchSettings | ConcurrencySettings | None


class SwitchesSettings(Part):
    """The switches of a service; leave out what it does not honour."""

    fallback: SwitchSettings | None = Field(None, description="Placeholders instead of pictures.")
    generation: SwitchSettings | None = Field(None, description="Image generation as a whole.")
    concurrency: ConcurrencySettings | None = Field(None, description="Requests in flight.")

    @field_validator("generation", "concurrency")
    @classmethod
    def _has_a_variable_of_its_own(cls, one: _Honoured, found: ValidationInfo) -> _Honoured:
        for name, other in found.data.items():  # those above it
            if one is not None and other is not None and one.env == other.env:
                raise ValueError(f"{name} has the same env: use a variable for each switch")
        return one
