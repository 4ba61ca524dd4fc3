"""What a machine says of itself."""

import platform

from simulator import environment


def described() -> dict[str, object]:
    """Return what machine this is, and with what it measures, as JSON values."""
    known = environment.describe()
    return {
        "program": known["program"],
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": known["machine"],
        "libraries": known["libraries"],
        "cpus": sorted(environment.usable_cpus()),
    }
