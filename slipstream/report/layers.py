"""Which layer of a picture each task of a graph stands on: below all it depends on, not too many side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter

Upstream = Mapping[str, Sequence[str]]
PASSES = 20


def assign_layers(upstream: Upstream, most: int) -> dict[str, int]:
    """Give each task a layer, 0 at the top: edges lead down and are short, at most `most` tasks share a layer."""
    order = list(TopologicalSorter(upstream).static_order())
    downstream = _downstream(upstream)
    layers = _fill_from_below(order, upstream, downstream, most)
    for _ in range(PASSES):
        before = dict(layers)
        for task in order:
            _settle(task, layers, upstream, downstream, most)
        if layers == before:
            break
    return _without_gaps(layers)


def _downstream(upstream: Upstream) -> Mapping[str, list[str]]:
    downstream = defaultdict(list)
    for task, before in upstream.items():
        for each in before:
            downstream[each].append(task)
    return downstream


def _fill_from_below(order: list[str], upstream: Upstream, downstream: Upstream, most: int) -> dict[str, int]:
    """Fill layer by layer with tasks whose users all stand lower, those with the longest history first."""
    depth: dict[str, int] = {}
    for task in order:
        depth[task] = 1 + max((depth[before] for before in upstream.get(task, ())), default=0)
    missing = {task: len(downstream[task]) for task in order}
    ready = [task for task in order if not missing[task]]
    height: dict[str, int] = {}
    level = 0
    while ready:
        ready.sort(key=lambda task: -depth[task])
        chosen, ready = ready[:most], ready[most:]
        for task in chosen:
            height[task] = level
            for before in upstream.get(task, ()):
                missing[before] -= 1
                if not missing[before]:
                    ready.append(before)
        level += 1
    return {task: level - 1 - height[task] for task in order}


def _settle(task: str, layers: dict[str, int], upstream: Upstream, downstream: Upstream, most: int) -> None:
    """Move a task to the layer between its neighbours where its edges are shortest."""
    before, after = upstream.get(task, ()), downstream[task]
    top = max((layers[each] + 1 for each in before), default=0)
    bottom = min((layers[each] - 1 for each in after), default=max(layers.values()))
    filled = Counter(layers.values())
    free = [layer for layer in range(top, bottom + 1) if layer == layers[task] or filled[layer] < most]
    ends = [max((layers[user] for user in downstream[each] if user != task), default=layers[each]) for each in before]
    last = max((layers[each] for each in after), default=None)

    def length(layer: int) -> int:
        """Add up how far the trunks of edges reach that this task lengthens."""
        return sum(max(0, layer - end) for end in ends) + (0 if last is None else last - layer)

    layers[task] = min(free, key=lambda layer: (length(layer), layer))


def _without_gaps(layers: Mapping[str, int]) -> dict[str, int]:
    used: Iterable[int] = sorted(set(layers.values()))
    number = {layer: place for place, layer in enumerate(used)}
    return {task: number[layer] for task, layer in layers.items()}
