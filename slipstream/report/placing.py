"""Where the members of ordered layers stand from left to right: near their neighbours, never on top of one another."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

SWEEPS = 40


def place(
    layers: Sequence[Sequence[Hashable]],
    edges: Mapping[tuple[Hashable, Hashable], float],
    widths: Mapping[Hashable, float],
) -> dict[Hashable, float]:
    """Find the middle of every member, in order and each with its width to itself; edges pull by their weight."""
    pulls = defaultdict(list)
    for (upper, lower), weight in edges.items():
        pulls[upper].append((lower, weight))
        pulls[lower].append((upper, weight))
    most = max((_offsets(layer, widths)[-1] + widths[layer[-1]] / 2 for layer in layers if layer), default=0.0)
    middle: dict[Hashable, float] = {}
    for layer in layers:
        free = most - (_offsets(layer, widths)[-1] + widths[layer[-1]] / 2)
        middle.update(zip(layer, (free / 2 + offset for offset in _offsets(layer, widths)), strict=True))
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _pull(layer, pulls, middle, widths, most)
    return middle


def spread(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Find the non-decreasing values that are nearest to the wanted ones in weighted squares."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (left, one, few), (right, other, more) = blocks[-2:]
            blocks[-2:] = [((left * one + right * other) / (one + other), one + other, few + more)]
    return [value for value, _, count in blocks for _ in range(count)]


def _offsets(layer: Sequence[Hashable], widths: Mapping[Hashable, float]) -> list[float]:
    """Say where the members stand when the layer is packed to the left."""
    offsets, edge = [], 0.0
    for vertex in layer:
        offsets.append(edge + widths[vertex] / 2)
        edge += widths[vertex]
    return offsets or [0.0]


def _pull(
    layer: Sequence[Hashable],
    pulls: Mapping[Hashable, list[tuple[Hashable, float]]],
    middle: dict[Hashable, float],
    widths: Mapping[Hashable, float],
    most: float,
) -> None:
    """Move a layer's members to the weighted mean of their neighbours, as far as their order and the page allow."""
    offsets = _offsets(layer, widths)
    weights = [sum(weight for _, weight in pulls[vertex]) or 0.01 for vertex in layer]
    wanted = [
        sum(middle[other] * pull for other, pull in pulls[vertex]) / weight if pulls[vertex] else middle[vertex]
        for vertex, weight in zip(layer, weights, strict=True)
    ]
    room = most - (offsets[-1] + widths[layer[-1]] / 2)
    slots = spread([want - offset for want, offset in zip(wanted, offsets, strict=True)], weights)
    for vertex, offset, slot in zip(layer, offsets, slots, strict=True):
        middle[vertex] = offset + min(max(slot, 0.0), room)
