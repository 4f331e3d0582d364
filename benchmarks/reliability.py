"""Draw how often scores are right against what they say, from products `reliability` of TagHoldOut, as a PNG."""

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure


def collect(files: dict[str, Path]) -> pd.DataFrame:
    """Put the served scores of Gauss together: columns set, bin, score, share, count."""
    parts = []
    for name, path in files.items():
        table = pd.read_parquet(path)
        table = table[(table["source"] == "gauss") & (table["slice"] == "served")]
        parts.append(table.assign(set=name)[["set", "bin", "score", "share", "count"]])
    return pd.concat(parts, ignore_index=True).round({"score": 4, "share": 4})


def draw(table: pd.DataFrame) -> Figure:
    """Draw one curve a set: scores to the right, observed shares upwards, both 0 to 1."""
    figure = Figure(figsize=(5.2, 5), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1)
    for name, curve in table.groupby("set", sort=False):
        axes.plot(curve["score"], curve["share"], "-o", markersize=4, label=name)
    axes.set(xlabel="score", ylabel="share of right tags", xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.grid(visible=True, alpha=0.25)
    axes.legend(loc="upper left")
    return figure


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, help="the CSV file to draw; the picture lies beside it")
    parser.add_argument("product", nargs="*", help="NAME=PARQUET, products to write to the CSV file first")
    given = parser.parse_args()
    if given.product:
        files = {name: Path(path) for name, _, path in (each.partition("=") for each in given.product)}
        collect(files).to_csv(given.table, index=False)
    picture = given.table.with_suffix(".png")
    draw(pd.read_csv(given.table)).savefig(picture)
    print(f"{picture} drawn")


if __name__ == "__main__":
    main()
