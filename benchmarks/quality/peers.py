"""The peers: an environment of its own for each, a process of its own for each list, and what comes back."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = HERE / ".cache"
PEERS = {
    "implicit": ("als", "bpr", "bm25", "cosine"),
    "rectools": ("ease", "sasrec"),
    "lenskit": ("itemknn", "implicitmf"),
    "irspack": ("ials", "rp3beta"),
}
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "LK_NUM_THREADS", "POLARS_MAX_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")
LISTED = ["user_id", "item_id", "rank"]


class PeerError(RuntimeError):
    """A peer could not be installed, failed, took too long, or gave what is no list."""


@dataclass(frozen=True)
class Entry:
    """A peer's model with its parameters."""

    peer: str
    model: str
    params: dict[str, Any]

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{self.peer} {self.model}"


def interpreter(peer: str) -> Path:
    """Make a peer's environment if there is none or its requirements changed, and point to its Python."""
    requirements, home = HERE / "peers" / peer / "requirements.txt", CACHE / "venvs" / peer
    wanted, mark = requirements.read_text(encoding="utf-8"), home / "installed.txt"
    python = home / "bin" / "python"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    call([sys.executable, "-m", "venv", str(home)], seconds=600)
    call([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)], seconds=3600)
    mark.write_text(wanted, encoding="utf-8")
    return python


def call(command: Sequence[str], *, seconds: float) -> None:
    """Run a command with one thread and wait so long at most; its last words are the error."""
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(  # noqa: S603 (our own commands)
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"stopped after {seconds:,.0f} s") from error
    if done.returncode:
        words = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise PeerError(words[-1][:200] if words else f"ended with {done.returncode} and said nothing")


def run(entry: Entry, folder: Path, out: Path, *, seconds: float, again: bool) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Fit a model on a cut and read its lists and times; what was made from the same files and code is kept."""
    mark, key = out / "key.txt", identify(entry, folder)
    kept = mark.exists() and mark.read_text(encoding="utf-8") == key and not again
    if not kept:
        shutil.rmtree(out, ignore_errors=True)
        command = [str(interpreter(entry.peer)), "-m", "benchmarks.quality.peer", entry.peer, "fit", entry.model]
        call([*command, str(folder), str(out), "--params", json.dumps(entry.params)], seconds=seconds)
    lists = read_lists(out / "lists.parquet")
    times: dict[str, Any] = json.loads((out / "times.json").read_text(encoding="utf-8"))
    mark.write_text(key, encoding="utf-8")
    return lists, times


def identify(entry: Entry, folder: Path) -> str:
    """Digest everything that a peer's lists depend on."""
    home = HERE / "peers" / entry.peer
    inputs = [folder / f"{name}.parquet" for name in ("train", "users", "catalogue")]
    code = [HERE / "peer.py", HERE / "traces.py", home / "models.py", home / "requirements.txt"]
    whole = hashlib.sha256(json.dumps([entry.model, entry.params], sort_keys=True).encode())
    for path in [*inputs, folder / "facts.json", *code]:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def read_lists(path: Path) -> pd.DataFrame:
    """Read the lists of a peer; refuse what is none."""
    if not path.exists():
        raise PeerError(f"wrote no {path.name}")
    lists = pd.read_parquet(path)
    missing = [name for name in LISTED if name not in lists.columns]
    if missing:
        raise PeerError(f"{path.name} has no column {missing[0]!r}; found {', '.join(map(str, lists.columns))}")
    for pair in (["user_id", "item_id"], ["user_id", "rank"]):
        twice = int(lists.duplicated(pair).sum())
        if twice:
            raise PeerError(f"{twice} of {len(lists)} rows of {path.name} repeat {' and '.join(pair)}")
    return lists[LISTED]


def search(peer: str, model: str, folder: Path, *, trials: int, seconds: float) -> dict[str, Any]:
    """Let a peer search its parameters on the validation cut."""
    out = folder.parents[1] / "searches" / peer / model
    command = [str(interpreter(peer)), "-m", "benchmarks.quality.peer", peer, "tune", model, str(folder), str(out)]
    call([*command, "--trials", str(trials)], seconds=seconds)
    found: dict[str, Any] = json.loads((out / "tuned.json").read_text(encoding="utf-8"))
    return found


def tuned_file(dataset: str) -> Path:
    """Point to the parameters found on a data set."""
    return HERE / "tuned" / f"{dataset}.json"


def read_tuned(dataset: str) -> dict[str, dict[str, Any]]:
    """Read what searches found, by peer and model as "implicit als"."""
    path = tuned_file(dataset)
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def note_tuned(dataset: str, name: str, found: dict[str, Any]) -> None:
    """Add what a search found."""
    tuned = {**read_tuned(dataset), name: found}
    tuned_file(dataset).parent.mkdir(exist_ok=True)
    tuned_file(dataset).write_text(tell(tuned), encoding="utf-8")


def tell(tuned: dict[str, dict[str, Any]]) -> str:
    """Write what searches found as JSON, a line a fact."""
    models = []
    for name, found in sorted(tuned.items()):
        facts = (f"  {json.dumps(key)}: {json.dumps(found[key], sort_keys=True)}" for key in sorted(found))
        models.append(f" {json.dumps(name)}: {{\n" + ",\n".join(facts) + "\n }")
    return "{\n" + ",\n".join(models) + "\n}\n"
