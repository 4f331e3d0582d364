"""Draw how nDCG grows with the known traces of a person, from the product of `ColdStart`, as an SVG file."""

import argparse
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 60, 170, 40, 50
COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf")
SLICE = "traces_"


def read(path: Path) -> pd.DataFrame:
    """Read the means at 10 from a product: source, traces, value, low, high."""
    metrics = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    chosen = metrics[
        metrics["baseline"].isna() & (metrics["metric"] == "ndcg") & metrics["slice"].str.startswith(SLICE)
    ]
    if chosen.empty:
        raise ValueError(f"{path} holds no nDCG of slices {SLICE}<n>; give the quality of ColdStart")
    points = chosen.assign(traces=chosen["slice"].str.removeprefix(SLICE).astype(int))
    return points.sort_values(["source", "traces"])[["source", "traces", "value", "low", "high"]]


def draw(points: pd.DataFrame, title: str) -> str:
    """Draw one line a source with its 95 % interval; the numbers of traces stand at equal distances."""
    counts = sorted(points["traces"].unique())
    highest = float(points["high"].max()) or 1.0
    across = {count: LEFT + (WIDTH - LEFT - RIGHT) * n / max(len(counts) - 1, 1) for n, count in enumerate(counts)}

    def down(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / highest

    parts = [f'<text x="{LEFT}" y="22" font-size="15">{escape(title)}</text>']
    for step in range(5):
        value = highest * step / 4
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down(value):.1f}" y2="{down(value):.1f}" stroke="#ddd"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{down(value) + 4:.1f}" text-anchor="end">{value:.3f}</text>')
    for count, x in across.items():
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{count}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">known items of a person (nDCG@10)</text>')
    best = points.sort_values("traces").groupby("source")["value"].last().sort_values(ascending=False)
    for place, source in enumerate(best.index):
        mine, colour = points[points["source"] == source], COLOURS[place % len(COLOURS)]
        xs = [across[count] for count in mine["traces"]]
        edge = [*zip(xs, mine["low"], strict=True), *reversed([*zip(xs, mine["high"], strict=True)])]
        area = " ".join(f"{x:.1f},{down(value):.1f}" for x, value in edge)
        line = " ".join(f"{x:.1f},{down(value):.1f}" for x, value in zip(xs, mine["value"], strict=True))
        parts.append(f'<polygon points="{area}" fill="{colour}" opacity="0.10"/>')
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = TOP + 20 * place
        parts.append(f'<rect x="{WIDTH - RIGHT + 15}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 33}" y="{y + 11}">{escape(source)}</text>')
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    style = 'font-family="sans-serif" font-size="12"'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n' + "\n".join([ground, *parts]) + "\n</svg>\n"


def main() -> None:
    """Read, draw and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("quality", type=Path, help="the product `quality` of ColdStart, Parquet or CSV")
    parser.add_argument("picture", type=Path, help="the SVG file to write")
    parser.add_argument("--title", default="Cold start")
    arguments = parser.parse_args()
    arguments.picture.parent.mkdir(parents=True, exist_ok=True)
    arguments.picture.write_text(draw(read(arguments.quality), arguments.title), encoding="utf-8")
    print(f"{arguments.picture} drawn")


if __name__ == "__main__":
    main()
