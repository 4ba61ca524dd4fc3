"""Gives a fork server the driver's module search path: until Python 3.13 it gets none of its own.

It is imported from PYTHONPATH, which Python searches before its own modules: so it has a name that is nobody else's.
"""

import json
import os
import sys

told = json.loads(os.environ.pop("SIMULATOR_DRIVER_PATHS"))
sys.path[:] = told["path"]
if told["inherited"] is None:
    os.environ.pop("PYTHONPATH", None)
else:
    os.environ["PYTHONPATH"] = told["inherited"]
