"""Tasks that wait for one another at two named pipes."""

import threading
from pathlib import Path

from simulator.driver.strategies.gate import Doorkeeper


def test_none_goes_on_before_all_have_come_and_it_can_be_used_again(tmp_path: Path) -> None:
    keeper = Doorkeeper(tmp_path, "gate", 3)
    through: list[int] = []

    def come(number: int) -> None:
        keeper.gate.wait()
        through.append(number)

    for _ in range(3):
        through.clear()
        keeper.shut()
        waiting = [threading.Thread(target=come, args=(number,)) for number in range(2)]
        for thread in waiting:
            thread.start()
        waiting[0].join(0.02)
        assert through == []
        come(2)
        for thread in waiting:
            thread.join()
        assert sorted(through) == [0, 1, 2]
    keeper.close()
    assert list(tmp_path.iterdir()) == []


def test_one_alone_goes_through_at_once_and_gates_in_a_folder_are_apart(tmp_path: Path) -> None:
    one, other = Doorkeeper(tmp_path, "one", 1), Doorkeeper(tmp_path, "other", 1)
    for keeper in (one, other, one):
        keeper.shut()
        keeper.gate.wait()
    one.close()
    other.close()
