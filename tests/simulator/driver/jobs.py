"""Job files as the driver reads them, with next to nothing to do."""

from typing import Any

from simulator.driver.spec import Spec, from_mapping

JOB: dict[str, Any] = {
    "protocol": 1,
    "mode": "measure",
    "base_url": "http://127.0.0.1:1",
    "client": "http.client",
    "parser": {"name": "spin"},
    "work": {"repeats": 1, "extra_fraction": 0.0, "units": 0},
    "seed": 3,
    "strategy": {
        "shard_kind": "none",
        "widths": [4],
        "fetch": "blocking",
        "loop": "asyncio",
        "start_method": None,
    },
    "pages": 2000,
    "duration_ns": None,
    "warmup": 0,
    "switch_interval_s": None,
    "affinity": None,
    "instrument": True,
    "import_path": [],
    "output": "",
    "clients": [],
    "content_pages": 0,
}
MS = 1_000_000
S = 1_000_000_000


def spec(process: str | None = "poisson", rate_per_s: float = 50.0, **changes: Any) -> Spec:
    arrivals = None if process is None else {"process": process, "rate_per_s": rate_per_s}
    return from_mapping({**JOB, "arrivals": arrivals, **changes})
