from typing import Any

import pytest

from simulator.analysis.circumstances import cautions, differences
from simulator.result.measured import MeasuredRun, measured_of
from tests.simulator.analysis.measured_runs import MACHINE, PYTHON, run_of

RATES = {"threads": [1.0, 2.0, 3.0]}


def made(**changes: Any) -> MeasuredRun:
    return measured_of(run_of(RATES, **{"run_id": "r2", **changes}))


A = made(run_id="r1")


def with_machine(**changes: Any) -> dict[str, Any]:
    return {**MACHINE, "machine": {**MACHINE["machine"], **changes}}


def test_runs_on_one_machine_and_python_have_no_differences_and_nothing_to_be_cautious_about() -> None:
    assert differences(A, made()) == ()
    assert cautions(A, made()) == ()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (with_machine(cpu_model="Chip 10"), "CPU: Chip 9 in A, Chip 10 in B"),
        (with_machine(cores=8), "cores: 4 in A, 8 in B"),
        (with_machine(usable_cores=1), "usable cores: 2 in A, 1 in B"),
        (with_machine(cpu_limit_cores=1.5), "limit: none in A, 1.5 cores in B"),
        (
            {**MACHINE, "platform": {**MACHINE["platform"], "system": "Darwin"}},
            "operating system: Linux in A, Darwin in B",
        ),
    ],
)
def test_another_machine_is_named(environment: dict[str, Any], words: str) -> None:
    assert differences(A, made(environment=environment)) == (words,)


@pytest.mark.parametrize("environment", [with_machine(cpu_model=None), {"machine": None}, {}])
def test_what_is_not_known_is_no_difference(environment: dict[str, Any]) -> None:
    assert differences(A, made(environment=environment)) == ()


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ({"version": "3.14.0"}, "Python: CPython 3.13.5 in A, CPython 3.14.0 in B"),
        ({"free_threaded": True}, "Python: CPython 3.13.5 in A, CPython 3.13.5 free-threaded in B"),
        ({"implementation": "PyPy"}, "Python: CPython 3.13.5 in A, PyPy 3.13.5 in B"),
    ],
)
def test_another_python_is_named(python: dict[str, Any], words: str) -> None:
    assert differences(A, made(python={**PYTHON, **python})) == (words,)


def test_pythons_of_cells_that_only_one_run_has_do_not_matter() -> None:
    other = measured_of(run_of({"asyncio": [1.0]}, python={**PYTHON, "version": "3.14.0"}))
    assert differences(A, other) == ()


def test_the_same_run_is_said_to_be_so() -> None:
    assert cautions(A, A) == ("A and B are the same run",)


def test_libraries_kernel_program_and_gil_that_changed_are_told() -> None:
    left = made(
        python={**PYTHON, "libraries": {"httpx": "0.28", "lxml": "5.3"}, "gil_enabled": [True, True]},
        environment={**MACHINE, "program": "0.1.0"},
        run_id="r1",
    )
    right = made(
        python={**PYTHON, "libraries": {"httpx": "0.29"}, "gil_enabled": [False]},
        environment={
            **MACHINE,
            "program": "0.2.0",
            "platform": {**MACHINE["platform"], "release": "7.0"},
        },
    )
    assert cautions(left, right) == (
        "program: 0.1.0 in A, 0.2.0 in B",
        "kernel: 6.18 in A, 7.0 in B",
        "GIL in the workers: on in A, off in B",
        "httpx: 0.28 in A, 0.29 in B",
        "lxml: 5.3 in A, not there in B",
    )


