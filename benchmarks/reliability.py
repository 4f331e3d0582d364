"""Draw how often scores are right against what they say, from products `reliability` of TagHoldOut, as a PNG."""

import argparse
import struct
import zlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

Image = npt.NDArray[np.uint8]
SIZE, MARGIN, DOT = 480, 24, 5
GREY, LIGHT = (150, 150, 150), (228, 228, 228)
COLOURS = {"blue": (31, 119, 180), "orange": (230, 120, 20), "green": (44, 150, 60), "purple": (120, 80, 170)}


def collect(files: dict[str, Path]) -> pd.DataFrame:
    """Put the served scores of Gauss together: columns set, bin, score, share, count."""
    parts = []
    for name, path in files.items():
        table = pd.read_parquet(path)
        table = table[(table["source"] == "gauss") & (table["slice"] == "served")]
        parts.append(table.assign(set=name)[["set", "bin", "score", "share", "count"]])
    return pd.concat(parts, ignore_index=True).round({"score": 4, "share": 4})


def draw(table: pd.DataFrame) -> Image:
    """Draw one curve a set, in the order of COLOURS: scores to the right, observed shares upwards, both 0 to 1."""
    image = np.full((SIZE, SIZE, 3), 255, np.uint8)
    for tenth in range(11):
        draw_line(image, (tenth / 10, 0), (tenth / 10, 1), LIGHT)
        draw_line(image, (0, tenth / 10), (1, tenth / 10), LIGHT)
    draw_line(image, (0, 0), (1, 1), GREY)
    for (_, curve), colour in zip(table.groupby("set", sort=False), COLOURS.values(), strict=False):
        points = list(zip(curve["score"], curve["share"], strict=True))
        for start, end in pairwise(points):
            draw_line(image, start, end, colour, thick=2)
        for point in points:
            draw_line(image, point, point, colour, thick=DOT)
    return image


def draw_line(
    image: Image, start: tuple[float, float], end: tuple[float, float], colour: tuple[int, int, int], thick: int = 1
) -> None:
    """Draw a line between two points of the unit square."""
    span = SIZE - 2 * MARGIN
    steps = np.linspace(0, 1, 2 * SIZE)
    across, up = (np.round((a + (b - a) * steps) * span).astype(int) for a, b in zip(start, end, strict=True))
    for right in range(thick):
        for down in range(thick):
            image[SIZE - 1 - MARGIN - up + down - thick // 2, MARGIN + across + right - thick // 2] = colour


def encode(image: Image) -> bytes:
    """Write an image as a PNG (ISO 15948): 8 bits of red, green and blue, no filter."""
    lines = b"".join(b"\0" + row.tobytes() for row in image)
    size = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, 2, 0, 0, 0)
    chunks = {b"IHDR": size, b"IDAT": zlib.compress(lines, 9), b"IEND": b""}
    written = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, help="the CSV file to draw; the picture lies beside it")
    parser.add_argument("product", nargs="*", help="NAME=PARQUET, products to write to the CSV file first")
    given = parser.parse_args()
    if given.product:
        files = {name: Path(path) for name, _, path in (each.partition("=") for each in given.product)}
        collect(files).to_csv(given.table, index=False)
    table = pd.read_csv(given.table)
    given.table.with_suffix(".png").write_bytes(encode(draw(table)))
    names = list(dict.fromkeys(table["set"]))
    print(", ".join(f"{name}: {colour}" for name, colour in zip(names, COLOURS, strict=False)))


if __name__ == "__main__":
    main()
