"""Where the results are kept unless told otherwise."""

from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_state_path


def default_path(environ: Mapping[str, str]) -> Path:
    """Return SIMULATOR_STORE where it is set and not empty, else a file in the user's state folder."""
    chosen = environ.get("SIMULATOR_STORE")
    if chosen:
        # "~" arrives unexpanded from an .env file or a Makefile; left as it is where there is no home folder.
        try:
            return Path(chosen).expanduser()
        except RuntimeError:
            return Path(chosen)
    return user_state_path("gil-simulator", appauthor=False) / "results.sqlite"
