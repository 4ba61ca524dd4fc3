"""The job file: what one repetition or preflight tells the driver (driver/protocol.md)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simulator.driver.shared.control import PROTOCOL
from simulator.scenario.cells import Cell
from simulator.scenario.recorded_times import recorded_times


@dataclass(frozen=True)
class Amount:
    """How much parsing a job does; see driver.spec.Work."""

    repeats: int = 1
    extra_fraction: float = 0.0
    units: int | None = None


@dataclass(frozen=True)
class Looks:
    """What a preflight looks at beside client and parser."""

    loops: Collection[str] = ()
    """Kinds of event loop that are watched while they have nothing to do."""
    needs: Collection[str] | None = None
    """Ways of handing a job over that are measured, with what a request needs; null: none of it."""


def job_file(  # noqa: PLR0913 - all but one by keyword
    cell: Cell,
    *,
    mode: str,
    base_url: str,
    other_urls: Sequence[str] = (),
    amount: Amount,
    seed: int,
    import_path: tuple[str, ...],
    output: Path,
    authority: Path | None = None,
    instrument: bool = True,
    content_pages: int = 0,
    looks: Looks | None = None,
) -> dict[str, Any]:
    """Return the mapping that driver.spec.load reads."""
    plan, job = cell.plan, cell.job
    duration_ns, looks = job.duration_ns, looks or Looks()
    # What shapes the measured window. A preflight is alone and counts CPU time: it needs neither.
    measured = mode == "measure"
    clients = job.client.model_dump(exclude_none=True)
    return {
        "protocol": PROTOCOL,
        "mode": mode,
        "base_url": base_url,
        "other_urls": list(other_urls),
        "tls": None if authority is None else {"ca_file": str(authority), "context": job.tls_context},
        "accept_encoding": cell.server.encoding,
        "client": clients[plan.fetch.client_kind],
        "parser": job.parser.model_dump(exclude_none=True),
        "work": {"repeats": amount.repeats, "extra_fraction": amount.extra_fraction, "units": amount.units},
        "seed": seed,
        "strategy": {
            "shard_kind": plan.shards.kind,
            "widths": list(plan.fetch.widths),
            "fetch": plan.fetch.kind,
            "loop": plan.loop,
            "start_method": plan.start_method,
            "parse_kind": plan.parse.kind,
            "parse_count": plan.parse.count,
            "dispatch": plan.dispatch,
            "chunk": plan.chunk,
            "eager_tasks": plan.eager_tasks,
            "adaptive": plan.fetch.adaptive,
            "dask": None if plan.cluster is None else asdict(plan.cluster),
        },
        "pages": job.pages if duration_ns is None else None,
        "duration_ns": duration_ns,
        "warmup": job.warmup,
        "switch_interval_s": job.switch_interval_ns / 1e9 if measured and job.switch_interval_ns else None,
        "affinity": list(cell.affinity.driver) if measured and cell.affinity.driver else None,
        "instrument": instrument,
        "import_path": list(import_path),
        "output": str(output),
        "clients": [f"{kind}:{name}" for kind, name in sorted(clients.items())],
        "content_pages": content_pages,
        "loops": sorted(looks.loops),
        "needs": None if looks.needs is None else sorted(looks.needs),
        "arrivals": _arrivals(cell),
        "connections": job.connections,
        "pool": job.pool,
        "beside": {"spinners": cell.beside.spinners, "in": cell.beside.place}
        if measured and cell.beside.spinners
        else None,
        "timeout_s": None if job.timeout_ns is None else job.timeout_ns / 1e9,
        "retries": None if job.retries is None else job.retries.told(),
        "ramp_ns": cell.ramp_ns,
    }


def _arrivals(cell: Cell) -> dict[str, Any] | None:
    arrivals = cell.arrivals
    if arrivals is None:
        return None
    if arrivals.process != "recorded":
        return {"process": arrivals.process, "rate_per_s": arrivals.rate_per_s}
    times = recorded_times(arrivals, cell.server.content)
    return {
        "process": arrivals.process,
        "rate_per_s": times.rate_per_s,
        "offsets_ns": list(times.offsets_ns),
        "period_ns": times.period_ns,
    }
