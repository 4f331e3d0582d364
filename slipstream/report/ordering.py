"""In which order the members of each layer stand, so that few edges cross."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

Layers = Sequence[Sequence[Hashable]]
Edge = tuple[Hashable, Hashable]
SWEEPS = 24
POLISHED = 2


def order_layers(layers: Layers, edges: Sequence[Edge]) -> list[list[Hashable]]:
    """Sort every layer by where its neighbours stand, sweeping down and up; edges lead from a layer to the next."""
    above, below = _neighbours(edges)
    candidates = [[list(layer) for layer in layers]]
    for start in (_walked(layers, below), _walked(layers[::-1], above)[::-1]):
        now, tried = start, [start]
        for sweep in range(SWEEPS):
            now = _swept(now, above if sweep % 2 == 0 else below, down=sweep % 2 == 0)
            tried.append(now)
        best = sorted(tried, key=lambda order: crossings(order, edges))[:POLISHED]
        candidates += [_swapped([list(layer) for layer in order], above, below) for order in best]
    return min(candidates, key=lambda order: crossings(order, edges))


def crossings(layers: Layers, edges: Sequence[Edge]) -> int:
    """Count the pairs of edges between two layers that cross."""
    above, _ = _neighbours(edges)
    places = [{vertex: place for place, vertex in enumerate(layer)} for layer in layers]
    count = 0
    for number, layer in enumerate(layers[1:], start=1):
        seen: list[int] = []
        for vertex in layer:
            ends = sorted(places[number - 1][other] for other in above[vertex])
            count += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _neighbours(edges: Sequence[Edge]) -> tuple[Mapping[Hashable, list[Hashable]], Mapping[Hashable, list[Hashable]]]:
    above, below = defaultdict(list), defaultdict(list)
    for upper, lower in edges:
        above[lower].append(upper)
        below[upper].append(lower)
    return above, below


def _walked(layers: Layers, onward: Mapping[Hashable, list[Hashable]]) -> list[list[Hashable]]:
    """Sort every layer by when a walk comes by that goes as deep as it can first."""
    seen: dict[Hashable, int] = {}
    waiting = [vertex for layer in reversed(layers) for vertex in reversed(layer)]
    while waiting:
        vertex = waiting.pop()
        if vertex not in seen:
            seen[vertex] = len(seen)
            waiting.extend(reversed(onward[vertex]))
    return [sorted(layer, key=seen.__getitem__) for layer in layers]


def _swept(
    layers: list[list[Hashable]], fixed: Mapping[Hashable, list[Hashable]], *, down: bool
) -> list[list[Hashable]]:
    """Sort layer after layer by the mean place of the neighbours on the side where we come from."""
    result: list[list[Hashable]] = []
    place: dict[Hashable, float] = {}
    for layer in layers if down else reversed(layers):
        own = {vertex: float(number) for number, vertex in enumerate(layer)}
        mean = {vertex: _mean([place[other] for other in fixed[vertex]], own[vertex]) for vertex in layer}
        ordered = sorted(layer, key=mean.__getitem__)
        place.update((vertex, float(number)) for number, vertex in enumerate(ordered))
        result.append(ordered)
    return result if down else result[::-1]


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _swapped(
    layers: list[list[Hashable]], above: Mapping[Hashable, list[Hashable]], below: Mapping[Hashable, list[Hashable]]
) -> list[list[Hashable]]:
    """Swap neighbours in a layer as long as that saves crossings."""
    place = {vertex: number for layer in layers for number, vertex in enumerate(layer)}
    better = True
    while better:
        better = False
        for layer in layers:
            for number in range(len(layer) - 1):
                left, right = layer[number], layer[number + 1]
                gain = sum(_crossed(sides[left], sides[right], place) for sides in (above, below))
                if gain > 0:
                    layer[number : number + 2] = right, left
                    place[left], place[right] = number + 1, number
                    better = True
    return layers


def _crossed(left: list[Hashable], right: list[Hashable], place: Mapping[Hashable, int]) -> int:
    """How many crossings two vertices have more as they stand than swapped."""
    ends = [(place[one], place[other]) for one in left for other in right]
    return sum(one > other for one, other in ends) - sum(one < other for one, other in ends)