def scenario(**changes: Any) -> dict[str, Any]:
    base = {
        "name": "shop",
        "server": {"latency": "40ms", "content": {"kind": "catalogue", "items": 20}},
        "job": {"parser": "html.parser"},
        "strategies": ["threads", {"name": "uv", "base": "asyncio", "loop": "uvloop"}],
        "cases": {"light": {"job.parse_cost": "5ms"}, "heavy": {"job.parse_cost": "20ms"}},
        "vary": {"server.latency": ["0ms", "20ms"]},
    }
    return {**base, **changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"job": {"parser": "lxml"}}, "job.parser: html.parser in A, lxml in B"),
        ({"job": {"parser": "html.parser", "pages": 9}}, "job.pages: not set in A, 9 in B"),
        ({"seed": 8}, "seed: not set in A, 8 in B"),
        (
            {"strategies": ["threads", {"name": "uv", "base": "asyncio", "loop": "asyncio"}]},
            "strategies.uv.loop: uvloop in A, asyncio in B",
        ),
        (
            {"cases": {"light": {"job.parse_cost": "6ms"}}},
            "cases.light.job.parse_cost: 5ms in A, 6ms in B",
        ),
    ],
)
def test_a_setting_that_is_no_factor_is_told(changes: dict[str, Any], words: str) -> None:
    left, right = made(scenario=scenario(), run_id="r1"), made(scenario=scenario(**changes))
    assert cautions(left, right) == (words,)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other", "description": "?", "rounds": 50},
        {"vary": {"server.latency": ["0ms", "500ms"]}},  # its levels are in the cells' ids
        {
            "server": {"latency": "1s", "content": {"kind": "catalogue", "items": 20}}
        },  # overridden by every level
        {"strategies": ["threads"]},
        {"cases": {"heavy": {"job.parse_cost": "20ms"}}},
    ],
)
def test_what_does_not_change_a_cell_that_both_have_is_not_told(changes: dict[str, Any]) -> None:
    assert cautions(made(scenario=scenario(), run_id="r1"), made(scenario=scenario(**changes))) == ()


def test_a_long_list_of_settings_is_cut_and_says_so() -> None:
    many = {"name": "shop", "job": {f"key{i:02}": i for i in range(20)}}
    told = cautions(A, made(scenario=many))
    assert len(told) == 13
    assert told[-1] == "and 8 more settings of the scenario differ"


def test_records_that_differ_between_the_runs_are_told() -> None:
    (told,) = cautions(A, made(digest="other"))
    assert told == "the records differ between the runs, so the work was not the same: threads"
    assert cautions(A, made(digest=None)) == ()


def test_runtimes_that_only_one_run_has_are_no_setting_but_a_changed_one_is() -> None:
    a = made(run_id="r1", scenario={"runtimes": ["current", {"name": "mine", "python": "3.13t"}]})
    fewer = made(scenario={"runtimes": [{"name": "mine", "python": "3.13t"}]})
    assert cautions(a, fewer) == ()
    changed = made(scenario={"runtimes": ["current", {"name": "mine", "python": "3.14t"}]})
    assert cautions(a, changed) == ("runtimes.mine.python: 3.13t in A, 3.14t in B",)


def test_switches_and_how_the_cores_lie_are_compared() -> None:
    machine = {
        "cpu_model": "X",
        "cores": 2,
        "usable_cores": 2,
        "physical_cores": 2,
        "governor": "performance",
    }
    a = made(environment={"machine": machine, "switches": {"PYTHONDEVMODE": "1"}})
    b = made(
        environment={"machine": {**machine, "physical_cores": 1, "governor": "powersave"}, "switches": {}}
    )
    assert differences(a, b) == (
        "physical cores: 2 in A, 1 in B",
        "frequency governor: performance in A, powersave in B",
    )
    assert "PYTHONDEVMODE: 1 in A, not set in B" in cautions(a, b)
    older = made(environment={"machine": {"cpu_model": "X", "cores": 2, "usable_cores": 2}})
    assert differences(a, older) == ()
    assert not any("PYTHONDEVMODE" in told for told in cautions(a, older))


def test_what_one_writes_and_the_other_leaves_to_its_default_is_no_difference() -> None:
    defaults = {"in_flight": 8, "parallelism": "cores", "job": {"warmup": 2, "parse_cost": None}}
    written = made(scenario={"name": "shop", "in_flight": 8}, scenario_resolved=defaults)
    assert cautions(made(run_id="r1", scenario_resolved=defaults), written) == ()
    other = made(scenario_resolved={**defaults, "job": {"warmup": 2, "parse_cost": "5ms"}})
    assert cautions(written, other)[1:] == ("job.parse_cost: not set in A, 5ms in B",)
    older = made(run_id="r1")
    assert cautions(older, written) == ("in_flight: not set in A, 8 in B",), "an older run has not kept them"
