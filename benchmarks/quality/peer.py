"""A peer's own side, run in its environment: `python -m benchmarks.quality.peer PEER fit|tune MODEL FOLDER OUT ...`."""

import argparse
import importlib.util
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.quality.traces import Codes, Task, Traces, complete, measure_ndcg, narrow

HERE = Path(__file__).parent
MOST_USERS = 2000
HOURS = (1, 3, 6, 12, 24, 72)
TRACES = ("relevant", "positive", "weighted")
Params = dict[str, Any]
Recommend = Callable[[Codes, int], pd.DataFrame]


@dataclass(frozen=True)
class Model:
    """A way to recommend: `learn(traces, params)` gives a function from users and a size to (user, item, place).

    `space` draws parameters from an Optuna trial, `usual` are those of the first trial.
    """

    learn: Callable[[Traces, Params], Recommend]
    space: Callable[[Any], Params]
    usual: Params
    trials: int


def models(peer: str) -> dict[str, Model]:
    """Load the models of a peer."""
    spec = importlib.util.spec_from_file_location(f"models_of_{peer}", HERE / "peers" / peer / "models.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"there is no peer {peer!r} in {HERE / 'peers'}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Model] = module.MODELS
    return found


@contextmanager
def spent(on: dict[str, float], what: str) -> Iterator[None]:
    """Note the wall and CPU seconds of a body."""
    wall, cpu = time.perf_counter(), _cpu()
    yield
    on[f"{what}_seconds"] = round(time.perf_counter() - wall, 3)
    on[f"{what}_cpu"] = round(_cpu() - cpu, 3)


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_megabytes() -> float:
    """Read the largest resident size of this program; unlike ru_maxrss it is not inherited from who started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)


def fit(task: Task, model: Model, params: Params) -> tuple[pd.DataFrame, dict[str, float]]:
    """Learn, and list items for everybody who asks; seconds are of the library's work and of turning it into lists."""
    times: dict[str, float] = {}
    top = int(task.facts["top"])
    with spent(times, "fit"):
        traces = narrow(task, params)
        recommend = model.learn(traces, params)
    with spent(times, "recommend"):
        asking = traces.asking(task.users)
        proposed = recommend(asking, top) if len(asking) else pd.DataFrame(columns=["user", "item", "place"], dtype=int)
        lists = complete(proposed, traces, task.users, top=top)
    times["peak_megabytes"] = peak_megabytes()
    return lists, times


def listed(users: Codes, items: Sequence[Codes]) -> pd.DataFrame:
    """Put lists of item codes, best first, under their users' codes."""
    sizes = [len(each) for each in items]
    place = np.concatenate([np.arange(size) for size in sizes]) if sizes else []
    chosen = np.concatenate(items) if sizes else []
    return pd.DataFrame({"user": np.repeat(users, sizes), "item": chosen, "place": place}).astype("int64")


def tune(folder: Path, model: Model, trials: int) -> dict[str, Any]:
    """Search parameters by nDCG@10 on the validation part, all items ranked; at most MOST_USERS are asked for."""
    import optuna  # noqa: PLC0415 (only searches need it)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    task, wanted = sample(Task.read(folder), pd.read_parquet(folder / "wanted.parquet"))
    common = {"traces": TRACES if len(task.train["strength"].unique()) > 1 else TRACES[:1]}
    common["hours"] = HOURS if task.facts["windowed"] else (0,)

    def value(trial: Any) -> float:  # noqa: ANN401 (untyped without optuna)
        chosen = {name: trial.suggest_categorical(name, choices) for name, choices in common.items()}
        lists, times = fit(task, model, chosen | model.space(trial))
        ndcg = measure_ndcg(lists, wanted)
        print(f"{ndcg:.4f} {times['fit_cpu']:.1f} s {trial.params}", file=sys.stderr, flush=True)
        return ndcg

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=5))
    study.enqueue_trial({name: choices[0] for name, choices in common.items()} | model.usual)
    used: dict[str, float] = {}
    with spent(used, "search"):
        study.optimize(value, n_trials=trials)
    return {
        "params": study.best_trial.params,
        "validation_ndcg": round(study.best_value, 5),
        "first_trial_ndcg": round(study.trials[0].value or 0.0, 5),
        "validation_users": len(task.users),
        "space": {name: _told(each) for name, each in study.best_trial.distributions.items()},
        "trials": len(study.trials),
        **used,
    }


def sample(task: Task, wanted: pd.DataFrame) -> tuple[Task, pd.DataFrame]:
    """Ask for at most MOST_USERS of those who want something."""
    users = np.random.default_rng(0).permutation(np.unique(wanted["user_id"].astype(object)))[:MOST_USERS]
    return replace(task, users=pd.Index(users, dtype=object)), wanted[wanted["user_id"].isin(users)]


def _told(distribution: Any) -> Any:  # noqa: ANN401 (untyped without optuna)
    if hasattr(distribution, "choices"):
        return list(distribution.choices)
    return [distribution.low, distribution.high, *(["log"] if distribution.log else [])]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit or search, and write what comes out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer")
    parser.add_argument("action", choices=("fit", "tune"))
    parser.add_argument("model")
    parser.add_argument("folder", type=Path, help="a cut as `splits` writes it")
    parser.add_argument("out", type=Path, help="where lists.parquet and times.json, or tuned.json, are written")
    parser.add_argument("--params", type=json.loads, default={}, help="JSON")
    parser.add_argument("--trials", type=int, default=0, help="at most; without it what the model asks for")
    given = parser.parse_args(arguments)
    model = models(given.peer)[given.model]
    given.out.mkdir(parents=True, exist_ok=True)
    if given.action == "tune":
        found = tune(given.folder, model, min(given.trials or model.trials, model.trials))
        (given.out / "tuned.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
        return
    lists, times = fit(Task.read(given.folder), model, given.params)
    lists.to_parquet(given.out / "lists.parquet", index=False)
    (given.out / "times.json").write_text(json.dumps(times), encoding="utf-8")


if __name__ == "__main__":
    main()
