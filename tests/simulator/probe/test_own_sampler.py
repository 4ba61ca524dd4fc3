"""The sampler that Python 3.15 brings along."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulator.probe.own_sampler import OwnSampler, paths_in, read
from simulator.probe.sampling import CannotLookError, Function
from simulator.probe.worker import Target, open_worker
from simulator.runner.driver_process import DRIVER
from tests.interpreters import interpreter

STRINGS = ["(root)", "probe_phase_target", "controls.py", "slow", "mine.py", "probe_phase_hold", "native"]
THREAD: dict[str, Any] = {
    # probe_phase_target, which calls slow, which calls something that is no Python; probe_phase_hold
    "funcTable": {"name": [1, 3, 5, 6], "fileName": [2, 4, 2, None]},
    "frameTable": {"func": [0, 1, 2, 3]},
    "stackTable": {"frame": [0, 1, 2, 3], "prefix": [None, 0, None, 1]},
    "samples": {"stack": [0, 1, 1, 2, None, 1, 3], "time": [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]},
    "markers": {
        "startTime": [0.0, 4.0, 6.0, 6.0],
        "endTime": [4.0, 6.0, 12.5, 12.5],
        "data": [{"type": "HasGIL"}, {"type": "NoGIL"}, {"type": "HasGIL"}, {"type": "OnCPU"}],
    },
}
LINES = [
    {"type": "meta"},
    {
        "type": "string_table",
        "strings": [
            {"str_id": 0, "value": "probe_phase_target"},
            {"str_id": 1, "value": str(DRIVER / "probe" / "controls.py")},
            {"str_id": 2, "value": "slow"},
            {"str_id": 3, "value": "/srv/mine.py"},
            {"str_id": 4, "value": "twice"},
            {"str_id": 5, "value": "/lib/mine.py"},
        ],
    },
    {
        "type": "frame_table",
        "frames": [
            {"path_str_id": path, "func_str_id": function, "line": line}
            for path, function, line in ((1, 0, 7), (3, 2, 3), (3, 2, 4), (3, 4, 1), (5, 4, 1))
        ],
    },
]


def test_whole_paths_are_known_of_functions_that_are_in_one_file() -> None:
    assert paths_in("\n".join(map(json.dumps, LINES))) == {
        ("probe_phase_target", "controls.py"): str(DRIVER / "probe" / "controls.py"),
        ("slow", "mine.py"): "/srv/mine.py",
    }


def test_samples_are_counted_by_turn_and_those_in_which_the_gil_was_held() -> None:
    profile = {"shared": {"stringArray": STRINGS}, "threads": [THREAD]}
    found = read(profile, paths_in("\n".join(map(json.dumps, LINES))))
    slow, native = Function("slow", "/srv/mine.py", None), Function("native", "", None)
    assert found.everything == Counter(target=5, hold=1)
    assert found.holding == Counter(target=4, hold=1)
    assert found.holders == Counter({None: 1, slow: 2, native: 1})


def test_a_profile_of_another_form_and_a_python_that_has_none_are_said(tmp_path: Path) -> None:
    with pytest.raises(CannotLookError, match=r"profiling\.sampling cannot read this Python: "):
        OwnSampler(sys.executable).look(1, 1)
    odd = tmp_path / "python"
    odd.write_text('#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done; echo "{}" > "$2"\n', "utf-8")
    odd.chmod(0o755)
    with pytest.raises(CannotLookError, match="of another form"):
        OwnSampler(str(odd)).look(1, 1)


def test_a_worker_is_looked_at(tmp_path: Path) -> None:
    python = interpreter("3.15")
    page = tmp_path / "page"
    page.write_bytes(b"<title>x</title>" * 200)
    with open_worker(python, Target("html.parser", (page,), ())) as worker, worker.taking_turns():
        found = OwnSampler(python).look(worker.first.pid, 1)
    assert found.holding["hold"] > 0.8 * found.everything["hold"] > 0
    assert found.holding["release"] < 0.2 * found.everything["release"]
    assert any(one is not None and one.file.endswith("html/parser.py") for one in found.holders)
