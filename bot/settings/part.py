"""What every part of the config file has in common."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of the file: unknown keys are refused, rejected values are never quoted."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
