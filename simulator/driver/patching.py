"""Has gevent patch this interpreter, where the job file asks for it, before anything is imported that waits."""

import json
from pathlib import Path

GEVENT = "gevent"


def patch(arguments: "list[str]") -> None:
    """Patch, if the job file among these arguments is one whose jobs are greenlets.

    A job file that cannot be read, and a gevent that cannot be imported, are said by who needs them.
    """
    try:
        text = Path(arguments[0]).read_text(encoding="utf-8")
        # A look at the text first: a long list of arrivals is not read twice.
        if f'"{GEVENT}"' not in text:
            return
        job = json.loads(text)
        wanted = job["mode"] == "measure" and job["strategy"]["fetch"] == GEVENT
    except (IndexError, OSError, ValueError, LookupError, TypeError):
        return
    if not wanted:
        return
    try:
        from gevent import monkey  # noqa: PLC0415 - only where it is asked for
    except ImportError:
        return
    monkey.patch_all()
