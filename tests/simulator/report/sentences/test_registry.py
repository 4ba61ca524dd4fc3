from dataclasses import fields
from typing import get_args

from simulator.report.sentences.registry import KINDS
from simulator.result.findings.kinds import Finding

UNION = get_args(get_args(Finding)[0])


def test_every_kind_of_finding_has_its_words() -> None:
    assert list(KINDS) == list(UNION)


def test_every_kind_has_a_name_of_its_own_and_the_levels_that_it_speaks_of() -> None:
    names = [kind.kind for kind in UNION]
    assert len(set(names)) == len(names)
    assert all({"kind", "scope"} < {field.name for field in fields(kind)} for kind in UNION)
