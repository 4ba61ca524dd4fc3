import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import environment
from simulator.environment import cgroup, description, interpreter, kernel, machine, switches, topology
from simulator.environment.facts import clock_step, gather, measure_sleep, steal_share
from simulator.environment.machine import CpuSeconds
from simulator.environment.pythons import find_pythons, read_answer


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty file system for the kernel's files."""
    monkeypatch.setattr(kernel, "ROOT", tmp_path)
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_the_description_is_json_and_knows_this_python() -> None:
    described = environment.describe()
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    assert described["python"]["version"] == ".".join(map(str, sys.version_info[:3])) or "rc" in sys.version
    assert described["machine"]["usable_cores"] == environment.usable_cores() >= 1
    assert described["libraries"]["pydantic"]
    assert described["clocks"]["monotonic"]["resolution_s"] > 0


def test_the_description_holds_no_names() -> None:
    text = json.dumps(environment.describe())
    host = os.uname().nodename
    assert str(Path.home()) not in text
    assert sys.executable not in text
    # A host named like an ordinary word proves nothing.
    assert len(host) < 4 or f'"{host}"' not in text


def test_the_last_level_cache_is_the_largest_one(root: Path) -> None:
    assert environment.last_level_cache_bytes() is None
    sizes = ("48K", "32K", "2048K", "36864K", "?")
    write(root, {f"sys/devices/system/cpu/cpu0/cache/index{i}/size": s for i, s in enumerate(sizes)})
    assert environment.last_level_cache_bytes() == 36 * 2**20


def test_nothing_that_cannot_be_read_raises(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del root
    monkeypatch.delattr(os, "getloadavg")
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "process_cpu_count", raising=False)
    monkeypatch.delattr(os, "sysconf")
    described = environment.describe()["machine"]
    for name in ("boot_id", "time_namespace", "cpu_model", "cpu_limit_cores", "memory_bytes", "load_average"):
        assert described[name] is None
    assert described["cpu_since_boot"] is None
    assert environment.usable_cores() == os.cpu_count()
    assert environment.memory_limit_bytes() is None


def test_a_part_that_fails_is_null_and_the_others_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(description, "_machine", fail)
    described = environment.describe()
    assert described["machine"] is None
    assert described["python"]["version"]


@pytest.mark.parametrize(
    "content", ["", "garbage", "\n\n:", "cpu", "0::", "1 2 3 - cgroup", "cpu x y z", "\x00\xff"]
)
def test_garbage_from_the_kernel_is_null(root: Path, content: str) -> None:
    names = ("proc/self/cgroup", "proc/self/mountinfo", "proc/stat", "proc/cpuinfo", "sys/fs/cgroup/cpu.max")
    write(root, dict.fromkeys(names, content))
    assert cgroup.cpu_limit_cores() is None
    assert cgroup.memory_limit_bytes() is None
    assert machine.cpu_seconds() is None
    assert machine.cpu_model() is None


V2_MOUNT = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
V1_MOUNTS = (
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
)


def test_version_2_takes_the_least_limit_on_the_way_up(root: Path) -> None:
    write(
        root,
        {
            "proc/self/cgroup": "0::/user.slice/job\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n",
            "sys/fs/cgroup/user.slice/job/memory.max": "2147483648\n",
            "sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/user.slice/memory.max": "1073741824\n",
        },
    )
    assert cgroup.cpu_limit_cores() == 1.5
    assert cgroup.memory_limit_bytes() == 1 << 30
    assert environment.memory_limit_bytes() == min(1 << 30, machine.total_memory_bytes() or 1 << 30)


def test_version_2_in_a_container_sees_its_own_group_as_the_top(root: Path) -> None:
    write(
        root,
        {
            "proc/self/cgroup": "0::/\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/cpu.max": "200000 100000\n",
            "sys/fs/cgroup/memory.max": "max\n",
        },
    )
    assert cgroup.cpu_limit_cores() == 2.0
    assert cgroup.memory_limit_bytes() is None


def test_version_1_reads_each_controller_where_it_is_mounted(root: Path) -> None:
    write(
        root,
        {
            "proc/self/cgroup": "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n",
            "proc/self/mountinfo": V1_MOUNTS,
            "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
        },
    )
    assert cgroup.cpu_limit_cores() == 0.5
    assert cgroup.memory_limit_bytes() == 1 << 29


def test_version_1_without_limits_has_none(root: Path) -> None:
    write(
        root,
        {
            "proc/self/cgroup": "4:memory:/docker/abc\n3:cpu,cpuacct:/\n",
            "proc/self/mountinfo": V1_MOUNTS,
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        },
    )
    assert cgroup.cpu_limit_cores() is None
    assert cgroup.memory_limit_bytes() is None


