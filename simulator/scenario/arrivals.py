"""Open arrivals: jobs that come by themselves at a rate, whether or not a worker is free."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticKnownError

from mockserver.document import Config
from mockserver.units import RatePerS, format_duration, format_rate
from simulator.scenario.job import Job
from simulator.text.numbers import duration, number

MOST_PER_S = 100_000.0
MOST_JOBS = 1_000_000
"""In one repetition; as many as `job.pages` may say."""


def _sensible(rate_per_s: float) -> float:
    if not 0 < rate_per_s <= MOST_PER_S:
        raise ValueError(
            f"found {format_rate(rate_per_s)}; more than 0/s and at most {format_rate(MOST_PER_S)} is allowed"
        )
    return rate_per_s


class Arrivals(Config):
    """When jobs are due, whatever becomes of those before them."""

    process: Literal["poisson", "constant", "recorded"] = Field(
        default="poisson",
        description="poisson: independently of one another, in gaps fixed by seed; constant: at equal distances;"
        " recorded: as the requests of a recording came, again and again, and without a rate as fast.",
    )
    rate_per_s: Annotated[RatePerS, AfterValidator(_sensible)] | None = Field(
        default=None,
        alias="rate",
        description="How many jobs come in a second, minute or hour: 50/s, 3000/m.",
    )
    file: Path | None = Field(
        default=None,
        description="Of recorded ones: durations from the first on, one on each line; by default the times of the"
        " recorded content.",
    )

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if value == "recorded":
            return {"process": "recorded"}
        if isinstance(value, dict) and value.get("process") != "recorded":
            return {"rate": None} | value  # so that it is `rate` that is missing
        return value

    @field_validator("rate_per_s")
    @classmethod
    def _needed(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None and info.data.get("process", "recorded") != "recorded":
            raise PydanticKnownError("missing")
        return value

    @field_validator("file")
    @classmethod
    def _of_recorded(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("process", "recorded") != "recorded":
            raise ValueError("only process: recorded reads a file; write that, or remove file")
        return value

    def check(self, job: Job, time_limit_ns: int) -> None:
        """Refuse what this rate makes of a job's length.

        Raises:
            ValueError: Too many jobs for one repetition, or too few in the time there is.
        """
        if job.ramp_ns is not None:
            raise ValueError("job.ramp is for jobs that a free worker begins at once; remove it or arrivals")
        if self.rate_per_s is None:
            return  # how fast they came stands in a file
        rate = format_rate(self.rate_per_s)
        if job.retries is not None and not job.retries.hold_slot:
            raise ValueError(
                "job.retries.hold_slot: false is for jobs that a free worker begins at once; remove it or arrivals"
            )
        if job.duration_ns is not None:
            jobs = self.rate_per_s * job.duration_ns / 1e9
            if not 1 <= jobs <= MOST_JOBS:
                raise ValueError(
                    f"arrivals.rate ({rate}) makes {number(jobs)} jobs in job.duration"
                    f" ({format_duration(job.duration_ns)}); 1 to {number(MOST_JOBS)} is allowed: change one of the two"
                )
        elif job.counted is not None and (lasts_s := job.counted / self.rate_per_s) >= time_limit_ns / 1e9:
            raise ValueError(
                f"{job.counted} pages at arrivals.rate ({rate}) come within {duration(lasts_s)}, which is not below"
                f" time_limit ({format_duration(time_limit_ns)}); lower job.pages or raise one of the other two"
            )
