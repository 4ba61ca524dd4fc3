import itertools
from typing import Any

import pytest

from simulator.lab.mixing import LEAST_BLOCK_BYTES, parser_source


def parser(held_percent: float) -> dict[str, Any]:
    ticks = itertools.count()
    module: dict[str, Any] = {}
    exec(parser_source(held_percent, lambda: next(ticks) * 1e-3), module)  # noqa: S102 - what it wrote itself
    return module


@pytest.mark.parametrize("held", [1, 25, 50, 99])
def test_work_is_shared_out_as_asked(held: float) -> None:
    module = parser(held)
    assert module["ROUNDS"] == round(20_000 * 0.2 * held / 100)
    assert len(module["BLOCK"]) == max(LEAST_BLOCK_BYTES, round(2_000_000 * 0.2 * (1 - held / 100)))
    assert module["parse"](b"page") == 4


def test_it_is_measured_by_default() -> None:
    assert "def parse(body):" in parser_source(50)
