"""What every configuration document is."""

from pydantic import BaseModel, ConfigDict


class Config(BaseModel):
    """Base of every configuration document: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False, allow_inf_nan=False)
