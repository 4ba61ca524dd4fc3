from dataclasses import replace
from pathlib import Path

import pytest

from simulator.lab.opening import current_python, of_run, of_scenario, usual
from simulator.lab.point import Point
from simulator.lab.setting import here, of_a_file
from simulator.result.calibration import Calibration
from simulator.scenario.load import load, load_text
from simulator.scenario.named import shipped
from tests.conftest import tiny_text
from tests.simulator.analysis.builders import matrix


@pytest.mark.parametrize("name", [name for name in shipped() if name != "real_pages"])
def test_every_shipped_scenario_opens_at_its_first_point(name: str) -> None:
    opening = of_scenario(load(Path(name)))
    Point(**opening.state)
    assert opening.title == name
    own = [preset for preset in opening.presets if preset.group == "Your scenario"]
    assert own
    for preset in own:
        Point(**preset.state)


def test_the_points_of_a_scenario_are_its_combinations() -> None:
    text = tiny_text(
        job__parser="sha256",
        cases={"a": {"job.parse_cost": "2ms"}, "b": {"job.parse_cost": "4ms"}},
        in_flight=6,
    )
    opening = of_scenario(load_text(text, "tiny", Path()))
    own = [preset for preset in opening.presets if preset.group == "Your scenario"]
    assert [preset.question for preset in own] == ["a", "b"]
    assert (own[1].state["parse_ms"], own[1].state["held_percent"], own[1].state["in_flight"]) == (
        4.0,
        0.0,
        6,
    )
    assert (own[0].state["latency_ms"], opening.state["parse_ms"]) == (3.0, 2.0)


def test_a_parse_cost_that_is_not_said_is_said_to_be_unknown() -> None:
    assert (
        "Its parse cost is known once it is run" in of_scenario(load_text(tiny_text(), "tiny", Path())).origin
    )
    assert (
        "Its parse cost"
        not in of_scenario(load_text(tiny_text(job__parse_cost="2ms"), "tiny", Path())).origin
    )


def test_a_run_says_what_a_request_costs() -> None:
    document = matrix({"5ms": {"5ms": {"threads": [90.0] * 3}}}, {"5ms": 0.005})
    calibration = Calibration(
        parse_cpu_s=0.002, repeats=3, client_cpu_s={"blocking:http.client": 0.3e-3, "asyncio:aiohttp": 0.2e-3}
    )
    cells = tuple(replace(cell, calibration=calibration) for cell in document.cells)
    opening = of_run(replace(document, cells=cells))
    assert opening.client == {"blocking": "http.client", "asyncio": "aiohttp"}
    known = ((opening.demands["threads"], 0.3e-3), (opening.demands["asyncio_to_processes"], 0.2e-3))
    for demands, cpu_s in known:
        assert demands.client_held.mean_s + demands.client_free.mean_s == pytest.approx(cpu_s)
    assert opening.state["parse_ms"] == 5.0
    Point(**opening.state)


def test_the_usual_point_is_one_and_its_python_can_be_chosen() -> None:
    opening = usual()
    Point(**opening.state)
    assert current_python() in [one.name for one in of_a_file().pythons]
    assert not any(one.here for one in of_a_file().pythons)


def test_this_python_is_here() -> None:
    setting = here()
    assert [one.here for one in setting.pythons if one.name == setting.current] == [True]
    assert setting.cpus
