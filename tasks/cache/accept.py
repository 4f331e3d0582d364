"""Vouching that a refactoring changed no meaning: existing outputs are labelled with the new keys, untouched."""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gokart.utils import flatten

from slipstream.tasks.cache import codebook
from slipstream.tasks.cache.changes import CodeChanged, CodeUnknown, Difference, InputChanged
from slipstream.tasks.cache.difference import Facts
from slipstream.tasks.cache.explain import NeverMade
from slipstream.tasks.cache.history import History, Task, made_or_accepted
from slipstream.tasks.cache.index import Entry, Index
from slipstream.tasks.cache.manifest import SUFFIX, Manifest, is_whole
from slipstream.tasks.cache.storage import create, private_folder


@dataclass(frozen=True)
class OtherProduct:
    """A task that makes another type of product than it did."""

    old: str
    new: str

    def __str__(self) -> str:
        """Name both types."""
        return f"its product is {self.new} now and was {self.old}"


Reason = Difference | NeverMade | OtherProduct


@dataclass(frozen=True)
class Acceptance:
    """An existing output that will stand for a task's new key as well, and the changes of code vouched for."""

    task: Task
    key: str
    entry: Entry
    changes: tuple[Difference, ...]


@dataclass(frozen=True)
class Refusal:
    """A task whose existing outputs cannot stand for its new key, and what sets the nearest of them apart."""

    task: Task
    key: str
    entry: Entry | None
    reasons: tuple[Reason, ...]
    is_vouched: bool

    @property
    def lacks_only_a_word(self) -> bool:
        """Tell whether it is only its code that nobody vouched for, its inputs aside."""
        kinds = {type(reason) for reason in self.reasons} - {InputChanged}
        return not self.is_vouched and bool(kinds) and kinds <= {CodeChanged, CodeUnknown}


@dataclass(frozen=True)
class Plan:
    """What can be accepted and what cannot, of the named tasks and those that hang on them, inputs first."""

    acceptances: tuple[Acceptance, ...]
    refusals: tuple[Refusal, ...]

    @property
    def seconds(self) -> float:
        """What it took to make the accepted outputs."""
        return sum(each.entry.manifest.seconds for each in self.acceptances)


def plan(tasks: Iterable[Task], index: Index, named: Iterable[str], was: str | None = None) -> Plan:
    """Find existing outputs for the tasks of a graph, inputs first, that are not there under their keys.

    The code of the tasks `named` by their keys may have changed; below them nothing but the keys of inputs that are
    accepted. `was` is an earlier class name of the named tasks, qualified or not.
    """
    history, vouched = History(tasks, index), set(named)
    below = _below(history, vouched)
    accepted: dict[str, Acceptance] = {}
    refused: dict[str, Refusal] = {}
    for key in history.tasks:
        if not history.is_hit(key):
            facts = history.facts(key)
            as_before = replace(facts, inputs=_substitute(facts.inputs, accepted))
            verdict = _judge(history, as_before, was if key in vouched else None, is_vouched=key in vouched)
            if isinstance(verdict, Acceptance):
                accepted[key] = verdict
            else:
                refused[key] = verdict
    return Plan(tuple(accepted.values()), _in_the_way(refused, below))


def carry_out(accepted: Acceptance, *, by: str, at: str, why: str) -> bool:
    """Label an output with the new key, content untouched; tell whether there was none under that key meanwhile."""
    task, old = accepted.task, accepted.entry.manifest
    facts = Facts.of(task, accepted.key)
    codebook.keep(task.root, facts.code)
    page = task.root / f"{task.place}_{accepted.key}{SUFFIX}"
    vouched = {"from_key": old.key, "by": by, "at": at, "why": why}
    named = replace(old, task=facts.task, key=facts.key, inputs=dict(facts.inputs), code=facts.digest)
    content = replace(named, accepted=(*old.accepted, vouched))
    with private_folder(task.root) as folder:
        if accepted.entry.file is not None and accepted.entry.page.parent != page.parent:
            _same_content(accepted.entry.file, folder / "product")
            create(folder / "product", page.parent / old.file)
        draft = folder / "manifest"
        draft.write_text(content.to_json(), encoding="utf-8")
        here = Manifest.read(page)
        if here is None or not is_whole(here, page.parent):
            page.unlink(missing_ok=True)
        return create(draft, page)


def _judge(history: History, facts: Facts, was: str | None, *, is_vouched: bool) -> Acceptance | Refusal:
    task = history.tasks[facts.key]
    candidates = [e for e in _outputs(history, facts.task, was) if not e.is_set_aside and e.is_whole]
    product = str(task.product_type())
    for entry in reversed(candidates):
        is_same_code = entry.manifest.code == facts.digest
        is_alike = entry.manifest.product == product and facts.differs_at_most_in_code(entry.manifest)
        if is_alike and (is_same_code or is_vouched):
            changes = facts.differences(entry.manifest, history.names, history.index.root)
            return Acceptance(task, facts.key, entry, changes)
    nearest = history.least_apart(facts, {}, candidates)
    if nearest is None:
        return Refusal(task, facts.key, None, (NeverMade(),), is_vouched)
    reasons: tuple[Reason, ...] = facts.differences(nearest.manifest, history.names, history.index.root)
    if nearest.manifest.product != product:
        reasons = (*reasons, OtherProduct(nearest.manifest.product, product))
    return Refusal(task, facts.key, nearest, reasons, is_vouched)


def _outputs(history: History, task: str, was: str | None) -> list[Entry]:
    """List the outputs of a task under its present and its earlier name, oldest first."""
    earlier = [e for e in history.index.entries if was and was in (e.manifest.task, e.name) and e.manifest.task != task]
    return sorted([*history.outputs(task), *earlier], key=made_or_accepted)


def _below(history: History, named: set[str]) -> set[str]:
    below = set(named)
    for key in history.tasks:
        if not below.isdisjoint(flatten(history.facts(key).inputs)):
            below.add(key)
    return below


def _in_the_way(refused: Mapping[str, Refusal], below: set[str]) -> tuple[Refusal, ...]:
    """Keep the refusals of tasks that hang on the named ones, and those of inputs that are behind them."""
    kept, wanted = [], set(below)
    for key, refusal in reversed(list(refused.items())):
        if key in wanted:
            kept.append(refusal)
            wanted.update(each.new for each in refusal.reasons if isinstance(each, InputChanged) and each.new)
    return tuple(reversed(kept))


def _substitute(value: Any, accepted: Mapping[str, Acceptance]) -> Any:
    """Put the keys of the accepted outputs for the new ones."""
    if isinstance(value, str):
        return accepted[value].entry.key if value in accepted else value
    if isinstance(value, Mapping):
        return {name: _substitute(element, accepted) for name, element in value.items()}
    return [_substitute(element, accepted) for element in value]


def _same_content(file: Path, copy: Path) -> None:
    try:
        os.link(file, copy)
    except OSError:
        shutil.copy2(file, copy)
