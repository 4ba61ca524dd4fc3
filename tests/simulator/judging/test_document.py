"""Documents read from files: those of this version, and one that version 1 wrote."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema

from simulator.analysis.summary import concluded
from simulator.judging.document import read
from simulator.report.view.build import build
from simulator.report.view.parts import Verdict
from simulator.result.document import result_schema, to_json
from tests.simulator.analysis.builders import document

OLD = (Path(__file__).parent / "version_1.json").read_text(encoding="utf-8")


def test_what_a_document_says_is_not_concluded_again() -> None:
    made = document({"sequential": [10.0, 11.0, 12.0], "threads": [30.0, 31.0, 33.0]})
    said = replace(made, findings=made.findings[:1])
    assert said != made
    assert read(to_json(said)) == said


def test_a_document_of_version_1_is_one_of_version_2() -> None:
    found = read(OLD)
    jsonschema.validate(json.loads(to_json(found)), result_schema())
    assert read(to_json(found)) == found
    assert found.scenario_resolved is None
    assert {cell.attempts for cell in found.cells} == {None}
    assert found.expectations[0].verdict == "held", "what was expected was judged then"
    old = json.loads(OLD)
    for cell, was in zip(found.cells, old["cells"], strict=True):
        assert len(cell.repetitions) == len(was["repetitions"])
        assert cell.throughput_per_s is not None
        assert cell.throughput_per_s.median == was["throughput_per_s"]["median"]


def test_the_sentences_of_version_1_are_concluded_anew_from_its_cells() -> None:
    found = read(OLD)
    assert found == concluded(found)
    assert {finding.kind for finding in found.findings} >= {
        "character",
        "winner",
        "threads_cause",
        "crossover",
    }
    (verdict,) = (part for part in build(found) if isinstance(part, Verdict))
    assert any("processes" in text for text in verdict.sentences)
