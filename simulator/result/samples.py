"""The raw samples of one repetition: a column per clock point, an element per job."""

import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]

DRIVER_COLUMNS = (
    "page",
    "worker",
    "due_ns",
    "start_ns",
    "fetched_ns",
    "parsed_ns",
    "ready_ns",
    "fetch_cpu_ns",
    "parse_cpu_ns",
    "parse_worker",
    "parsing_ns",
    "attempt",
    "asked_ns",
    "backoff_ns",
    "earlier_ns",
)
SERVER_COLUMNS = ("received_ns", "first_byte_ns", "last_byte_ns", "intended_ns", "begun_ns")
MOMENTS = frozenset(SERVER_COLUMNS) - {"intended_ns"}
"""Those that are read off a clock."""
UNKNOWN = -1
"""Stands in a column where there is no value; every clock point and CPU time is otherwise >= 0."""

SAME_AS = {
    "due_ns": "start_ns",
    "parse_worker": "worker",
    "parsing_ns": "fetched_ns",
    "asked_ns": "start_ns",
    "begun_ns": "received_ns",
}
"""What a column equals where an archive has none: closed arrivals, parsing in the worker that fetched, one attempt, a
server without a queue."""
FIRST = {"attempt": 1, "backoff_ns": 0, "earlier_ns": 0}
"""The number in all of a column where an archive has none: no job was tried again."""


@dataclass(frozen=True)
class Samples:
    """Columns of equal length. Clock points are CLOCK_MONOTONIC (ns), CPU times are of one thread (ns)."""

    page: Column
    worker: Column
    due_ns: Column
    """The planned start; of closed arrivals, the start itself."""
    start_ns: Column
    fetched_ns: Column
    parsed_ns: Column
    ready_ns: Column
    fetch_cpu_ns: Column
    parse_cpu_ns: Column
    parse_worker: Column
    """The worker that parsed: the one that fetched, or one of a pool."""
    parsing_ns: Column
    """The parse begins there."""
    attempt: Column
    """The number of the job's last request, from 1: the one whose stamps these are."""
    asked_ns: Column
    """That attempt began."""
    backoff_ns: Column
    """Waits before attempts, added up."""
    earlier_ns: Column
    """What the attempts before the last took, added up."""
    received_ns: Column
    """The server's stamps, found by job and attempt after the window; UNKNOWN where they could not be."""
    first_byte_ns: Column
    last_byte_ns: Column
    intended_ns: Column
    """The injected delay that was asked for; UNKNOWN of a request that the rate limit refused."""
    begun_ns: Column
    """From when on the server was serving it: until then it waited there for a place. The delay counts from it."""
    error: Column
    """Index into error_kinds; UNKNOWN: no error."""
    error_kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.page)

    @property
    def handed_ns(self) -> Column:
        """When the last byte was handed to each client; UNKNOWN without the server's stamps.

        The server takes its stamp after the write returns, so a client that it woke may go on first: then that moment.
        """
        known = self.last_byte_ns != UNKNOWN
        return np.where(known, np.minimum(self.last_byte_ns, self.fetched_ns), UNKNOWN)

    @property
    def network_ns(self) -> Column:
        """How long the server held each request: from its arrival to `handed_ns`; UNKNOWN likewise."""
        handed = self.handed_ns
        return np.where(handed != UNKNOWN, np.maximum(handed - self.received_ns, 0), UNKNOWN)

    def only(self, rows: NDArray[np.bool_]) -> "Samples":
        """Return some of the jobs."""
        names = (*DRIVER_COLUMNS, *SERVER_COLUMNS, "error")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def since(self, moment_ns: int) -> "Samples":
        """Return the jobs, those that were begun before a moment as if they had been begun at it."""
        if not (self.start_ns < moment_ns).any():
            return self
        moments = ("due_ns", "start_ns", "asked_ns", "received_ns")
        columns = {name: getattr(self, name) for name in moments}
        moved: dict[str, Any] = {
            name: np.where(column == UNKNOWN, UNKNOWN, np.maximum(column, moment_ns))
            for name, column in columns.items()
        }
        return replace(self, **moved)

    def to_bytes(self) -> bytes:
        """Return a compressed NPZ archive of the columns."""
        buffer = io.BytesIO()
        columns = {
            name: getattr(self, name)
            for name in (*DRIVER_COLUMNS, *SERVER_COLUMNS, "error")
            if not self._goes_without_saying(name)
        }
        np.savez_compressed(buffer, error_kinds=np.array(self.error_kinds, dtype=np.str_), **columns)
        return buffer.getvalue()

    def _goes_without_saying(self, name: str) -> bool:
        column = getattr(self, name)
        if name in FIRST:
            return bool((column == FIRST[name]).all())
        return name in SAME_AS and np.array_equal(column, getattr(self, SAME_AS[name]))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Samples":
        """Read what to_bytes wrote; never unpickles.

        Raises whatever numpy and zipfile raise for anything else: ValueError, KeyError, BadZipFile, EOFError …
        """
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            kinds = tuple(str(kind) for kind in _array(archive.read("error_kinds.npy")))
            kept = set(archive.namelist())
            same = {name: other for name, other in SAME_AS.items() if f"{name}.npy" not in kept}
            first = {name: number for name, number in FIRST.items() if f"{name}.npy" not in kept}
            columns = {
                name: _array(archive.read(f"{same.get(name, name)}.npy"))
                for name in (*DRIVER_COLUMNS, *SERVER_COLUMNS, "error")
                if name not in first
            }
            size = len(columns["page"])
            alike = {name: np.full(size, number, dtype=np.int64) for name, number in first.items()}
            return cls(**columns, **alike, error_kinds=kinds)


