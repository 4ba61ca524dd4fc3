"""The probe's worker: measures one function from inside the interpreter that is to run it.

Part of the driver's world: standard library and the target only, on any Python from 3.11 on.
"""

from .session import run_probe

__all__ = ["run_probe"]
