"""Draw how nDCG grows with the known traces of a person, from the product `quality` of ColdStart, as a PNG."""

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

SLICE = "traces_"


def read(path: Path) -> pd.DataFrame:
    """Read the means at 10 from a product: source, traces, value, low, high."""
    metrics = pd.read_parquet(path)
    chosen = metrics[
        metrics["baseline"].isna() & (metrics["metric"] == "ndcg") & metrics["slice"].str.startswith(SLICE)
    ]
    if chosen.empty:
        raise ValueError(f"{path} holds no nDCG of slices {SLICE}<n>; give the quality of ColdStart")
    points = chosen.assign(traces=chosen["slice"].str.removeprefix(SLICE).astype(int))
    return points.sort_values(["source", "traces"])[["source", "traces", "value", "low", "high"]]


def draw(points: pd.DataFrame, title: str) -> Figure:
    """Draw one line a source with its 95 % interval; the numbers of traces stand at equal distances."""
    counts = sorted(points["traces"].unique())
    figure = Figure(figsize=(8, 4.5), dpi=100, layout="constrained")
    axes = figure.subplots()
    last = points[points["traces"] == counts[-1]].sort_values("value", ascending=False)
    for source in last["source"]:
        mine = points[points["source"] == source]
        places = [counts.index(count) for count in mine["traces"]]
        (line,) = axes.plot(places, mine["value"], "-o", markersize=4, label=source)
        axes.fill_between(places, mine["low"], mine["high"], color=line.get_color(), alpha=0.1)
    axes.set(title=title, xlabel="known items of a person", ylabel="nDCG@10", ylim=(0, None))
    axes.set_xticks(range(len(counts)), map(str, counts))
    axes.grid(visible=True, alpha=0.25)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def main() -> None:
    """Read, draw and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("quality", type=Path, help="the product `quality` of ColdStart, a Parquet file")
    parser.add_argument("picture", type=Path, help="the PNG file to write")
    parser.add_argument("--title", default="Cold start")
    arguments = parser.parse_args()
    arguments.picture.parent.mkdir(parents=True, exist_ok=True)
    draw(read(arguments.quality), arguments.title).savefig(arguments.picture)
    print(f"{arguments.picture} drawn")


if __name__ == "__main__":
    main()
