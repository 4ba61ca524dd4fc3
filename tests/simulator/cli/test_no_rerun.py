"""`simulator run --no-rerun` on a machine that other programs disturb all the time."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.analysis import validity
from tests.simulator.cli.started import simulator

pytestmark = pytest.mark.scenario


def test_disturbed_rounds_count_with_a_warning_and_none_is_done_again(
    scenario_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validity, "is_disturbed", lambda _measures: True)
    file = scenario_file(rounds=2)
    done: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for options in ((), ("--no-rerun",)):
        ran = simulator(file.parent, "run", file, "--json", "-", *options)
        document = json.loads(ran.stdout)
        done[options] = [r for cell in document["cells"] for r in cell["repetitions"]]
        assert all(r["disturbed"] for r in done[options])
        assert ("--no-rerun" in document["environment"]["command"]) == bool(options)
    assert {r["status"] for r in done[()]} == {"ok", "discarded"}
    assert [r["status"] for r in done["--no-rerun",]] == ["ok"] * 4
    assert "repetitions disturbed from outside" in json.dumps(document)
