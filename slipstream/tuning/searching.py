"""A search: trial after trial, and what came of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipstream import graph, recipes
from slipstream.stop import Code, Stop, cause
from slipstream.tasks.base import Pipeline
from slipstream.tuning.objective import Objective
from slipstream.tuning.result import Result, Sections, sharing
from slipstream.tuning.space import Name, Space, describe, parameters, read_space
from slipstream.tuning.study import Study, Tried
from slipstream.tuning.trying import Attempt, attempt
from slipstream.tuning.watching import Watch, best_of

IN_A_ROW = 5
ROUNDING = 1e-9


@dataclass(frozen=True)
class Setup:
    """What is searched: a pipeline with its settings, a space and an objective; `workers` tasks run at once."""

    base: Pipeline[Any]
    settings: tuple[str, ...]
    space: Space
    objective: Objective
    workers: int

    def made(self, values: Mapping[Name, Any]) -> Pipeline[Any]:
        """Make the pipeline with some values."""
        chosen = parameters(self.base, values)
        given = [*self.settings, *(f"{name}={text}" for name, text in chosen.items())]
        return recipes.construct(type(self.base), given)

    def attempt(self, values: Mapping[Name, Any], watch: Watch) -> Attempt:
        """Run the pipeline with some values; those that cannot stand together fail, anything else ends the search."""
        try:
            return attempt(self.made(values), self.workers, watch.look)
        except Stop as stop:
            if not values or stop.code not in (Code.MISUSED, Code.NOT_SCHEDULED):
                raise
            return Attempt([], 0, 0, str(stop))


def declared(base: Pipeline[Any], settings: tuple[str, ...], path: Path, objective: Objective, workers: int) -> Setup:
    """Read the space, and make the pipeline with each bound and choice once to see whether it can be made."""
    setup = Setup(base, settings, read_space(path, type(base)), objective, workers)
    objective.tasks(step.task for step in graph.steps(base))
    for name, values in setup.space.items():
        for value in values.examples():
            try:
                _ = setup.made({name: value}).products
            except Stop as stop:
                raise Stop(Code.MISUSED, f"{path}: {describe({name: value})}: {stop}") from stop
            except Exception as error:
                raise Stop(Code.MISUSED, f"{path}: {describe({name: value})}: {cause(error)}") from error
    return setup


def search(setup: Setup, study: Study, watch: Watch, trials: int) -> None:
    """Try what is configured and then so many sets of values, those of earlier calls included."""
    while len(watch.tried) <= trials:
        began = time.monotonic()
        trial, values = study.ask()
        made = setup.attempt(values, watch)
        value = None if made.cause else setup.objective.measure(setup.objective.tasks(made.tasks()))
        tried = study.tell(trial, value, time.monotonic() - began, made.cause)
        watch.over(tried, f"{made.run} tasks run, {made.cached} cached")
        _stop_if_hopeless(watch.tried)


def judge(setup: Setup, watch: Watch, seed: int) -> Result:
    """Compare the best trial with what is configured, for the same users."""
    usual = watch.tried[0]
    best = best_of(watch.tried) or usual
    lead = setup.objective.lead(_again(setup, best, watch), _again(setup, usual, watch), seed)
    failed = sum(trial.value is None for trial in watch.tried)
    return Result(setup.objective, usual, best, lead, len(watch.tried) - 1, failed)


def sections(setup: Setup, best: Tried, known: Mapping[str, type[Pipeline[Any]]]) -> Sections:
    """Write the best values as sections of a configuration, of all pipelines that have these parameters."""
    chosen = parameters(setup.base, best.values)
    shared = sharing(type(setup.base), set(chosen), known)
    return {pipeline: {name: chosen[name] for name in names} for pipeline, names in shared.items()}


def _again(setup: Setup, trial: Tried, watch: Watch) -> list[Any]:
    """Find what a trial made, made anew where it is not there any more; it must give what it gave."""
    made = setup.attempt(trial.values, watch)
    if made.cause:
        raise Stop(Code.TASK_FAILED, f"trial {trial.number} cannot be repeated: {made.cause}")
    judged = setup.objective.tasks(made.tasks())
    value = setup.objective.measure(judged)
    if trial.value is None or abs(value - trial.value) > ROUNDING:
        line = (
            f"trial {trial.number} gives {value:.4f} now and gave {trial.value}: code or data that it reaches has "
            "changed since; search anew with another --seed"
        )
        raise Stop(Code.TASK_FAILED, line)
    return judged


def _stop_if_hopeless(tried: list[Tried]) -> None:
    if tried[0].value is None:
        raise Stop(Code.TASK_FAILED, f"what is configured fails already: {tried[0].cause}")
    if all(trial.value is None for trial in tried[-IN_A_ROW:]):
        raise Stop(Code.TASK_FAILED, f"{IN_A_ROW} trials in a row failed, the last one: {tried[-1].cause}")
