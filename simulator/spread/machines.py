"""The machines of a cluster: which workers may measure beside one another, and which are alike."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

RESOURCE = "simulator"
"""`dask worker … --resources simulator=1` says that the worker is a machine of its own, with CPUs of its own."""
ADDRESS = re.compile(r"^\w+://")


class Description(BaseModel):
    """What a worker says of itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    program: str | None
    """Version of this program there."""
    python: str
    machine: Mapping[str, Any] | None
    libraries: Mapping[str, str | None] | None
    cpus: tuple[int, ...]
    """That it may run on; none where a system does not tell."""

    @property
    def computer(self) -> str | None:
        """Return what two workers of one computer have in common."""
        return (self.machine or {}).get("boot_id")

    @property
    def kind(self) -> Mapping[str, Any]:
        """Return what has to be the same for numbers to be comparable."""
        machine = self.machine or {}
        shown = {key.replace("_", " "): machine.get(key) for key in ("cpu_model", "usable_cores")}
        return {**shown, "Python": self.python, **(self.libraries or {})}


@dataclass(frozen=True)
class Worker:
    """A worker of the cluster, as its scheduler knows it."""

    address: str
    name: str
    host: str
    declared: bool
    """It is said to be a machine of its own."""


@dataclass(frozen=True)
class Machine:
    """A worker that measures."""

    name: str
    address: str
    host: str
    about: Description

    def described(self) -> dict[str, Any]:
        """Return what goes with every number that was measured on it, as JSON values."""
        machine = self.about.machine or {}
        known = {key: machine.get(key) for key in ("boot_id", "cpu_model", "usable_cores", "memory_bytes")}
        return {"name": self.name, "host": self.host, **known, "cpus": list(self.about.cpus)}


@dataclass
class Found:
    """Which workers measure, and why others do not."""

    machines: list[Machine] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    """By address: a sentence."""


def machines_of(
    workers: Mapping[Worker, Description], program: str | None, measuring: Collection[str] = ()
) -> Found:
    """Return the machines that a run can be spread over.

    Args:
        workers: all of a cluster, and what they say.
        program: the version of this program here.
        measuring: addresses of those that are preferred, since they measure already.
    """
    found = Found()
    by_computer: dict[str, list[Worker]] = {}
    for worker in sorted(workers, key=lambda one: (one.address not in measuring, one.name, one.address)):
        about = workers[worker]
        if about.program != program:
            found.left_out[worker.address] = (
                f"{worker.name} has version {about.program} of gil-simulator, and here it is {program};"
                " install the same"
            )
            continue
        by_computer.setdefault(about.computer or worker.host, []).append(worker)
    for members in by_computer.values():
        _apart(members, workers, found)
    _alike(found)
    return found


def _apart(members: list[Worker], workers: Mapping[Worker, Description], found: Found) -> None:
    """Take of one computer's workers those that do not disturb one another."""
    declared = [worker for worker in members if worker.declared]
    taken: set[int] = set()
    for worker in declared or members[:1]:
        cpus = workers[worker].cpus
        if declared[1:] and (not cpus or taken & set(cpus)):
            found.left_out[worker.address] = (
                f"{worker.name} shares CPUs with another worker that is a machine of its own"
                f" (--resources {RESOURCE}=1); start each with other CPUs, as by taskset"
            )
            continue
        taken |= set(cpus)
        name = _name(worker, alone=not declared[1:])
        found.machines.append(Machine(name, worker.address, worker.host, workers[worker]))


def _name(worker: Worker, *, alone: bool) -> str:
    """Return what a person called the worker, else its host."""
    if not ADDRESS.match(worker.name):
        return worker.name
    return worker.host if alone else ADDRESS.sub("", worker.name)


def _alike(found: Found) -> None:
    """Leave out those that are not as most are."""
    kinds = Counter(repr(machine.about.kind) for machine in found.machines)
    if len(kinds) < 2:  # noqa: PLR2004 - all are alike
        return
    usual_kind = kinds.most_common(1)[0][0]
    usual = next(machine for machine in found.machines if repr(machine.about.kind) == usual_kind)
    for machine in tuple(found.machines):
        if repr(machine.about.kind) != usual_kind:
            found.machines.remove(machine)
            found.left_out[machine.address] = (
                f"{machine.name} is not like {usual.name}: {_difference(machine, usual)}"
            )


def _difference(one: Machine, usual: Machine) -> str:
    mine, theirs = one.about.kind, usual.about.kind
    return next(
        f"{key} {mine.get(key)}, not {theirs.get(key)}"
        for key in (*theirs, *mine)
        if mine.get(key) != theirs.get(key)
    )


def same_kind(machines: Iterable[Machine], machine: Machine) -> bool:
    """Whether a machine that came later is like those of the run."""
    return all(machine.about.kind == other.about.kind for other in machines)
