"""Access logs and tables: how long requests took and when they came; there are no bodies in them."""

import gzip
from pathlib import Path

import pytest

from simulator.imports.access_log import read_log
from simulator.imports.durations import read_csv
from simulator.imports.interface import Wanted
from simulator.imports.recording import Recording, RecordingError
from tests.simulator.imports.recordings import MS, reasons

COMBINED = (
    '203.0.113.7 - - [28/Nov/2026:12:00:0{} +0000] "GET /a?b=c HTTP/1.1" {} 612 "-"'
    ' "Mozilla/5.0 Safari/537.36"{}\n'
)


def log(folder: Path, text: str, **wanted: str | bool) -> Recording:
    path = folder / "access.log"
    path.write_text(text, encoding="utf-8")
    return read_log(path, Wanted(**wanted))  # type: ignore[arg-type] # of several types


@pytest.mark.parametrize(
    ("end", "delay_ns"),
    [
        (" 0.123", 123 * MS),
        (' "0.123"', 123 * MS),
        (" rt=0.040 uct=0.001 urt=0.039", 40 * MS),
        (' rt="0.040" "upstream"', 40 * MS),
        (" request_time=1.5 x", 1_500 * MS),
        (" 45678", 45_678_000),
        (" D=45678 duration:12ms", 12 * MS),
        (" 45ms", 45 * MS),
        (" 0.000", 0),
    ],
)
def test_a_line_s_duration(end: str, delay_ns: int, tmp_path: Path) -> None:
    recording = log(tmp_path, COMBINED.format(1, 200, end))
    assert recording.delays_ns == [delay_ns]
    assert recording.arrivals_ns == [1_795_867_201 * 1_000 * MS]


@pytest.mark.parametrize("end", ["", ' "curl 7.88"', ' "-"', " - -"])
def test_a_line_without_a_duration(end: str, tmp_path: Path) -> None:
    with pytest.raises(
        RecordingError, match=r"no line says how long a request took; log \$request_time .* or %D"
    ):
        log(tmp_path, COMBINED.format(1, 200, end))


def test_common_form_s_size_is_no_duration(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no line says"):
        log(tmp_path, '203.0.113.7 - - [28/Nov/2026:12:00:01 +0000] "GET / HTTP/1.1" 200 612\n')


def test_what_is_left_out_of_a_log(tmp_path: Path) -> None:
    text = COMBINED.format(1, 200, " 0.1") + COMBINED.format(2, 404, " 0.2") + "\nnonsense\n"
    text += COMBINED.format(3, 200, " 99999.9") + "x" * 70_000 + "\n"
    assert reasons(log(tmp_path, text)) == {
        "answered 4xx (--all-statuses takes these too)": 1,
        "lines that are no request with a duration": 1,
        "durations that no answer takes": 1,
        "lines longer than a log's are": 1,
    }
    assert len(log(tmp_path, text, all_statuses=True).delays_ns) == 2
    assert log(tmp_path, COMBINED.format(1, 200, " 12"), unit="ms").delays_ns == [12 * MS]


def test_json_lines(tmp_path: Path) -> None:
    text = '{"time_iso8601":"2026-11-28T12:00:00+00:00","status":"200","request_time":"0.040"}\n'
    text += '{"time_local":"28/Nov/2026:12:00:01 +0000","status":200,"request_time":0.5}\n'
    text += '{"status":200}\n{"request_time": [1]}\n{"a\n' + "{" * 60_000 + "\n"
    recording = log(tmp_path, text)
    assert recording.delays_ns == [40 * MS, 500 * MS]
    assert [moment - recording.arrivals_ns[0] for moment in recording.arrivals_ns] == [0, 1_000 * MS]
    assert reasons(recording) == {"lines that are no request with a duration": 4}


def test_a_gzipped_log_and_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress(COMBINED.format(1, 200, " 0.1").encode() * 100))
    assert len(read_log(path, Wanted()).delays_ns) == 100
    monkeypatch.setattr("simulator.imports.access_log.LARGEST_BYTES", 1_000)
    with pytest.raises(RecordingError, match="becomes larger"):
        read_log(path, Wanted())


def test_more_than_a_server_takes_is_thinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.imports.access_log.MOST_OBSERVED", 4)
    recording = log(tmp_path, "".join(COMBINED.format(n, 200, f" 0.{n}") for n in range(9)))
    assert recording.delays_ns == [0, 300 * MS, 600 * MS]
    assert len(recording.arrivals_ns) == 4
    assert recording.notes == ["of 9 durations every 3th is kept, 3 in all"]


def table(folder: Path, text: str, **wanted: str | bool) -> Recording:
    path = folder / "waits.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return read_csv(path, Wanted(**wanted))  # type: ignore[arg-type] # of several types


@pytest.mark.parametrize(
    ("text", "wanted", "delays_ms"),
    [
        ("12ms\n1.5s\n", {}, [12, 1_500]),
        ("12\n13\n", {"unit": "ms"}, [12, 13]),
        ("# seconds\n0.5\n", {"unit": "s"}, [500]),
        ("url,ttfb_ms,total_ms\na,12,13\n", {}, [12]),
        ("url;wait (ms);total\na;12;13\n", {}, [12]),
        ("url\tduration_seconds\na\t0.25\n", {}, [250]),
        ("a,b\n1,2ms\n", {"column": "b"}, [2]),
        ("a,b\n1,2ms\n", {"column": "2"}, [2]),
        (
            "timeStamp,elapsed,label,responseCode,Latency\n1700000000000,50,x,200,40\n1700000000100,9,x,500,8\n",
            {},
            [40],
        ),
        ("response-time,DNS+dialup,DNS,offset\n0.02,0.1,0.1,0.5\n", {}, [20]),
        ('"duration","x"\n"12ms","a\nb"\n', {}, [12]),
    ],
)
def test_tables(text: str, wanted: dict[str, str], delays_ms: list[float], tmp_path: Path) -> None:
    assert table(tmp_path, text, **wanted).delays_ns == [round(one * MS) for one in delays_ms]


def test_moments_of_tables(tmp_path: Path) -> None:
    for text in (
        "timestamp,elapsed_ms\n1700000000,1\n1700000001,1\n",
        "timestamp,elapsed_ms\n1700000000000,1\n1700000001000,1\n",
        "timestamp,elapsed_ms\n2026-11-28T12:00:00Z,1\n2026-11-28T12:00:01Z,1\n",
        "offset,response-time,DNS+dialup\n0.5,1,0\n1.5,1,0\n",
    ):
        first, second = table(tmp_path, text).arrivals_ns
        assert second - first == 1_000 * MS, text


@pytest.mark.parametrize(
    ("text", "wanted", "sentence"),
    [
        ("", {}, "is empty"),
        ("12\n", {}, "in which unit is 12? Say it with --unit ms, or write 12ms"),
        ("a,b\n1,2\n", {}, "which column has the durations? Name it with --column; there are a and b"),
        ("a,b\n1,2\n", {"column": "c"}, "has no column c; there are a and b"),
        ("duration_ms\nx\n-1\n", {}, "no row has a duration"),
        ('duration_ms,x\n"' + "y" * 200_000 + '",1\n', {}, "is no table"),
    ],
)
def test_what_is_no_table_is_a_sentence(
    text: str, wanted: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(RecordingError) as error:
        table(tmp_path, text, **wanted)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
