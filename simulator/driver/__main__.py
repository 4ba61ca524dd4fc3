"""Makes the folder importable as one package, in the driver and in each process that it starts.

Run as a directory, the folder itself would be `sys.path[0]`, and its modules would shadow a user's modules of
the same names (`parsers`, `clients`). So that entry goes, and the folder is registered under a name of its own.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

PACKAGE = "simulator_driver"


def register() -> None:
    """Make `import simulator_driver` find this folder, whatever it is called and wherever it lies."""
    if PACKAGE in sys.modules:
        return
    folder = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != folder]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load the driver from {folder}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


register()

if __name__ == "__main__":
    # Without a spec, multiprocessing hands this file's path to its children, which run it as `__mp_main__` and
    # so register the package before they unpickle anything from it; with one, it would skip a `__main__`.
    __spec__ = None
    importlib.import_module(f"{PACKAGE}.patching").patch(sys.argv[1:])
    main = importlib.import_module(f"{PACKAGE}.main").main

    sys.exit(main(sys.argv[1:]))
