from pathlib import Path

from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep

RUN = run_of({"sequential": [10.0, 11.0, 12.0], "threads": [30.0, 33.0, 36.0]}, run_id="aaaa")


def test_quiet_shows_the_verdicts_as_the_whole_report_has_them_and_no_more(tmp_path: Path) -> None:
    keep(tmp_path, RUN)
    whole, quiet = (simulator(tmp_path, "report", "last", *more).stdout for more in ((), ("--quiet",)))
    assert whole.startswith(quiet)
    assert "threads" in quiet
    assert "verdict" in whole
    assert "verdict" not in quiet
