"""The most memory that this process has held."""

from __future__ import absolute_import, division, unicode_literals

import sys

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment] # the JVM, .NET


def peak_bytes():
    # type: () -> int | None
    """Return it; null where the system does not say. Costs half a microsecond, and keeps the GIL."""
    if resource is None:
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, kilobytes on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
