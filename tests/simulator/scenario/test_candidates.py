from pathlib import Path

import pytest

from simulator.scenario.candidates import candidates, powers
from simulator.scenario.cells import Cell
from simulator.scenario.load import load_text


def found(strategies: str, cores: int = 2, most: int = 8) -> tuple[Cell, ...]:
    client = "{blocking: http.client, asyncio: aiohttp}"
    text = f"name: t\njob: {{pages: 9, client: {client}}}\nstrategies: {strategies}\n"
    return candidates(load_text(text, "t", Path()), cores, most)


@pytest.mark.parametrize(("most", "levels"), [(1, [1]), (8, [1, 2, 4, 8]), (12, [1, 2, 4, 8, 12])])
def test_powers_of_two_and_the_most(most: int, levels: list[int]) -> None:
    assert powers(most) == levels


def test_every_strategy_at_every_level_and_sequential_once() -> None:
    cells = found("[threads, asyncio]")
    assert len({cell.id for cell in cells}) == len(cells) == 9
    assert sorted((c.plan.name, c.plan.in_flight) for c in cells) == sorted(
        [("sequential", 1)] + [(s, n) for s in ("threads", "asyncio") for n in (1, 2, 4, 8)]
    )
    assert {cell.baseline_id for cell in cells} == {next(c.id for c in cells if c.plan.name == "sequential")}


def test_parallelism_varies_only_where_it_matters() -> None:
    cells = found("[processes_per_core, {name: mine, shards: {processes: cores}, fetch: asyncio}]")
    pool = [c.plan.in_flight for c in cells if c.plan.name == "processes_per_core"]
    assert pool == [1, 2, 4, 8]
    mine = [(c.plan.in_flight, c.plan.shards.count) for c in cells if c.plan.name == "mine"]
    assert set(mine) >= {(2, 1), (2, 2), (8, 1), (8, 2)}
    assert all("parallelism" in c.factors for c in cells if c.plan.name != "sequential")


def test_what_cannot_run_here_says_so() -> None:
    cells = found("[processes]", cores=1, most=16)
    assert [cell.plan.in_flight for cell in cells if cell.unsupported] == [16]