def test_the_kernel_s_files_are_understood(root: Path) -> None:
    write(
        root,
        {
            "proc/sys/kernel/random/boot_id": "df64240a\n",
            "proc/sys/kernel/osrelease": "5.15-microsoft-standard-WSL2\n",
            "proc/cpuinfo": "processor : 0\nmodel name : A Processor: fast\nflags : fpu hypervisor\n",
            "proc/stat": "cpu  100 0 100 700 0 0 0 100 50 0\ncpu0 1 2 3\n",
            ".dockerenv": "",
        },
    )
    ticks = os.sysconf("SC_CLK_TCK")
    assert kernel.boot_id() == "df64240a"
    assert machine.cpu_model() == "A Processor: fast"
    assert machine.cpu_seconds() == CpuSeconds(1000 / ticks, 100 / ticks)
    assert machine.virtualisation() == {
        "hypervisor": True,
        "product": None,
        "container": "docker",
        "wsl": True,
    }


def test_an_arm_processor_is_named_by_its_numbers(root: Path) -> None:
    write(root, {"proc/cpuinfo": "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"})
    assert machine.cpu_model() == "0x41 0xd0c"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has these")
def test_linux_tells_boot_namespace_and_affinity() -> None:
    boot = environment.boot_id()
    assert boot is not None
    assert len(boot) == 36
    namespace = environment.time_namespace()
    assert namespace is not None
    assert namespace.startswith("time:[")
    one = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
    code = one + "from simulator.environment import usable_cores; print(usable_cores())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_the_start_method_of_this_process_is_not_settled_by_asking() -> None:
    code = (
        "import multiprocessing; from simulator.environment import describe;"
        "d = describe()['python']; assert multiprocessing.get_start_method(allow_none=True) is None;"
        "assert d['default_start_method'] == multiprocessing.get_start_method()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_asking_for_uvloop_does_not_import_it() -> None:
    code = "import sys; from simulator.environment import describe; describe(); assert 'uvloop' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_library_that_is_not_installed_has_no_version() -> None:
    assert interpreter.version_of("no-such-distribution-anywhere") is None


def command(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


def test_pythons_are_found_asked_and_never_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    command(folder, "python3.13", f'exec "{sys.executable}" "$@"\n')
    command(folder, "python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127\n")
    command(folder, "python3.15", "sleep 60; true\n")
    command(folder, "jython", "echo Jython 2.7.4\n")
    (folder / "pypy3").write_text("not a program")
    (folder / "pypy3").chmod(0o755)
    # A module of the current folder must not be imported.
    (tmp_path / "json.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    names = ("python3.12345", "python3.13", "python3.14", "python3.15", "jython", "pypy3")
    found = {python.command: python for python in find_pythons(names, time_limit_s=1.5)}
    assert list(found) == list(names[1:])
    assert found["python3.13"].version == interpreter.describe_interpreter()["version"]
    assert found["python3.14"].problem == "pyenv: python3.14: command not found"
    assert found["python3.15"].problem == "did not answer in time"
    assert (found["jython"].implementation, found["jython"].version) == ("Jython", "2.7.4")
    assert found["pypy3"].version is None
    assert found["pypy3"].problem


def test_what_a_command_says_cannot_steer_the_terminal() -> None:
    assert read_answer("python3.12", 1, "", "\x1b[2Jboom\a\n").problem == "[2Jboom"
    assert read_answer("python3.12", 3, "", "").problem == "ended with exit code 3"


@pytest.mark.parametrize("output", ["{}", "[]", "1", "null", '["a"]', '"abcd"'])
def test_an_answer_of_another_shape_is_a_problem(output: str) -> None:
    assert read_answer("python3.12", 0, output, "").problem == output


def test_the_measured_facts_are_plausible() -> None:
    late = measure_sleep(20, duration_s=0.0001)
    assert 0 <= late.p50_s <= late.p99_s <= late.max_s
    assert 0 < clock_step() < 0.01
    facts = gather(sleeps=5, pythons=())
    assert facts.usable_cores == environment.usable_cores()
    assert facts.steal_share is None or 0 <= facts.steal_share <= 1


def test_the_share_of_steal_is_of_the_capacity() -> None:
    assert steal_share(CpuSeconds(100, 5), CpuSeconds(110, 6)) == pytest.approx(0.1)
    assert steal_share(CpuSeconds(100, 5), CpuSeconds(100, 5)) is None
    assert steal_share(None, CpuSeconds(100, 5)) is None


V2_LIMITED = {
    "proc/self/cgroup": "0::/job\n",
    "proc/self/mountinfo": V2_MOUNT,
    "sys/fs/cgroup/job/cpu.max": "max 100000\n",
    "sys/fs/cgroup/cpu.max": "100000 100000\n",
    "sys/fs/cgroup/job/cpu.stat": "usage_usec 9\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
    "sys/fs/cgroup/cpu.stat": "usage_usec 9\nnr_periods 40\nnr_throttled 30\nthrottled_usec 1500000\n",
}


@pytest.mark.parametrize(
    ("quota", "cores"), [("100000", 1), ("102000", 1), ("150000", 2), ("400000", 4), ("10000", 1), ("max", 4)]
)
def test_no_more_cores_may_be_used_than_a_limit_has_time_for(
    root: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int
) -> None:
    monkeypatch.setattr(machine, "affinity_cores", lambda: 4)
    write(root, V2_LIMITED | {"sys/fs/cgroup/cpu.max": f"{quota} 100000\n"})
    assert environment.usable_cores() == cores
    described = description.describe()["machine"]
    assert (described["usable_cores"], described["affinity_cores"]) == (cores, 4)


def test_the_time_for_which_a_limit_stopped_is_read_of_both_versions(root: Path) -> None:
    assert cgroup.throttled() is None
    write(root, V2_LIMITED)
    assert cgroup.throttled() == (30, 1.5)
    write(
        root,
        {
            "proc/self/cgroup": "3:cpu,cpuacct:/docker/abc\n",
            "proc/self/mountinfo": V1_MOUNTS,
            "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.stat": (
                "nr_periods 10\nnr_throttled 4\nthrottled_time 250000000\n"
            ),
        },
    )
    assert cgroup.throttled() == (4, 0.25)


def lay(root: Path, siblings: dict[int, str], **files: str) -> None:
    cpus = "sys/devices/system/cpu"
    write(root, {f"{cpus}/cpu{cpu}/topology/thread_siblings_list": text for cpu, text in siblings.items()})
    write(root, {f"{cpus}/{name.replace('__', '/')}": text for name, text in files.items()})


def test_hyper_threads_of_one_core_are_one_core(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "usable_cpus", lambda: frozenset({0, 1}))
    assert topology.describe() == topology.Topology(None, None, None, None)
    lay(root, {0: "0-1\n", 1: "0-1\n"}, cpu0__cpufreq__scaling_governor="powersave\n", cpufreq__boost="1\n")
    assert topology.describe() == topology.Topology(1, ((0, 1),), "powersave", boost=True)
    lay(root, {0: "0,2\n", 1: "1,3\n"}, intel_pstate__no_turbo="1\n")
    assert topology.describe() == topology.Topology(2, ((0,), (1,)), "powersave", boost=False)
    lay(root, {0: "nonsense"})
    assert topology.describe().physical_cores is None


SECRET = "hunter2secret"


def test_switches_are_kept_and_no_folder_or_secret_is() -> None:
    environ = {
        "PYTHONASYNCIODEBUG": "1",
        "PYTHONPATH": "/home/jane/lib",
        "PYTHONPYCACHEPREFIX": "/home/jane/cache",
        "PYTHON_REGISTRY_TOKEN": SECRET,
        "PYTHONWARNINGS": "x" * 100,
        "PYTHONBREAKPOINT": "/home/jane/debugger",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRACE": "/home/jane/trace",
        "LD_PRELOAD": "/home/jane/lib/libjemalloc.so.2:/opt/other.so",
        "OMP_NUM_THREADS": "4",
        "COVERAGE_PROCESS_START": "/home/jane/pyproject.toml",
        "HOME": "/home/jane",
        "API_TOKEN": SECRET,
    }
    assert switches.described(environ) == {
        "COVERAGE_PROCESS_START": "(set)",
        "LD_PRELOAD": "libjemalloc.so.2, other.so",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRACE": "(set)",
        "OMP_NUM_THREADS": "4",
        "PYTHONASYNCIODEBUG": "1",
        "PYTHONBREAKPOINT": "(set)",
        "PYTHONPATH": "(set)",
        "PYTHONPYCACHEPREFIX": "(set)",
        "PYTHONWARNINGS": "(set)",
        "PYTHON_REGISTRY_TOKEN": "(set)",
    }


def test_what_runs_with_the_job_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    assert description.describe()["switches"]["PYTHONDEVMODE"] == "1"


def test_switches_for_debugging_are_warned_about() -> None:
    assert switches.warnings({"PYTHONHASHSEED": "0", "PYTHONDEVMODE": "", "PYTHONMALLOC": "malloc"}) == ()
    told = switches.warnings(
        {"PYTHONASYNCIODEBUG": "1", "PYTHONTRACEMALLOC": "5", "PYTHONMALLOC": "pymalloc_debug"}
    )
    assert [one.split()[0] for one in told] == ["PYTHONASYNCIODEBUG", "PYTHONTRACEMALLOC", "PYTHONMALLOC"]
    assert all("unset" in one for one in told)
