"""Comparing a task with an earlier output of it: parameters, data, inputs and code, each change by itself."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Self

from slipstream.tasks.cache import codebook
from slipstream.tasks.cache.address import Addressed, code_of, data_of, input_keys, qualified_name
from slipstream.tasks.cache.changes import (
    CodeChanged,
    CodeUnknown,
    DataChanged,
    Difference,
    InputChanged,
    ParameterChanged,
)
from slipstream.tasks.cache.fingerprint import Definition, digest_of
from slipstream.tasks.cache.manifest import Manifest

CONTEXT = 2
Keys = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """All that the key of a task is made from, and the key."""

    task: str
    key: str
    parameters: Mapping[str, str]
    inputs: Keys
    data: Mapping[str, str]
    code: Mapping[str, Definition]
    digest: str

    @classmethod
    def of(cls, task: Addressed, key: str) -> Self:
        """Collect the facts of a task whose key is computed."""
        kind, code = type(task), code_of(type(task))
        parameters, inputs = task.significant_parameters(), input_keys(task)
        return cls(qualified_name(kind), key, parameters, inputs, data_of(task), code, digest_of(code))

    def differs_at_most_in_code(self, old: Manifest) -> bool:
        """Tell whether parameters, data and inputs are those of an earlier output."""
        return next(self._apart_from_code(old, {}), None) is None

    def distance(self, old: Manifest, names: Mapping[str, str], counterparts: Mapping[str, str]) -> tuple[int, int]:
        """Count the differences from an earlier output, those of code as one, another task as input as two.

        Inputs that changed into what stands in their place now, by `counterparts` {new key: old key}, count only after.
        """
        apart = list(self._apart_from_code(old, names))
        inputs = [change for change in apart if isinstance(change, InputChanged)]
        passed_on = sum(counterparts.get(change.new or "", "") == change.old for change in inputs)
        strange = sum(change.old_task != change.new_task for change in inputs)
        return len(apart) - passed_on + strange + (old.code != self.digest), passed_on

    def differences(self, old: Manifest, names: Mapping[str, str], root: Path) -> tuple[Difference, ...]:
        """List the differences from an earlier output; `names` says which task made the product of a key."""
        found: list[Difference] = list(self._apart_from_code(old, names))
        if old.code != self.digest:
            texts = codebook.texts(root, old.code)
            changes = [] if texts is None else list(code_changes(texts, self.code))
            found.extend(changes or [CodeUnknown(old.code)])
        return tuple(found)

    def _apart_from_code(self, old: Manifest, names: Mapping[str, str]) -> Iterator[Difference]:
        for name, before, now in _unequal(old.parameters, self.parameters):
            yield ParameterChanged(name, before, now)
        yield from data_changes(old.data, self.data)
        for name, before, now in input_changes(old.inputs, self.inputs):
            yield InputChanged(name, before, now, names.get(before or ""), names.get(now or ""))


def data_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[DataChanged]:
    """Compare numbered files by name, so that one more file does not shift the others; the order counts last."""
    by_name = [{label.partition(" ")[2]: digest for label, digest in data.items()} for data in (old, new)]
    unique = len(by_name[0]) == len(old) and len(by_name[1]) == len(new)
    changes = list(_unequal(*(by_name if unique else (old, new))))
    for item, before, now in changes:
        yield DataChanged(item, before, now)
    if not changes and old != new:
        yield DataChanged("order of files", *(", ".join(names) for names in by_name))


def input_changes(old: Keys, new: Keys, within: str = "") -> Iterator[tuple[str, str | None, str | None]]:
    """Compare inputs by name, lists without what both have: (name, old key, new key)."""
    for name, before, now in _unequal(old, new):
        place = f"{within}{name}"
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            yield from input_changes(before, now, f"{place}.")
        elif _is_list(before) or _is_list(now):
            yield from _list_changes(place, _listed(before), _listed(now))
        else:
            yield place, _text(before), _text(now)


def code_changes(old: Mapping[str, str], new: Mapping[str, Definition]) -> Iterator[CodeChanged]:
    """Compare definitions by label, those that moved to another module by name."""
    gone = {_bare(label): label for label in sorted(old.keys() - new.keys())}
    come = {_bare(label): label for label in sorted(new.keys() - old.keys())}
    pairs = {**{label: label for label in old.keys() & new.keys()}, **{come[n]: gone[n] for n in gone.keys() & come}}
    for label in sorted(new, key=lambda label: (new[label].file, new[label].first_line)):
        before = old[pairs[label]] if label in pairs else None
        if before is None:
            yield _changed(label, "added", "", new[label])
        elif before != new[label].text:
            yield _changed(label, "changed", before, new[label])
        elif pairs[label] != label:
            yield _changed(label, f"moved from {pairs[label].partition(':')[0]}", before, new[label])
    for label in sorted(old.keys() - new.keys() - set(pairs.values())):
        yield CodeChanged(label, "removed", "", 0, 0, _diff(old[label], ""))


def _changed(label: str, kind: str, before: str, now: Definition) -> CodeChanged:
    return CodeChanged(label, kind, now.file, now.first_line, now.last_line, _diff(before, now.text))


def _diff(old: str, new: str) -> tuple[str, ...]:
    """Compare two texts by lines; places far apart are parted by an ellipsis."""
    _, _, *lines = [*difflib.unified_diff(old.splitlines(), new.splitlines(), n=CONTEXT, lineterm="")] or ["", ""]
    return tuple("…" if line.startswith("@@") else line for number, line in enumerate(lines) if number)


def _unequal(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys((*new, *old)):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _list_changes(name: str, old: list[str], new: list[str]) -> Iterator[tuple[str, str | None, str | None]]:
    before, now = Counter(old) - Counter(new), Counter(new) - Counter(old)
    for one, other in zip_longest(_in_order(old, before), _in_order(new, now)):
        yield name, one, other
    if not before and not now:
        yield f"{name} (order)", ", ".join(old), ", ".join(new)


def _in_order(keys: Iterable[str], chosen: Counter[str]) -> list[str]:
    return [key for key in dict.fromkeys(keys) for _ in range(chosen[key])]


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _listed(value: Any) -> list[str]:
    return [str(_text(element)) for element in value] if _is_list(value) else [] if value is None else [str(value)]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _bare(label: str) -> str:
    return label.partition(":")[2]
