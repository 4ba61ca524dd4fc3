from simulator.report.view.figure import Lines
from simulator.report.view.figures.flip import build
from tests.simulator.analysis.builders import document, matrix
from tests.simulator.report.view.figures.runs import RATES, only
from tests.simulator.report.view.test_matrix import COSTS, ROW

COSTS_S = {f"{cost}ms": cost / 1e3 for cost in (1, 2, 4, 8, 16)}


def test_measured_ratios_have_their_intervals_and_the_fitted_shape_beside_them() -> None:
    scatter = (0.995, 1.0, 1.005, 0.998, 1.002)
    rates: dict[str, dict[str, list[float]]] = {}
    cpu: dict[tuple[str, str], float] = {}
    for level, cost_s in COSTS_S.items():
        waiting = 8 / (0.02 + cost_s)
        rates[level] = {
            "sequential": [1 / (0.02 + cost_s)] * 5,
            "threads": [min(waiting, 1 / cost_s)] * 5,
            "processes": [min(waiting, 2 / cost_s) * each for each in scatter],
        }
        cpu |= {(level, name): cost_s for name in ("threads", "processes")}
    panel = only(
        build(matrix({"": rates}, COSTS_S, cpu_per_page_s=cpu, environment={"machine": {"usable_cores": 2}}))
    )
    assert isinstance(panel.shape, Lines)
    measured, fitted = panel.shape.lines
    assert (measured.name, fitted.name) == ("processes over threads", "processes over threads, fitted")
    assert all(spot.low is not None and spot.low < spot.y for spot in measured.spots)
    assert [round(spot.x, 3) for spot in measured.spots] == [1, 2, 4, 8, 16]
    assert panel.summary.startswith("Processes beat threads from 2.9")
    assert panel.summary.endswith(" on: by more than 3 %.")
    assert panel.table.rows[0][:3] == ("processes over threads", "1", "1.000")


def test_without_costs_there_is_no_figure_and_what_is_not_told_is_said() -> None:
    assert build(document(RATES)) is None
    summary = only(build(matrix({"": ROW}, COSTS))).summary
    assert "processes beat asyncio from" in summary
