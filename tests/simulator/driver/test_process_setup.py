"""What the interpreter itself is told before the workers start."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from simulator.driver.shared.failure import Failure
from simulator.driver.shared.process_setup import find_modules_in, set_switch_interval


@pytest.fixture(autouse=True)
def interval() -> Iterator[float]:
    before = sys.getswitchinterval()
    yield before
    sys.setswitchinterval(before)


def test_the_switch_interval_is_set_and_null_leaves_it(interval: float) -> None:
    set_switch_interval(None)
    assert sys.getswitchinterval() == interval
    for seconds in (1e-6, 0.02, 10.0):
        set_switch_interval(seconds)
        assert sys.getswitchinterval() == seconds


def test_an_interpreter_without_a_switch_interval_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(sys, "setswitchinterval")
        set_switch_interval(None)
        with pytest.raises(Failure, match=r"has no switch interval.*remove job\.switch_interval") as caught:
            set_switch_interval(0.005)
    assert caught.value.status == "unsupported"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            ["/usr/lib/python3.11", "/env/lib/site-packages"],
            ["/usr/lib/python3.11", "/mine", "/env/lib/site-packages"],
        ),
        (
            ["/usr/lib/python3", "/usr/lib/python3/dist-packages"],
            ["/usr/lib/python3", "/mine", "/usr/lib/python3/dist-packages"],
        ),
        (["/usr/lib/python3.11"], ["/usr/lib/python3.11", "/mine"]),
        (["/mine", "/usr/lib/python3.11"], ["/mine", "/usr/lib/python3.11"]),
    ],
)
def test_the_users_folders_come_after_pythons_own_modules_and_before_installed_packages(
    path: list[str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*path])
    find_modules_in(["/mine"])
    assert sys.path == expected


def test_a_driver_may_open_as_many_files_as_its_hard_limit_allows() -> None:
    program = (
        "import resource, sys, runpy\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))\n"
        "from simulator.driver.shared.process_setup import allow_descriptors\n"
        "allow_descriptors()\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "print(soft == hard)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
