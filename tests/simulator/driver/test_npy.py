"""What is written without NumPy is what NumPy reads, and what NumPy would have written."""

import io
from pathlib import Path

import numpy as np
import pytest

from simulator.driver.shared import npy


@pytest.mark.parametrize("width", [0, 1, 5, npy.AT_ONCE + 1])
def test_columns_come_back_and_the_file_is_numpys_own(width: int, tmp_path: Path) -> None:
    columns = [range(width), [-1] * width, [2**62 + number for number in range(width)]]
    path = tmp_path / "samples.npy"
    npy.write_npy(str(path), columns, width)
    found = np.load(path, allow_pickle=False)
    assert found.tolist() == [list(column) for column in columns]
    own = io.BytesIO()
    np.lib.format.write_array(own, found, version=(1, 0))
    assert path.read_bytes() == own.getvalue()
    assert list(tmp_path.iterdir()) == [path]


def test_the_header_is_aligned_whatever_it_says() -> None:
    for rows in (1, 17, 10**5):
        for width in (0, 9, 10, 10**6, 10**12):
            told = npy.header(rows, width)
            assert len(told) % npy.ALIGNED == 0
            assert np.lib.format.read_array_header_1_0(io.BytesIO(told[len(npy.MAGIC) :]))[0] == (rows, width)
