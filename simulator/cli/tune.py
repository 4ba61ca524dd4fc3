"""`simulator tune`: which strategy, in_flight and parallelism are best for a scenario, by a search."""

import os
from dataclasses import dataclass, replace

from simulator.analysis.tuning import choose
from simulator.cli import exits
from simulator.cli.again import reproducing
from simulator.cli.measuring import Options, carry_out
from simulator.cli.run import find_python, load_scenario, mistakes_of, verdict_of
from simulator.experiment.design import design
from simulator.experiment.searching import Tuning, of_case
from simulator.measures.factors import STRATEGY
from simulator.measures.registry import RANKING, unranked
from simulator.result.document import ResultDocument
from simulator.scenario.model import Scenario


@dataclass(frozen=True)
class TuneOptions:
    """What the command line says beside what `run` takes."""

    goal: str
    max_in_flight: int | None
    cases: tuple[str, ...]
    """As typed: one, where the scenario has some."""

    @property
    def words(self) -> tuple[str, ...]:
        """Return it as it is typed."""
        words = ["--goal", self.goal]
        words += [] if self.max_in_flight is None else ["--max-in-flight", str(self.max_in_flight)]
        return (*words, *(word for case in self.cases for word in ("--case", case)))


def tune_scenario(options: Options, wanted: TuneOptions) -> int:
    """Search and show; returns the exit code. Raises Stop for what the user gave wrong."""
    if wanted.goal not in RANKING:
        exits.usage(f"--goal {wanted.goal}: {unranked(wanted.goal)}")
    command = reproducing(options.given, os.environ, "tune", wanted.words)
    # Expectations speak of the scenario's own cells; a search has others, and looks for a choice.
    options = replace(options, overrides=("expect=[]", *options.overrides))
    scenario = one_setting(load_scenario(options), wanted)
    options.wanted.check()
    with mistakes_of(options.file):
        planned = design(
            scenario,
            python=find_python(options.python, scenario),
            command=command,
            server_url=options.server_url,
            server_token=options.server_token,
            server_ca=options.server_ca,
            tuning=Tuning(wanted.goal, wanted.max_in_flight or scenario.in_flight),
        )
    outcome = carry_out(planned, options)
    return outcome.code or _verdict_of(outcome.document, wanted.goal)


def _verdict_of(document: ResultDocument, goal: str) -> int:
    """Return the exit code of a search: a candidate that failed is a line of its report, not its end."""
    return verdict_of(document) if choose(document, goal) is None else exits.OK


def one_setting(scenario: Scenario, wanted: TuneOptions) -> Scenario:
    """Return the scenario as one setting: with the case that was asked for, without `cases` and `vary`. Raises Stop."""
    cases = scenario.cases or {}
    for case in wanted.cases:
        if case not in cases:
            listed = ", ".join(cases) or "none"
            exits.usage(f"--case {case}: {scenario.name} has no such case (there are: {listed})")
    if cases and len(wanted.cases) != 1:
        exits.usage(
            f"{scenario.name} has {len(cases)} cases, and a search is for one setting;"
            f" name one with --case: {', '.join(cases)}"
        )
    if scenario.contrast != STRATEGY:
        exits.usage(
            f"{scenario.name} contrasts {scenario.contrast}, and a search compares strategies; give"
            f" --set contrast={STRATEGY}"
        )
    if scenario.vary:
        paths = ", ".join(scenario.vary)
        exits.usage(
            f"{scenario.name} varies {paths}, and a search is for one setting; give --set vary=null, and each value"
            " with a --set of its own"
        )
    if len(scenario.runtimes) > 1:
        names = ", ".join(runtime.level for runtime in scenario.runtimes)
        exits.usage(
            f"{scenario.name} lists the runtimes {names}, and a search is for one of them; give for example"
            f" --set 'runtimes=[{scenario.runtimes[0].level}]'"
        )
    return of_case(scenario, wanted.cases[0]) if wanted.cases else scenario
