"""Makes the folder importable as one package, whatever it is called and wherever it lies.

Run as a directory, the folder itself would be `sys.path[0]`, and its modules would shadow a user's modules of
the same names (`client`, `output`). So that entry goes, and the folder is registered under a name of its own; what it
shares with the main driver, in a folder of that one, is registered as a part of it.
"""

from __future__ import absolute_import

import importlib
import os
import sys
import types

PACKAGE = "simulator_portable"


def register():
    """Make `import simulator_portable` find this folder, and `simulator_portable.shared` the shared one."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if not entry or os.path.abspath(entry) != folder]
    shared = os.path.join(os.path.dirname(folder), "driver", "shared")
    for name, path in ((PACKAGE, folder), (PACKAGE + ".shared", shared)):
        package = types.ModuleType(name)
        package.__path__ = [path]
        sys.modules[name] = package


register()

if __name__ == "__main__":
    # Several repetitions may start at once, and Jython writes its class files in place.
    sys.dont_write_bytecode = True
    sys.exit(importlib.import_module(PACKAGE + ".main").main(sys.argv[1:]))
