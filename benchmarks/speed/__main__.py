"""The whole job at some sizes, task by task, beside the usual way: `python -m benchmarks.speed 1e6 10e6`.

For each number of events a log is made, our pipeline runs on it by one worker, then plain gokart with pandas and
implicit (plain.py), then RecTools (with_rectools.py); results/<events>.json tells what all of it cost. Without sizes,
the table and the picture are drawn from what is there. A run of hours that was interrupted goes on with --resume: what
each task cost stands in its manifest.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.quality.peers import ONE_THREAD, ROOT, interpreter
from slipstream.tasks.cache.index import read_index

HERE = Path(__file__).parent
CONF = "benchmarks/speed/news.ini"
PREPARATION = "benchmarks.speed.preparation"
LEAST = 0.1
STEPS = {  # ours beside theirs: reading is a task a file, of the others the costliest run counts
    "read": ("EventFile", "Quarantine"),
    "prepare": ("Past", "Robots", "HumanEvents", "Interactions"),
    "learn": ("AlsFactors",),
    "recommend": ("AlsItemEmbedding", "AlsUserEmbedding", "EmbeddingItems"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the given sizes, then print the table and draw the picture of all that are known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", nargs="*", type=float, help="sizes of the log, like 1e6")
    parser.add_argument("--pipeline", default="Recommend", help="what is run: Recommend, Embeddings or Preparation")
    parser.add_argument("--folder", type=Path, default=HERE / ".cache", help="where logs and products are put")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--without", nargs="*", default=[], choices=("plain", "rectools"), help="peers to leave out")
    parser.add_argument("--workers", type=int, default=1, help="how many tasks of ours run side by side")
    parser.add_argument("--resume", action="store_true", help="keep the products of ours that are there")
    given = parser.parse_args(arguments)
    for events in map(int, given.events):
        knobs = {"workers": given.workers, "resume": given.resume}
        found = measure(events, given.pipeline, given.folder.resolve(), given.without, **knobs)
        given.results.mkdir(parents=True, exist_ok=True)
        name = f"{given.pipeline}-{events}.json"
        (given.results / name).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    known = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(given.results.glob("*-*.json"))]
    for pipeline in sorted({one["pipeline"] for one in known}):
        mine = sorted((one for one in known if one["pipeline"] == pipeline), key=lambda one: one["events"])
        peers = ["Beside the usual way:", peers_table(mine)] if any("plain" in one for one in mine) else []
        parts = [f"## {pipeline}", tasks_table(mine), *peers, "Beside reading the files alone:", reading_table(mine)]
        page = "\n\n".join(parts)
        (given.results / f"{pipeline}.md").write_text(page + "\n", encoding="utf-8")
        draw(mine, given.results / f"{pipeline}.png")
        print(page)


def measure(
    events: int, pipeline: str, folder: Path, without: Sequence[str], *, workers: int = 1, resume: bool = False
) -> dict[str, Any]:
    """Make a log of so many events, and measure everybody on it."""
    log, made, plain = (folder / f"{name}-{events}" for name in ("log", f"workspace-{pipeline}", "plain"))
    if not (log / "truth/readers.parquet").exists():
        run("benchmarks.speed.generate", log, "--events", events)
    if not resume:
        shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(plain, ignore_errors=True)
    ours = ("run", pipeline, "--module", PREPARATION, "--conf", CONF, "--workspace", made, "--workers", workers)
    run("slipstream", *ours, "--plain", environment={"NEWS": str(log)})
    run("benchmarks.speed.read_once", log, plain / "once.json")
    once = json.loads((plain / "once.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = {"pipeline": pipeline, "events": events, "ours": costs_of(made), "once": once}
    if "plain" not in without:
        run("benchmarks.speed.plain", log, plain)
        found["plain"] = json.loads((plain / "plain.json").read_text(encoding="utf-8"))
        if "rectools" not in without:
            run("benchmarks.speed.with_rectools", plain, python=interpreter("rectools"))
            found["rectools"] = json.loads((plain / "rectools.json").read_text(encoding="utf-8"))
    return found


def run(
    module: str, *words: object, python: Path | str = sys.executable, environment: dict[str, str] | None = None
) -> None:
    """Run a module in a process of its own, with one thread where libraries can be told."""
    command = [str(python), "-m", module, *map(str, words)]
    print(" ".join(command), flush=True)
    variables = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT), **(environment or {})}
    subprocess.run(command, cwd=ROOT, env=variables, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our own)


def costs_of(workspace: Path) -> list[dict[str, Any]]:
    """Read from the manifests what the tasks behind the newest run of a pipeline cost: one row a class."""
    index = read_index(workspace)
    run = max((entry for entry in index.by_key.values() if entry.is_pipeline), key=lambda entry: entry.manifest.at)
    behind = index.upstream([run.key]) & index.by_key.keys()
    pages = [index.by_key[key].manifest for key in sorted(behind) if not index.by_key[key].is_pipeline]
    wanted = ("seconds", "cpu_seconds", "peak_memory", "rows", "bytes")
    rows = [{"task": page.task.rpartition(".")[2], **{name: getattr(page, name) for name in wanted}} for page in pages]
    tasks = pd.DataFrame(rows, columns=["task", *wanted]).fillna({"rows": 0}).groupby("task")
    summed = tasks[["seconds", "cpu_seconds", "rows", "bytes"]].sum().assign(runs=tasks.size())
    summed["peak_memory"], summed["costliest"] = tasks["peak_memory"].max(), tasks["cpu_seconds"].max()
    ordered = summed.sort_values("cpu_seconds", ascending=False).round(2).reset_index()
    found: list[dict[str, Any]] = json.loads(ordered.to_json(orient="records"))
    return found


def tasks_table(known: Sequence[dict[str, Any]]) -> str:
    """Write what tasks cost at each size, the costliest first, and the power of the size that CPU seconds follow."""
    last = pd.DataFrame(known[-1]["ours"]).set_index("task")
    tables = [pd.DataFrame(one["ours"]).set_index("task").reindex(last.index) for one in known]
    sizes = [one["events"] for one in known]
    heads = [f"{size / 1e6:g} M: s | CPU s | MB" for size in sizes]
    lines = [f"| task | runs | {' | '.join(heads)} | rows | MB on disk | grows by size to the power of |"]
    lines.append("|" + "---|" * (5 + 3 * len(known)))
    for task in last.index:
        cells = [
            f"{t['seconds'][task]:,.1f} | {t['cpu_seconds'][task]:,.1f} | {t['peak_memory'][task] / 1e6:,.0f}"
            for t in tables
        ]
        power = exponent(sizes, [float(t["cpu_seconds"][task]) for t in tables])
        own = last.loc[task]
        end = f"{own['rows']:,.0f} | {own['bytes'] / 1e6:,.1f} | {power}"
        lines.append(f"| {task} | {own['runs']:.0f} | {' | '.join(cells)} | {end} |")
    totals = [
        f"{t['seconds'].sum():,.1f} | {t['cpu_seconds'].sum():,.1f} | {t['peak_memory'].max() / 1e6:,.0f}"
        for t in tables
    ]
    power = exponent(sizes, [float(t["cpu_seconds"].sum()) for t in tables])
    lines.append(
        f"| all | {last['runs'].sum():.0f} | {' | '.join(totals)} | | {last['bytes'].sum() / 1e6:,.1f} | {power} |"
    )
    return "\n".join(lines)


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> str:
    """Fit a power of the size to costs, where there are two sizes and costs above a tenth of a second."""
    if len(sizes) < 2 or not min(costs) > LEAST:
        return ""
    return f"{np.polyfit(np.log(sizes), np.log(costs), 1)[0]:.2f}"


def peers_table(known: Sequence[dict[str, Any]]) -> str:
    """Write what a step costs us and others: CPU seconds, peak megabytes, how many times ours the CPU seconds are."""
    lines = [
        "| events | step | CPU s | MB | plain: CPU s | MB | times | RecTools: CPU s | MB | times |",
        "|" + "---|" * 10,
    ]
    for one in known:
        ours = pd.DataFrame(one["ours"]).set_index("task")
        for step, names in STEPS.items():
            mine = ours.reindex([name for name in names if name in ours.index])
            if mine.empty:
                continue
            spent = float(mine["cpu_seconds" if step == "read" else "costliest"].sum())
            cells = [f"{spent:,.2f}", f"{mine['peak_memory'].max() / 1e6:,.0f}"]
            for peer in ("plain", "rectools"):
                cost = one.get(peer, {}).get(step)
                cells += (
                    ["", "", ""]
                    if cost is None
                    else [
                        f"{cost['cpu_seconds']:,.2f}",
                        f"{cost['peak_memory'] / 1e6:,.0f}",
                        f"{cost['cpu_seconds'] / spent:.2f}",
                    ]
                )
            lines.append(f"| {one['events'] / 1e6:g} M | {step} | {' | '.join(cells)} |")
    return "\n".join(lines)


def reading_table(known: Sequence[dict[str, Any]]) -> str:
    """Write what all that makes a log ready costs beside reading its files and doing nothing with them."""
    lines = ["| events | read once: CPU s | MB | read and prepare: CPU s | MB | times |", "|" + "---|" * 6]
    for one in (each for each in known if "once" in each):
        ours = pd.DataFrame(one["ours"]).set_index("task")
        mine = {
            step: ours.reindex([name for name in STEPS[step] if name in ours.index]) for step in ("read", "prepare")
        }
        spent = mine["read"]["cpu_seconds"].sum() + mine["prepare"]["costliest"].sum()
        peak, once = pd.concat(mine.values())["peak_memory"].max(), one["once"]["read"]
        costs = [(once["cpu_seconds"], once["peak_memory"]), (spent, peak)]
        cells = " | ".join(f"{seconds:,.2f} | {peak / 1e6:,.0f}" for seconds, peak in costs)
        lines.append(f"| {one['events'] / 1e6:g} M | {cells} | {spent / once['cpu_seconds']:.1f} |")
    return "\n".join(lines)


def draw(known: Sequence[dict[str, Any]], picture: Path, tasks: int = 8) -> None:
    """Draw the CPU seconds of all tasks and of the costliest by the number of events, both on logarithmic scales."""
    from matplotlib.figure import Figure  # noqa: PLC0415 (only the picture needs it)

    figure = Figure(figsize=(8, 5), dpi=110, layout="constrained")
    axes = figure.subplots()
    sizes = [one["events"] for one in known]
    tables = [pd.DataFrame(one["ours"]).set_index("task")["cpu_seconds"] for one in known]
    axes.plot(sizes, [table.sum() for table in tables], "k-o", linewidth=2, label="all tasks")
    for task in tables[-1].index[:tasks]:
        axes.plot(sizes, [table.get(task, np.nan) for table in tables], "-o", markersize=4, label=task)
    axes.set(xscale="log", yscale="log", xlabel="events", ylabel="CPU seconds")
    axes.set_title(f"{known[0]['pipeline']}: cost by size")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(picture)


if __name__ == "__main__":
    main()
