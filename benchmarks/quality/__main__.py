"""Ours and the peers on the same split, in one table: `python -m benchmarks.quality DATASET [--data FOLDER]`."""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.quality import ours, peers
from benchmarks.quality.independent import largest_differences
from benchmarks.quality.peers import PEERS, Entry, PeerError
from benchmarks.quality.splits import Cut, export, judged_cuts, validation_cut
from benchmarks.quality.verdict import OURS, Result, Split, judge, markdown
from slipstream.pipelines import Backtest

HOUR = 3600.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the split; then search parameters if asked, or else run everybody, judge, and write the table."""
    given = parse(arguments)
    say(f"{given.dataset}: the split")
    pipeline = ours.open_pipeline(given.dataset, given.data)
    home = ours.home(given.dataset)
    cuts = list(judged_cuts(pipeline))
    chosen = [(peer, model) for peer in given.peers for model in PEERS[peer]]
    wanted = [validation_cut(pipeline)] if given.tune else cuts
    folders = [export(pipeline, cut, home / "split") for cut in wanted]
    if given.tune:
        tune(given, folders[0], chosen)
        return
    say("ours")
    command = [sys.executable, "-m", "benchmarks.quality.ours", given.dataset, given.data]
    peers.call(command, seconds=given.limit)
    results = [*own_results(pipeline, cuts), *peer_results(given, folders, chosen)]
    splits = [Split.read(each, json.loads((each / "facts.json").read_text(encoding="utf-8"))) for each in folders]
    table = judge(splits, results)
    write(table, given)
    for line in checked(splits[0], folders[0], results, given.limit):
        say(line)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", choices=ours.DATASETS)
    parser.add_argument("--data", default="", help="the folder of the files, where the project does not hold them")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), help="all without it")
    parser.add_argument(
        "--tune", action="store_true", help="search the peers' parameters on the validation cut, and no more"
    )
    parser.add_argument("--trials", type=int, default=0, help="of each search at most")
    parser.add_argument("--again", action="store_true", help="measure peers anew whose lists are there")
    parser.add_argument("--limit", type=float, default=HOUR, help="seconds that a list or a search may take")
    parser.add_argument("--out", type=Path, default=peers.HERE / "results")
    return parser.parse_args(arguments)


def tune(given: argparse.Namespace, folder: Path, chosen: Sequence[tuple[str, str]]) -> None:
    """Search parameters for every model; one that fails keeps what is known."""
    for peer, model in chosen:
        say(f"search {peer} {model}")
        try:
            found = peers.search(peer, model, folder, trials=given.trials, seconds=given.limit)
        except PeerError as error:
            say(f"  {error}")
            continue
        say(f"  {found['validation_ndcg']:.4f} of {found['trials']} trials in {found['search_cpu']:,.0f} CPU-s")
        peers.note_tuned(given.dataset, f"{peer} {model}", found)


def own_results(pipeline: Backtest, cuts: Sequence[Cut]) -> Iterator[Result]:
    """Load our lists and what they took."""
    made: dict[str, dict[str, Any]] = defaultdict(dict)
    for source, cut, task in ours.lists(pipeline):
        made[source][cut] = task
    for source, tasks in made.items():
        spent = [ours.spend(cut, tasks[cut.name]) for cut in cuts]
        yield Result(source, {name: task.output().load() for name, task in tasks.items()}, spent)


def peer_results(
    given: argparse.Namespace, folders: Sequence[Path], chosen: Sequence[tuple[str, str]]
) -> Iterator[Result]:
    """Run the peers at every cut; one that fails is told of and the others go on."""
    tuned = peers.read_tuned(given.dataset)
    for peer, model in chosen:
        name = f"{peer} {model}"
        say(name)
        lists: dict[str, pd.DataFrame] = {}
        spent: list[dict[str, Any]] = []
        if name not in tuned:
            yield Result(name, {}, [], failure="no tuned parameters; search them by --tune")
            continue
        entry = Entry(peer, model, tuned[name]["params"])
        try:
            for folder in folders:
                cut = json.loads((folder / "facts.json").read_text(encoding="utf-8"))["cut"]
                out = ours.home(given.dataset) / "lists" / peer / model / folder.name
                lists[cut], times = peers.run(entry, folder, out, seconds=given.limit, again=given.again)
                spent.append(times)
        except PeerError as error:
            say(f"  {error}")
            yield Result(name, {}, [], failure=str(error))
        else:
            yield Result(name, lists, spent)


def checked(split: Split, folder: Path, results: Sequence[Result], limit: float) -> Iterator[str]:
    """Judge our list by an independent evaluator, too, and tell the largest difference of any user."""
    own = next(result for result in results if result.source == OURS)
    try:
        differences = largest_differences(split, folder, own, seconds=limit)
    except PeerError as error:
        yield f"ranx: {error}"
        return
    for name, difference in differences.items():
        yield f"{name} by ranx differs by {difference:.2g} at most, of {own.source} at {split.name}"


def write(table: pd.DataFrame, given: argparse.Namespace) -> None:
    """Write the table as CSV and Markdown, and show it."""
    given.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.out / f"{given.dataset}.csv", index=False, float_format="%.6g")
    text = markdown(table)
    (given.out / f"{given.dataset}.md").write_text(text, encoding="utf-8")
    print(text)


def say(line: str) -> None:
    """Tell how far it is."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
