from collections import Counter
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mockserver.config import ServerConfig
from mockserver.explain import problems
from mockserver.fault_models import KINDS, Made
from mockserver.faults import drawer

FAULTS: list[Any] = [
    "reset",
    "reset:1%",
    "reset=body:1%",
    "status=503:2%",
    "hang=30s",
    "malformed=chunk:0.5%",
    "slow_body=2s:5%",
    "slow_body=1kB/s",
    "sequence=503,reset,200:5%",
    {"kind": "empty", "share": "1%", "attempts": "first"},
    {"kind": "status", "status": 429, "retry_after": "2s", "attempts": "all", "share": "1%"},
    {"kind": "sequence", "answers": [503, "hang", 200]},
]
SHARES = st.lists(st.integers(1, 20), min_size=1, max_size=5)


def config_of(*faults: Any, seed: int = 7) -> ServerConfig:
    return ServerConfig.model_validate({"faults": list(faults), "seed": seed})


def drawn(*faults: Any, seed: int = 7) -> Any:
    config = config_of(*faults, seed=seed)
    return drawer(config.faults, config.seed)


def kind(made: Made | None) -> str | None:
    return None if made is None else made.kind


@pytest.mark.parametrize("fault", FAULTS)
def test_a_dumped_fault_is_the_same_one_and_the_schema_takes_it(fault: Any) -> None:
    config = config_of(fault)
    dumped = config.model_dump(mode="json", by_alias=True)
    assert ServerConfig.model_validate(dumped) == config
    for document in ({"faults": [fault]}, dumped):
        jsonschema.validate(document, ServerConfig.model_json_schema())


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (
            {"faults": ["rset:1%"]},
            "faults.0: 'rset:1%' is no fault; write KIND, KIND:SHARE or KIND=VALUE:SHARE",
        ),
        ({"faults": ["empty=3:1%"]}, "faults.0: 'empty=3:1%' is no fault"),
        ({"faults": ["reset:1"]}, "faults.0.share: 1 has no unit; write 1%"),
        ({"faults": ["reset:0%"]}, "faults.0.share: found 0%; a share is more than 0% and at most 100%"),
        ({"faults": ["reset:60%", "hang:50%"]}, "faults: the shares add up to 110%; an attempt meets one"),
        ({"faults": ["status:1%"]}, "faults.0.status: is missing"),
        ({"faults": ["status=99"]}, "faults.0: 99 is no status of a fault; write one from 400 to 599"),
        ({"faults": ["status=503,504"]}, "faults.0: 503,504 is no status of a fault"),
        ({"faults": [{"kind": "status", "status": 99}]}, "faults.0.status: should be greater than or equal"),
        ({"faults": ["reset=bdy"]}, "faults.0.where: should be 'headers' or 'body'; found 'bdy'"),
        ({"faults": [{"kind": "rest"}]}, "faults.0: kind 'rest' is not one of status, reset, empty, hang"),
        ({"faults": [{"kind": "reset", "wher": "body"}]}, "faults.0.wher: unknown key; did you mean where?"),
        ({"faults": [{"kind": "slow_body"}]}, "faults.0: a slow_body needs either duration or bandwidth"),
        ({"faults": ["sequence=503,7"]}, "faults.0.answers.1: 7 is no answer of a sequence; write 200"),
        ({"faults": {"kind": "reset"}}, "faults: found {'kind': 'reset'}; a list is needed"),
        ({"faults": [3]}, "faults.0: found 3; a mapping of keys to values is needed"),
        ({"rate_limit": 50}, "rate_limit: 50 has no unit; write 50/s, or {rate: 50/s, burst: 10}"),
        ({"rate_limit": []}, "rate_limit: found []; a mapping of keys to values is needed"),
        ({"rate_limit": "50"}, "rate_limit.rate: 50 has no unit; write 50/s or 50/m"),
        ({"rate_limit": {"rate": "50/s", "brst": 3}}, "rate_limit.brst: unknown key; did you mean burst?"),
        ({"rate_limit": "0/s"}, "rate_limit.rate: found 0/s; from 1/h to 1000000/s is allowed"),
        ({"capacity": 0}, "capacity: should be greater than or equal to 1; found 0"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(document: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as error:
        ServerConfig.model_validate(document)
    assert sentence in "; ".join(problems(error.value))


@given(SHARES, st.integers(0, 2**63 - 1), st.integers(0, 10**18 - 1), st.integers(1, 10**18 - 1))
def test_a_draw_depends_on_nothing_but_seed_page_and_attempt(
    shares: list[int], seed: int, page: int, attempt: int
) -> None:
    faults = [f"status={400 + n}:{share}%" for n, share in enumerate(shares)]
    one, other = drawn(*faults, seed=seed), drawn(*faults, seed=seed)
    for before in range(page % 7):
        other(before, before + 1)
    assert one(page, attempt) == other(page, attempt)


@pytest.mark.parametrize("attempt", [1, 2, 7])
@pytest.mark.parametrize("attempts", ["each", "all"])
def test_each_kind_has_its_share_and_no_attempt_meets_two(attempts: str, attempt: int) -> None:
    pages, shares = 40_000, {"reset": 0.01, "hang": 0.02, "empty": 0.3, "truncated": 0.05}
    draw = drawn(
        *(
            {"kind": name, "share": f"{100 * share:g}%", "attempts": attempts}
            for name, share in shares.items()
        )
    )
    counts = Counter(kind(draw(page, attempt)) for page in range(pages))
    for name, share in shares.items():
        # Five standard deviations of a binomial count.
        assert abs(counts[name] - share * pages) < 5 * (share * (1 - share) * pages) ** 0.5, (name, counts)
    assert sum(counts.values()) == pages


def test_faults_of_pages_and_of_attempts_beside_one_another_keep_their_shares() -> None:
    pages = 40_000
    draw = drawn(
        "sequence=503,200:20%", "reset:30%", {"kind": "empty", "share": "10%", "attempts": "all"}, "hang:40%"
    )
    first = Counter(kind(draw(page, 1)) for page in range(pages))
    assert {name: round(count / pages, 2) for name, count in first.items()} == {
        "status": pytest.approx(0.2, abs=0.011),
        "reset": pytest.approx(0.3, abs=0.011),
        "empty": pytest.approx(0.1, abs=0.011),
        "hang": pytest.approx(0.4, abs=0.011),
    }
    second = Counter(kind(draw(page, 2)) for page in range(pages))
    assert second[None] == first["status"]
    assert second["empty"] == first["empty"]


def test_attempts_are_drawn_apart_from_one_another_and_from_delays() -> None:
    draw, pages = drawn("reset:50%"), 10_000
    both = sum(draw(page, 1) is not None and draw(page, 2) is not None for page in range(pages))
    assert both / pages == pytest.approx(0.25, abs=0.025)
    other = drawn("reset:50%", seed=8)
    alike = sum((draw(page, 1) is None) == (other(page, 1) is None) for page in range(pages))
    assert alike / pages == pytest.approx(0.5, abs=0.025)


def test_the_first_attempt_alone_may_meet_it() -> None:
    draw = drawn({"kind": "reset", "share": "100%", "attempts": "first"})
    assert [kind(draw(3, attempt)) for attempt in (1, 2, 3)] == ["reset", None, None]


def test_a_sequence_goes_by_the_attempt_and_ends_in_its_last_answer() -> None:
    draw = drawn("sequence=503,reset,429,200")
    made = [draw(page, attempt) for page in (0, 1) for attempt in (1, 2, 3, 4, 5)]
    assert [kind(one) for one in made] == ["status", "reset", "status", None, None] * 2
    assert (made[0].status, made[2].status) == (503, 429)
    assert kind(drawn("sequence=503")(0, 99)) == "status"


def test_every_kind_is_drawn_as_itself() -> None:
    needs = {"status": "status=503", "slow_body": "slow_body=1s"}
    for name in KINDS:
        assert kind(drawn(needs.get(name, name))(0, 1)) == name


def test_no_fault_is_met_where_there_is_none() -> None:
    assert drawer((), 7)(0, 1) is None
    assert not config_of().is_conditioned
    config = ServerConfig.model_validate({"faults": ["reset"], "capacity": 8, "rate_limit": "50/s"})
    assert config.is_conditioned
    assert config.unconditioned() == ServerConfig()