_NPY = np.lib.format.magic(1, 0)
"""How an array begins in NumPy's NPY format, version 1.0; then two bytes, the header's length, and the header."""


def _array(raw: bytes) -> NDArray[Any]:
    """Read one array of an archive, as `np.load` does without unpickling.

    That one spends half of its time on compiling the same header again for each column of each repetition.
    """
    if not raw.startswith(_NPY):
        # Of another version: NumPy writes one where a header does not fit in 64 kB.
        return np.lib.format.read_array(io.BytesIO(raw), allow_pickle=False)
    start = len(_NPY) + 2 + int.from_bytes(raw[len(_NPY) : len(_NPY) + 2], "little")
    shape, dtype = _header(raw[len(_NPY) : start])
    if 0 in shape:
        return np.empty(shape, dtype)
    return np.frombuffer(raw, dtype, offset=start).reshape(shape)


@lru_cache(maxsize=256)
def _header(raw: bytes) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and type; the columns of one repetition, and often of a whole run, have the same header."""
    shape, _, dtype = np.lib.format.read_array_header_1_0(io.BytesIO(raw))
    if dtype.hasobject:
        raise ValueError("a column of objects, which needs allow_pickle: columns are numbers")
    return shape, dtype


def from_columns(
    columns: Mapping[str, Sequence[Any]],
    requests: Mapping[str, Sequence[Any]] | None,
    *,
    same_clock: bool = True,
) -> Samples:
    """Join a driver's columns with the server's request log by job and attempt.

    In one window each page id is one job, so the page names the job, and the driver need not read a header of every
    response while it is measured.

    Args:
        columns: equal-length columns of the sample file, `page` and `error` among them.
        requests: equal-length columns of the server's log since the window began; null: not known.
        same_clock: whether the server's stamps and the driver's can be compared; if not, only the delay that was
            asked for is taken from the log, which is no moment.
    """
    size = len(columns["page"])
    kinds = tuple(sorted({kind for kind in columns["error"] if kind}))
    position = {kind: i for i, kind in enumerate(kinds)}
    whole = {name: [number] * size for name, number in FIRST.items()} | dict(columns)
    found = np.full(size, UNKNOWN) if requests is None else _rows(whole, requests, same_clock=same_clock)
    known = found >= 0
    stamps = {}
    for name in SERVER_COLUMNS:
        column = np.full(size, UNKNOWN, dtype=np.int64)
        if requests is not None and known.any() and (same_clock or name not in MOMENTS):
            column[known] = _logged(requests, name)[found[known]]
        stamps[name] = column
    # The server held what it never answered until the client gave up.
    unanswered = (stamps["received_ns"] != UNKNOWN) & (stamps["last_byte_ns"] == UNKNOWN)
    stamps["last_byte_ns"][unanswered] = np.asarray(columns["fetched_ns"], dtype=np.int64)[unanswered]
    return Samples(
        **{
            name: np.asarray(whole[name if name in whole else SAME_AS[name]], dtype=np.int64)
            for name in DRIVER_COLUMNS
        },
        **stamps,
        error=np.array([position.get(kind, UNKNOWN) for kind in columns["error"]], dtype=np.int64),
        error_kinds=kinds,
    )


def _logged(requests: Mapping[str, Sequence[Any]], name: str) -> Column:
    """Return a column of the log; UNKNOWN is what a request has not."""
    values = requests.get(name)
    if values is None:
        values = requests[SAME_AS[name]]
    if None in values:
        values = [UNKNOWN if value is None else value for value in values]
    return np.asarray(values, dtype=np.int64)


def _rows(
    columns: Mapping[str, Sequence[Any]], requests: Mapping[str, Sequence[Any]], *, same_clock: bool
) -> Column:
    """Return for each job which row of the log is its last attempt's; UNKNOWN where none is.

    Where the log has several of that job and attempt (a client library asked again by itself, or somebody else asked
    the same server), it is the last of those that came while the client waited for it.
    """
    jobs, attempts = requests.get("job", requests["page"]), _attempts(requests)
    found = _only_rows(columns, jobs, attempts)
    if found is not None:
        return found
    logged: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, of in enumerate(zip(jobs, attempts, strict=True)):
        logged[of].append(row)
    received = requests["received_ns"]

    def row_of(job: int, attempt: int, start_ns: int, fetched_ns: int) -> int:
        rows = logged.get((job, attempt), [])
        if len(rows) > 1 and same_clock:
            rows = sorted(
                (row for row in rows if start_ns <= received[row] <= fetched_ns), key=received.__getitem__
            )
        return rows[-1] if rows else UNKNOWN

    asked = (np.asarray(columns[name]).tolist() for name in ("page", "attempt", "start_ns", "fetched_ns"))
    return np.array([row_of(*job) for job in zip(*asked, strict=True)], dtype=np.int64)


def _only_rows(
    columns: Mapping[str, Sequence[Any]], jobs: Sequence[int], attempts: Sequence[int]
) -> Column | None:
    """Return the same where every job has one attempt and the log one row of it, as of most windows; else null."""
    logged = np.asarray(jobs, dtype=np.int64)
    order = np.argsort(logged)
    ranked = logged[order]
    once = not (ranked[1:] == ranked[:-1]).any()
    first = FIRST["attempt"]
    if not (
        once and (np.asarray(attempts) == first).all() and (np.asarray(columns["attempt"]) == first).all()
    ):
        return None
    page = np.asarray(columns["page"], dtype=np.int64)
    if not len(ranked):
        return np.full(len(page), UNKNOWN)
    at = np.searchsorted(ranked, page).clip(max=len(ranked) - 1)
    return np.where(ranked[at] == page, order[at], UNKNOWN)


def _attempts(requests: Mapping[str, Sequence[Any]]) -> Sequence[int]:
    """Return the attempt of each row of the log: in one that does not say it, by the order of arrival."""
    if "attempt" in requests:
        return requests["attempt"]
    pages, received = requests["page"], requests["received_ns"]
    seen: Counter[int] = Counter()
    attempts = [0] * len(pages)
    for row in sorted(range(len(pages)), key=received.__getitem__):
        seen[pages[row]] += 1
        attempts[row] = seen[pages[row]]
    return attempts
