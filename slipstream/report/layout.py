"""A picture of a graph in numbers: a box for each task in layers from top to bottom, and curves between them."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

from slipstream.report.layers import Upstream, assign_layers
from slipstream.report.ordering import order_layers
from slipstream.report.placing import place

WIDTH, HEIGHT = 166.0, 40.0
GAP, RISE = 16.0, 46.0
THREAD = 7.0
MARGIN = 10.0
STIFFNESS = {0: 1.0, 1: 3.0, 2: 9.0}  # how much an edge wants to be straight, by how many of its ends are bends
PORTS = 0.6

Point = tuple[float, float]
Vertex = str | tuple[str, int]


@dataclass(frozen=True)
class Box:
    """Where a task stands, by its left upper corner."""

    x: float
    y: float
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def middle(self) -> float:
        """The place from left to right of its middle."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Layout:
    """Boxes of tasks, and for each edge the points that its curve runs through from top to bottom."""

    boxes: Mapping[str, Box]
    curves: Mapping[tuple[str, str], tuple[Point, ...]]
    width: float
    height: float


def lay_out(upstream: Upstream) -> Layout:
    """Lay a graph out; `upstream` names the tasks that each task depends on."""
    known = {task: [before for before in befores if before in upstream] for task, befores in upstream.items()}
    layers = assign_layers(known, most=min(8, max(4, ceil(0.8 * sqrt(len(known) or 1)))))
    trunks = _trunks(known, layers)
    members: dict[int, list[Hashable]] = defaultdict(list)
    for task, layer in layers.items():
        members[layer].append(task)
    for source, end in trunks.items():
        for layer in range(layers[source] + 1, end):
            members[layer].append((source, layer))
    edges = _edges(known, layers, trunks)
    ordered = order_layers([members[layer] for layer in sorted(members)], list(edges))
    widths = {vertex: WIDTH + GAP if isinstance(vertex, str) else THREAD for layer in ordered for vertex in layer}
    middle = place(ordered, edges, widths)
    boxes = {
        task: Box(MARGIN + middle[task] - WIDTH / 2, MARGIN + layer * (HEIGHT + RISE)) for task, layer in layers.items()
    }
    width = max((box.x + box.width for box in boxes.values()), default=0.0)
    width = max([width, *(MARGIN + middle[vertex] + THREAD for vertex in middle if not isinstance(vertex, str))])
    height = max((box.y + box.height for box in boxes.values()), default=0.0)
    return Layout(boxes, _curves(known, layers, boxes, middle), width + MARGIN, height + MARGIN)


def _trunks(upstream: Upstream, layers: Mapping[str, int]) -> dict[str, int]:
    """Name for each task the layer of its last user: its edges share one way down to there."""
    ends: dict[str, int] = {}
    for task, befores in upstream.items():
        for before in befores:
            ends[before] = max(ends.get(before, 0), layers[task])
    return ends


def _edges(
    upstream: Upstream, layers: Mapping[str, int], trunks: Mapping[str, int]
) -> dict[tuple[Hashable, Hashable], float]:
    """List the pieces of edges from each layer to the next, with how stiff they are."""
    pieces: list[tuple[Vertex, Vertex]] = []
    for source, end in trunks.items():
        pieces += pairwise(_trunk(source, layers[source], end))
    for task, befores in upstream.items():
        pieces += [(_trunk(before, layers[before], layers[task])[-1], task) for before in befores]
    return {
        (upper, lower): STIFFNESS[sum(not isinstance(end, str) for end in (upper, lower))] for upper, lower in pieces
    }


def _trunk(source: str, start: int, end: int) -> list[Vertex]:
    """Name the source and the bends that stand between two layers."""
    return [source, *_bends(source, start, end)]


def _bends(source: str, start: int, end: int) -> list[tuple[str, int]]:
    return [(source, layer) for layer in range(start + 1, end)]


def _curves(
    upstream: Upstream, layers: Mapping[str, int], boxes: Mapping[str, Box], middle: Mapping[Hashable, float]
) -> dict[tuple[str, str], tuple[Point, ...]]:
    """Lead each edge down the trunk of its source; where several arrive they arrive side by side."""
    curves = {}
    for task, befores in upstream.items():
        last = {before: middle[_trunk(before, layers[before], layers[task])[-1]] for before in befores}
        arriving = sorted(befores, key=last.__getitem__)
        for number, before in enumerate(arriving, start=1):
            points = [(boxes[before].middle, boxes[before].y + HEIGHT)]
            for bend in _bends(before, layers[before], layers[task]):
                x, top = MARGIN + middle[bend], MARGIN + bend[1] * (HEIGHT + RISE)
                points += [(x, top), (x, top + HEIGHT)]
            port = boxes[task].x + WIDTH * (0.5 + PORTS * (number / (len(arriving) + 1) - 0.5))
            curves[before, task] = (*points, (port, boxes[task].y))
    return curves
