"""Which workers of a cluster measure beside one another, and which are alike."""

from typing import Any

from simulator.spread.machines import Description, Worker, machines_of
from tests.simulator.spread.farm import description


def worker(name: str, host: str = "10.0.0.1", *, declared: bool = False) -> Worker:
    return Worker(f"tcp://{host}:{4000 + len(name)}{ord(name[-1])}", name, host, declared)


def about(computer: str, **changes: Any) -> Description:
    return Description.model_validate(description(computer, **changes))


VERSION = about("x").program


def test_of_one_computer_one_worker_measures_unless_they_are_machines_of_their_own() -> None:
    two = {worker("w-0"): about("one"), worker("w-1"): about("one")}
    found = machines_of(two, VERSION)
    assert [machine.name for machine in found.machines] == ["w-0"]
    assert not found.left_out
    measuring = {worker("w-1").address}
    assert [machine.name for machine in machines_of(two, VERSION, measuring).machines] == ["w-1"]


def test_workers_with_cpus_of_their_own_are_machines_where_that_is_said() -> None:
    apart = {
        worker("left", declared=True): about("one", cpus=[0]),
        worker("right", declared=True): about("one", cpus=[1]),
        worker("rest"): about("one", cpus=[0, 1]),
    }
    assert [machine.name for machine in machines_of(apart, VERSION).machines] == ["left", "right"]


def test_workers_that_share_cpus_are_not() -> None:
    shared = {
        worker("left", declared=True): about("one", cpus=[0, 1]),
        worker("right", declared=True): about("one", cpus=[1, 2]),
    }
    found = machines_of(shared, VERSION)
    assert [machine.name for machine in found.machines] == ["left"]
    (why,) = found.left_out.values()
    assert why.startswith("right shares CPUs with another worker")
    assert "taskset" in why


def test_another_version_is_refused_in_a_sentence() -> None:
    found = machines_of({worker("old"): about("one", program="0.0.1")}, VERSION)
    assert not found.machines
    assert list(found.left_out.values()) == [
        f"old has version 0.0.1 of gil-simulator, and here it is {VERSION}; install the same"
    ]


def test_machines_that_are_not_as_most_are_are_left_out() -> None:
    slow = {**description("c")["machine"], "cpu_model": "another CPU"}
    found = machines_of(
        {
            worker("a", "1"): about("a"),
            worker("b", "2"): about("b"),
            worker("c", "3"): about("c", machine=slow),
            worker("d", "4"): about("d", libraries={"aiohttp": "2"}),
        },
        VERSION,
    )
    assert [machine.name for machine in found.machines] == ["a", "b"]
    assert sorted(found.left_out.values()) == [
        "c is not like a: cpu model another CPU, not a CPU",
        "d is not like a: aiohttp 2, not 3",
    ]


def test_a_worker_without_a_name_is_called_by_its_host() -> None:
    unnamed = Worker("tcp://10.0.0.1:4001", "tcp://10.0.0.1:4001", "10.0.0.1", declared=False)
    (machine,) = machines_of({unnamed: about("one")}, VERSION).machines
    assert machine.name == "10.0.0.1"
    assert machine.described()["name"] == "10.0.0.1"
