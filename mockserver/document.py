"""What every configuration document is."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Config(BaseModel):
    """Base of every configuration document: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _text_that_can_be_written(cls, value: Any) -> Any:
        """Refuse text that no file name, no header and no JSON in UTF-8 can hold."""
        if isinstance(value, dict):
            for key, entry in value.items():
                for text in (key, str(entry) if isinstance(entry, Path) else entry):
                    if isinstance(text, str) and not _can_be_written(text):
                        raise ValueError(
                            f"{text!r} has a character that nothing can be named with; "
                            "write it without U+0000 and in UTF-8"
                        )
        return value


def _can_be_written(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
