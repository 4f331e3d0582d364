"""Giving account of tasks in words: hits, misses and where they began, what will run, what is saved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from rich.text import Text

from slipstream.columns import aligned
from slipstream.graph import State, Step
from slipstream.quantities import moment, show_moment, show_seconds
from slipstream.selection import Selection, above, addressed
from slipstream.tasks.cache.changes import CodeChanged, InputChanged
from slipstream.tasks.cache.explain import Change, Explanation, explain, root_causes
from slipstream.tasks.cache.index import Index

LONGEST_DIFF = 20
MOST_TASKS = 4
STYLES = {"+": "green", "-": "red", "…": "dim"}


@dataclass(frozen=True)
class Account:
    """The tasks somebody asked about, all that they are made from, and why each is a hit or a miss."""

    chosen: Selection
    index: Index
    explained: Mapping[str, Explanation]
    labels: Mapping[str, str]
    steps: Sequence[Step]
    keys: Mapping[Any, str]

    @classmethod
    def of(cls, chosen: Selection, index: Index) -> Self:
        """Explain the tasks of a selection that have a key."""
        tasks = addressed(chosen.steps)
        explained = {each.key: each for each in explain(tasks, index)}
        keys = {task: task.make_unique_id() for task in tasks}
        labels = {keys[step.task]: step.label for step in chosen.steps if step.task in keys}
        concerned = above(chosen.steps, [step.task for step in chosen.named])
        return cls(chosen, index, explained, labels, [step for step in concerned if step.task in keys], keys)

    @property
    def is_whole(self) -> bool:
        """Tell whether somebody asked about the whole pipeline."""
        return len(self.chosen.named) == len(self.chosen.steps)

    @property
    def named(self) -> list[Explanation]:
        """The explanations of the tasks asked about."""
        return self._of(step for step in self.chosen.named if step.task in self.keys)

    @property
    def to_run(self) -> list[Explanation]:
        """What will run, of the tasks asked about and all that they are made from; inputs first."""
        return self._of(step for step in self.steps if step.state == State.WAITING)

    @property
    def hits(self) -> list[Explanation]:
        """What is there, of the tasks asked about and all that they are made from."""
        return [each for each in self._of(self.steps) if each.is_hit]

    def _of(self, steps: Iterable[Step]) -> list[Explanation]:
        return [self.explained[self.keys[step.task]] for step in steps]

    def causes(self) -> dict[Change, list[str]]:
        """Where the misses began: {change: labels of the tasks it struck}, inputs first."""
        keys = [each.key for each in (self.to_run if self.is_whole else self.named) if not each.is_hit]
        found = defaultdict(list)
        for each in root_causes(list(self.explained.values()), self.index, keys):
            for change in each.changes:
                found[change].append(self.labels[each.key])
        return dict(found)


def lines(account: Account, *, with_diff: bool, every: bool) -> Iterator[Text]:
    """Write an account line by line: the sum first, then what changed, what will run and what is saved."""
    causes = account.causes()
    yield _sum(account, len(causes))
    for each in account.named:
        if every or not account.is_whole:
            yield from _detail(account, each)
    if causes:
        yield Text("root causes" if len(causes) > 1 else "root cause", style="bold")
    yield from change_lines(causes, with_diff=with_diff)
    yield from _to_run(account)
    yield from _saved(account)


def change_lines(changes: Mapping[Any, Sequence[str]], *, with_diff: bool = True) -> Iterator[Text]:
    """Write changes with the labels of the tasks that they struck, those of code with a short diff."""
    for change, tasks in changes.items():
        yield Text("  ").append(str(change), style="yellow").append(f"  ({_some(tasks)})", style="dim")
        if with_diff and isinstance(change, CodeChanged):
            yield from _diff(change)


def _sum(account: Account, causes: int) -> Text:
    count = len(account.steps)
    hits, to_run = len(account.hits), len(account.to_run)
    idle = count - hits - to_run
    parts = [_count(hits, "hit"), _count(to_run + idle, "miss", "misses") + (f" ({idle} not needed)" if idle else "")]
    parts += [_count(causes, "root cause")] if causes else []
    named = _some([step.label for step in account.chosen.named])
    whose = type(account.chosen.pipeline).__name__ if account.is_whole else f"{named} and all before"
    return Text(f"{whose}: {_count(count, 'task')}, {', '.join(parts)}", style="bold")


def _detail(account: Account, each: Explanation) -> Iterator[Text]:
    """Write all that is known of one task: where its output is from, or what sets it apart from the nearest."""
    title = Text(account.labels[each.key], style="bold").append(f"  {each.key}  ", style="not bold dim")
    page = each.entry.manifest if each.entry is not None else None
    if each.is_hit and page is not None:
        yield title.append("hit", style="green")
        when = show_moment(moment(page.at))
        yield Text(f"  made {when} on {page.host}, code {page.code[:8]}{_with(page.parameters)}")
        for vouched in page.accepted:
            when = show_moment(moment(vouched["at"]))
            yield Text(f"  accepted {when} by {vouched['by']} from {vouched['from_key'][:8]}: {vouched['why']}")
        upstream = account.index.upstream([each.key])
        spent = sum(account.index.by_key[key].manifest.seconds for key in upstream if key in account.index.by_key)
        yield Text(f"  saves {show_seconds(page.seconds)}, {show_seconds(spent)} with all it is made from")
        return
    yield title.append("miss", style="yellow")
    if page is not None and page.key != each.key:
        yield Text(f"  nearest earlier output: {page.key[:8]} of {show_moment(moment(page.at))}")
    for change in each.changes:
        yield Text(f"  {change}")


def _diff(change: CodeChanged) -> Iterator[Text]:
    shown = change.diff if len(change.diff) <= LONGEST_DIFF else change.diff[: LONGEST_DIFF - 1]
    for line in shown:
        yield Text(f"      {line}", style=STYLES.get(line[:1], ""))
    if len(shown) < len(change.diff):
        yield Text(f"      … and {len(change.diff) - len(shown)} more lines", style="dim")


def _to_run(account: Account) -> Iterator[Text]:
    to_run = account.to_run
    if not to_run:
        return
    yield Text("what will run, and what it took before", style="bold")
    rows = [(f"  {account.labels[each.key]}", _past(each), _because(each)) for each in to_run]
    for line in aligned(rows, right=frozenset({1})):
        yield Text(line)
    unknown = sum(each.seconds is None for each in to_run)
    known = [show_seconds(sum(each.seconds or 0 for each in to_run))] if unknown < len(to_run) else []
    news = [f"{unknown} never made before"] if unknown else []
    yield Text(f"  {', '.join([_count(len(to_run), 'task'), *known, *news])}")


def _saved(account: Account) -> Iterator[Text]:
    hits = account.hits
    if hits:
        spent = show_seconds(sum(each.seconds or 0 for each in hits))
        yield Text(f"{_count(len(hits), 'hit')} save{'s' if len(hits) == 1 else ''} {spent}", style="bold")


def _because(each: Explanation) -> str:
    """Say in a few words why a task will run."""
    own = [str(change).partition(",")[0] for change in each.changes if not isinstance(change, InputChanged)]
    inputs = [(c.new_task or c.name).rpartition(".")[2] for c in each.changes if isinstance(c, InputChanged)]
    shown = own[:1] if len(own) < 2 else [f"{own[0]} and {len(own) - 1} more"]
    return "; ".join([*shown, *([f"made from {_some(list(dict.fromkeys(inputs)))}"] if inputs else [])])


def _past(each: Explanation) -> str:
    return "?" if each.seconds is None else show_seconds(each.seconds)


def _with(parameters: Mapping[str, str]) -> str:
    return "".join(f", {name}={value}" for name, value in parameters.items() if (name, value) != ("revision", "0"))


def _some(names: Sequence[str]) -> str:
    if len(names) <= MOST_TASKS:
        return ", ".join(names)
    return f"{', '.join(names[: MOST_TASKS - 1])} and {len(names) - MOST_TASKS + 1} more"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
