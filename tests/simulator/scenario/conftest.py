from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from simulator.scenario.load import load
from simulator.scenario.problem import Problem, ScenarioError

BASE = """\
name: t
server:
  latency: 40ms
job:
  parser: html.parser
  pages: 100
strategies: [threads, asyncio]
"""


@pytest.fixture
def base() -> str:
    """A small scenario of seven lines without mistakes."""
    return BASE


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., tuple[Problem, ...]]:
    """Load a text as t.yaml and return the problems."""

    def run(
        text: str, *, overrides: Sequence[str] = (), environ: dict[str, str] | None = None
    ) -> tuple[Problem, ...]:
        path = tmp_path / "t.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError) as error:
            load(path, overrides=overrides, environ=environ or {})
        for problem in error.value.problems:
            assert "pydantic" not in str(problem)
            assert "Input should" not in str(problem)
        return error.value.problems

    return run
