import math
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.config import ServerConfig
from mockserver.latency import delay_ns, quantile, sampler
from mockserver.latency_models import LONGEST_DELAY_NS
from mockserver.split_mix import GOLDEN_GAMMA, mixed

MS = 1_000_000
N = 20_000


def latency_of(document: Any) -> Any:
    return ServerConfig.model_validate({"latency": document}).latency


def drawn(document: Any, seed: int = 7) -> list[int]:
    sample = sampler(latency_of(document), seed)
    return sorted(sample(page_id) for page_id in range(N))


def z(u: float) -> float:
    return statistics.NormalDist().inv_cdf(u)


THEORY: list[tuple[Any, Any]] = [
    ({"kind": "uniform", "low": "10ms", "high": "30ms"}, lambda u: 10 + 20 * u),
    ({"kind": "normal", "mean": "40ms", "stddev": "5ms"}, lambda u: 40 + 5 * z(u)),
    (
        {"kind": "lognormal", "median": "40ms", "p99": "160ms"},
        lambda u: 40 * math.exp(math.log(4) / z(0.99) * z(u)),
    ),
    ({"kind": "lognormal", "median": "40ms", "sigma": 0.5}, lambda u: 40 * math.exp(0.5 * z(u))),
    ({"kind": "exponential", "mean": "40ms"}, lambda u: -40 * math.log(1 - u)),
    ({"kind": "pareto", "minimum": "10ms", "shape": 3}, lambda u: 10 * (1 - u) ** (-1 / 3)),
]


@pytest.mark.parametrize(("document", "theory"), THEORY)
def test_quantiles_are_those_of_the_theory(document: Any, theory: Any) -> None:
    exact = quantile(latency_of(document))
    delays = drawn(document)
    for u in (0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
        assert exact(u) == pytest.approx(theory(u) * MS, rel=1e-9)
        # The standard error of a sample's quantile is at most a few percent for 20,000 draws.
        assert delays[int(u * N)] == pytest.approx(theory(u) * MS, rel=0.05)


def test_the_given_percentiles_come_out() -> None:
    at = quantile(latency_of({"kind": "lognormal", "median": "40ms", "p99": "160ms"}))
    assert at(0.5) == pytest.approx(40 * MS)
    assert at(0.99) == pytest.approx(160 * MS)


def test_a_percentile_table_is_linear_between_its_entries_and_flat_outside() -> None:
    at = quantile(latency_of({"p50": "40ms", "p90": "80ms", "p99": "400ms"}))
    assert [at(u) / MS for u in (0.01, 0.5, 0.7, 0.9, 0.945, 0.99, 0.999)] == pytest.approx(
        [40, 40, 60, 80, 240, 400, 400]
    )


def test_empirical_delays_are_drawn_equally_often() -> None:
    delays = drawn({"kind": "empirical", "values": ["1ms", "2ms", "3ms", "9ms"]})
    for ms in (1, 2, 3, 9):
        assert delays.count(ms * MS) / N == pytest.approx(0.25, abs=0.02)


@given(seed=st.integers(0, 2**63 - 1), pages=st.lists(st.integers(0, 10**18 - 1), min_size=2))
def test_a_delay_depends_on_seed_and_page_alone(seed: int, pages: list[int]) -> None:
    latency = latency_of({"kind": "exponential", "mean": "40ms"})
    shuffled = sorted(pages, key=lambda page_id: delay_ns(latency, 0, page_id))
    sample, other = sampler(latency, seed), sampler(latency, seed)
    there = {page_id: sample(page_id) for page_id in pages}
    assert {page_id: other(page_id) for page_id in shuffled} == there
    assert all(delay_ns(latency, seed, page_id) == delay for page_id, delay in there.items())


def test_the_stream_is_splitmix64() -> None:
    # The first outputs of the reference implementation (prng.di.unimi.it/splitmix64.c) for this seed.
    assert [mixed(1234567 + n * GOLDEN_GAMMA) for n in (1, 2, 3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_another_seed_gives_other_delays() -> None:
    document = {"kind": "exponential", "mean": "40ms"}
    assert len(set(drawn(document, 1)) & set(drawn(document, 2))) < N // 100


def test_neighbouring_pages_are_not_correlated() -> None:
    sample = sampler(latency_of({"kind": "uniform", "low": "0ms", "high": "1s"}), 3)
    delays = [sample(page_id) for page_id in range(N)]
    assert abs(statistics.correlation(delays[:-1], delays[1:])) < 0.03


@given(
    st.sampled_from(
        [
            {"kind": "normal", "mean": "1ms", "stddev": "10m"},
            {"kind": "pareto", "minimum": "10m", "shape": 0.001},
            {"kind": "lognormal", "median": "10m", "sigma": 10},
            {"kind": "exponential", "mean": "10m"},
        ]
    ),
    st.integers(0, 10**18),
)
def test_no_delay_is_negative_or_longer_than_allowed(document: Any, page_id: int) -> None:
    assert 0 <= delay_ns(latency_of(document), 0, page_id) <= LONGEST_DELAY_NS


def test_a_file_must_be_read_first() -> None:
    with pytest.raises(ValueError, match="have not been read"):
        sampler(latency_of({"kind": "empirical", "file": "x.txt"}), 0)
