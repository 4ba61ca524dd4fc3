"""How the usable CPUs lie on physical cores, and how fast they may run."""

from dataclasses import dataclass

from . import kernel, machine

_CPUS = "sys/devices/system/cpu"


@dataclass(frozen=True)
class Topology:
    """Null: this system does not tell."""

    physical_cores: int | None
    """Among the CPUs that may be used: fewer than these where some are hyper-threads of one another."""
    smt_siblings: tuple[tuple[int, ...], ...] | None
    """The usable CPUs by physical core."""
    governor: str | None
    """Of their frequency; several are joined by commas."""
    boost: bool | None
    """Whether they may run faster than their nominal frequency for a while."""


def describe() -> Topology:
    """Return what is known of the CPUs that this process may run on."""
    cpus = sorted(machine.usable_cpus())
    siblings = [numbers(kernel.read(f"{_CPUS}/cpu{cpu}/topology/thread_siblings_list") or "") for cpu in cpus]
    # What is known of some only would be taken for all.
    all_known = all(cpu in beside for cpu, beside in zip(cpus, siblings, strict=True))
    cores = {tuple(sorted(beside & set(cpus))) for beside in siblings} if all_known else set()
    known = {kernel.read(f"{_CPUS}/cpu{cpu}/cpufreq/scaling_governor") for cpu in cpus} - {None, ""}
    return Topology(
        physical_cores=len(cores) if cores else None,
        smt_siblings=tuple(sorted(cores)) if cores else None,
        governor=", ".join(sorted(map(str, known))) or None,
        boost=_boost(),
    )


def _boost() -> bool | None:
    off = kernel.read(f"{_CPUS}/intel_pstate/no_turbo")
    if off in ("0", "1"):
        return off == "0"
    on = kernel.read(f"{_CPUS}/cpufreq/boost")
    return on == "1" if on in ("0", "1") else None


def numbers(text: str) -> frozenset[int]:
    """Read a list of CPUs as the kernel writes it, such as `0-2,5`; anything else gives none."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            return frozenset()
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)
