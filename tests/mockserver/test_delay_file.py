import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.delay_file import ObservedDelaysError, read_delays

MS = 1_000_000


def read(folder: Path, data: bytes) -> list[int]:
    file = folder / "delays.txt"
    file.write_bytes(data)
    return list(read_delays(file).values_ns or ())


@pytest.mark.parametrize(
    "data",
    [
        b"31ms\n40ms",
        b"\xef\xbb\xbf31ms\n40ms\n",
        b"31ms\r\n40ms\r\n",
        b"31ms\r40ms\r",
        b"# seen\r\n\r\n  31ms \t\r\n\xc2\xa040ms\r\n\r\n",
        "\ufeff31ms\r\n40ms\r\n".encode("utf-16-le"),
        "\ufeff31ms\n40ms\n".encode("utf-16-be"),
        "# p\u00e4use\n31ms\n40ms".encode("latin-1"),
    ],
)
def test_delays_are_read_however_an_editor_writes_them(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == [31 * MS, 40 * MS]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"0.123\n0.081\n", "line 1: found '0.123': 0.123 has no unit; write 0.123ms or 0.123s"),
        (b"0,123s\n", "line 1: '0,123s' has a comma; write 0.123s"),
        (b"31ms\n\n1,5s\n", "line 3: '1,5s' has a comma; write 1.5s"),
        (
            b"\xef\xbb\xbfelapsed\r\n31ms\r\n",
            "(ns us ms s m h), as in 40ms; put # before a heading, or remove it",
        ),
        (
            b"31ms\nelapsed\n",
            "line 2: 'elapsed' is not a duration; write a number and a unit (ns us ms s m h), as in 40ms",
        ),
        (b"31ms,40ms\n", "as in 40ms; write each on a line of its own"),
        (b"31ms\n31ms\x0c40ms\n", "line 2: '31ms\\x0c40ms' is not a duration"),
        ("31\u200bms\n".encode(), "line 1: '31\\u200bms' is not a duration"),
        ("31ms\n40\u00a0ms\n".encode(), "line 2: '40\\xa0ms' is not a duration"),
        (b"31ms\n\xff40ms\n", "line 2: '\\\\xff40ms' is not a duration"),
        (b"-5ms\n", "line 1: found '-5ms': -5ms is negative; a duration is not"),
        (b"11m\n", "line 1: found '11m': 11m is longer than a delay may be; write 10m or less"),
        (
            b"x" * 100,
            "line 1: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…' is not a duration; write a number and a unit",
        ),
        (b"# none\r\n", "has 0 durations; write 1 to 100000, one per line"),
    ],
)
def test_what_is_no_delay_is_named_with_its_line_and_what_to_write(
    tmp_path: Path, data: bytes, said: str
) -> None:
    with pytest.raises(ObservedDelaysError, match=re.escape(said)) as raised:
        read(tmp_path, data)
    assert str(raised.value).startswith(f"latency file {tmp_path / 'delays.txt'}")
    assert "elapsed" not in raised.value.reason
    assert "0.123" not in raised.value.reason


@settings(max_examples=50)
@example(data=b"-\x00", durations=[])
@given(
    data=st.binary(max_size=60),
    durations=st.lists(st.sampled_from([b"1ms\n", b"\r\n", b"0,5s\r", b"\xef\xbb\xbf"])),
)
def test_any_bytes_are_delays_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, durations: list[bytes]
) -> None:
    said = ""
    try:
        assert read(tmp_path_factory.getbasetemp(), b"".join(durations) + data)
    except ObservedDelaysError as error:
        said = str(error) + error.reason
    assert said.isprintable()
