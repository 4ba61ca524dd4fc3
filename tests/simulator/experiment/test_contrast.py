"""The levels of a contrasted factor run side by side."""

from collections.abc import Callable
from pathlib import Path

from simulator.experiment.design import Design, blocks
from simulator.experiment.experiment import Experiment
from simulator.scenario.cells import expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_text

LEVELS = {"job.parser": ["html.parser", "spin"], "server.latency": ["1ms", "2ms"]}


def test_a_block_is_all_that_differs_by_the_level_and_the_strategy() -> None:
    text = tiny_text(vary=LEVELS, contrast="job.parser", job__parser=None, job__parse_cost=None)
    cells = expand(load_text(text, "tiny.yaml", Path()), 2)
    found = blocks("job.parser", cells)
    by_id = {cell.id: cell.factors for cell in cells}
    assert [{by_id[each]["server.latency"] for each in block.cells} for block in found] == [{"1ms"}, {"2ms"}]
    assert sorted(len(block.cells) for block in found) == [len(cells) // 2] * 2
    for block in found:
        for rivals in block.rivals:
            assert len({by_id[each]["strategy"] for each in rivals}) == 1
            assert [by_id[each]["job.parser"] for each in rivals] == ["html.parser", "spin"]


def test_without_a_contrast_a_block_is_a_baseline_and_what_is_measured_against_it() -> None:
    text = tiny_text(vary=LEVELS, job__parser=None, job__parse_cost=None)
    cells = expand(load_text(text, "tiny.yaml", Path()), 2)
    assert all(cell.block == cell.baseline_id for cell in cells)
    assert all(not block.rivals and block.baseline in block.cells for block in blocks("strategy", cells))


def test_two_parsers_are_measured_in_the_same_rounds_and_compared(tiny: Callable[..., Design]) -> None:
    vary = {"job.parser": ["html.parser", "spin"]}
    experiment = Experiment(
        tiny(rounds=2, vary=vary, contrast="job.parser", job__parser=None, job__parse_cost=None)
    )
    experiment.run()
    document = experiment.document()
    assert {cell.status for cell in document.cells} == {"ok"}
    rounds = [r.round for r in experiment.document().cells[0].repetitions]
    assert all([r.round for r in cell.repetitions] == rounds for cell in document.cells)
    compared = document.combinations[-1]
    assert compared.contrast == "job.parser"
    assert [contrast.verdict for contrast in compared.contrasts] == ["cannot tell"]
    assert {cell.name for cell in document.cells} == {"html.parser", "spin"}
