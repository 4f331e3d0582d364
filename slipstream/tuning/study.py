"""The tries of a search, kept in a file by Optuna so that it can go on where it stopped."""

import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from slipstream.stop import Code, Stop
from slipstream.tuning.space import Choice, Name, Range, Space

FOLDER = ".studies"
NUMBER, SECONDS, CAUSE = "number", "seconds", "cause"


@dataclass(frozen=True)
class Tried:
    """A try that is over: its values by name, and what they gave, None if it failed for a cause."""

    number: int
    values: Mapping[Name, Any]
    value: float | None
    seconds: float
    cause: str = ""


class Study:
    """The tries over one space; number 0 is the pipeline as it is configured.

    Each try is drawn by Optuna's TPE sampler from the seed, its number and the tries before it alone, so that a search
    that was interrupted goes on as it would have gone on.
    """

    def __init__(self, study: optuna.Study, space: Space, seed: int) -> None:
        """Go on with what is there; what was interrupted does not count."""
        self._study, self._space, self._seed = study, space, seed
        self._names = {".".join(name): name for name in space}
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            study.tell(trial.number, state=TrialState.FAIL)

    def tried(self) -> list[Tried]:
        """List the tries that are over, in their order."""
        trials = self._study.get_trials(deepcopy=False)
        over = [trial for trial in trials if trial.state == TrialState.COMPLETE or trial.user_attrs.get(CAUSE)]
        return [self._tried(trial) for trial in over]

    def ask(self) -> tuple[optuna.Trial, dict[Name, Any]]:
        """Draw the values of the next try."""
        number = len(self.tried())
        chance = np.random.SeedSequence([self._seed, number]).generate_state(1)
        self._study.sampler = TPESampler(seed=int(chance[0]))
        trial = self._study.ask(_distributions(self._space) if number else {})
        return trial, self._values(trial.params)

    def tell(self, trial: optuna.Trial, value: float | None, seconds: float, cause: str = "") -> Tried:
        """Note what a try gave, or why it failed."""
        for name, fact in ((NUMBER, len(self.tried())), (SECONDS, seconds), (CAUSE, cause)):
            trial.set_user_attr(name, fact)
        state = TrialState.FAIL if value is None else TrialState.COMPLETE
        return self._tried(self._study.tell(trial, value, state=state))

    def _values(self, params: Mapping[str, Any]) -> dict[Name, Any]:
        given = {self._names[label]: value for label, value in params.items()}
        chosen = {name for name, values in self._space.items() if isinstance(values, Choice)}
        return {name: json.loads(given[name]) if name in chosen else given[name] for name in self._space if given}

    def _tried(self, trial: FrozenTrial) -> Tried:
        facts = trial.user_attrs
        value = trial.value if trial.state == TrialState.COMPLETE else None
        return Tried(facts[NUMBER], self._values(trial.params), value, facts[SECONDS], facts[CAUSE])


@contextmanager
def opened(workspace: Path, pipeline: str, facts: Mapping[str, Any], space: Space, seed: int) -> Iterator[Study]:
    """Open the study of a pipeline under facts that decide what its tries give; one process at a time may."""
    path = place(workspace, pipeline, {**facts, "space": written(space), "seed": seed})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        line = f"cannot write {path}: {error.strerror}; name a folder you may write to by --workspace"
        raise Stop(Code.NOT_SCHEDULED, line) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            line = f"the same search is already going on in {workspace}; wait for it, or choose another --workspace"
            raise Stop(Code.ALREADY_RUNNING, line) from None
        _mend(path)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        storage = JournalStorage(JournalFileBackend(str(path)))
        study = optuna.create_study(storage=storage, study_name=path.stem, direction="maximize", load_if_exists=True)
        yield Study(study, space, seed)


def place(workspace: Path, pipeline: str, facts: Mapping[str, Any]) -> Path:
    """Say where a study under certain facts is kept."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return workspace / FOLDER / f"{pipeline}-{digest[:12]}.journal"


def written(space: Space) -> list[Any]:
    """Write a space as plain facts."""
    return [[list(name), type(values).__name__, values.examples(), vars(values)] for name, values in space.items()]


def _mend(path: Path) -> None:
    """Remove what a killed process may have left: a lock, and a line that it did not finish."""
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
    text = path.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if whole != text:
        path.write_bytes(whole)


def _distributions(space: Space) -> dict[str, BaseDistribution]:
    return {".".join(name): _distribution(values) for name, values in space.items()}


def _distribution(values: Range | Choice) -> BaseDistribution:
    if isinstance(values, Choice):
        return CategoricalDistribution([json.dumps(value) for value in values.values])
    if values.is_whole:
        return IntDistribution(int(values.low), int(values.high), log=values.log, step=values.step)
    return FloatDistribution(values.low, values.high, log=values.log)
