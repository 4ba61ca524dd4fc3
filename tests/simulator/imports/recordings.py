"""Recordings as programs write them, small enough to read."""

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

from simulator.imports.har import convert
from simulator.imports.interface import Wanted
from simulator.imports.recording import Recording

PAGE = "<!doctype html><title>Café</title>"
MS = 1_000_000


def entry(url: str = "https://shop.example/a", **changes: Any) -> dict[str, Any]:
    """An entry of a HAR; dotted names reach inside, as `content__text`."""
    made: dict[str, Any] = {
        "startedDateTime": "2026-11-28T12:00:00.000Z",
        "time": 50.0,
        "request": {"method": "GET", "url": url, "headers": [], "cookies": []},
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "text/html; charset=utf-8"}],
            "content": {"size": len(PAGE.encode()), "mimeType": "text/html; charset=utf-8", "text": PAGE},
        },
        "timings": {"send": 0, "wait": 40.25, "receive": 1},
    }
    for name, value in changes.items():
        *parents, last = name.split("__")
        place = made
        for parent in parents:
            place = (made["response"] if parent == "content" else place)[parent]
        place[last] = value
    return made


def har(*entries: Any, **log: Any) -> dict[str, Any]:
    return {
        "log": {"version": "1.2", "creator": {"name": "Chrome", "version": "140"}, "entries": list(entries)}
        | log
    }


def converted(*entries: Any, **wanted: Any) -> Recording:
    return convert(har(*entries), "shop.har", Wanted(**wanted))


def write_har(path: Path, *entries: Any) -> Path:
    path.write_text(json.dumps(har(*entries)), encoding="utf-8")
    return path


def packed(body: bytes) -> str:
    return base64.b64encode(body).decode()


def reasons(recording: Recording) -> Counter[str]:
    return +recording.left_out
