"""The entries of `expect`: conditions that a run is to fulfil, each with the sentence that it shows if it has one."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from mockserver.document import Config
from simulator.scenario.problem import found

_EXAMPLE = "throughput(threads) > 2 * throughput(sequential)"


class Expected(Config):
    """One condition. What it says is read by `expect_mistakes`, which knows the cells."""

    claim: str | None = Field(
        default=None,
        min_length=1,
        max_length=1_000,
        description="The sentence that the condition shows, printed first.",
    )
    that: str = Field(min_length=1, description="The condition, over metrics of cells.")


def _named(value: Any) -> Any:
    """Turn a text into an entry without a claim."""
    if isinstance(value, str):
        return {"that": value}
    if not isinstance(value, dict | Expected):
        raise ValueError(  # noqa: TRY004 (pydantic reports only a ValueError)
            f"found {found(value)}; an expectation is a text such as {_EXAMPLE}, or {{claim: …, that: …}}"
        )
    return value


ExpectEntry = Annotated[Expected, BeforeValidator(_named, json_schema_input_type=str | Expected)]
