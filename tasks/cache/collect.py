"""Which products of a workspace nobody needs: what pins, publications and the newest runs reach is kept."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slipstream.tasks.cache.index import Entry, Index
from slipstream.tasks.cache.manifest import ASIDE as ASIDE_MARK
from slipstream.tasks.cache.manifest import SUFFIX, input_keys_of
from slipstream.tasks.cache.survey import Item, Kind, Survey

LOGS_KEPT = 20
PINNED, NEWEST, YOUNG = "pinned", "newest runs", "young"
NEWER, ODD = "mentioned by a newer version", "not named as ours"
UNREACHED, ASIDE, ORPHAN, UNREADABLE = "not reached", "set aside", "left behind", "unreadable manifest"


@dataclass(frozen=True)
class Rules:
    """What to keep: the newest runs of each pipeline, what is younger than the grace.

    With `older_than`, only what was neither made nor reached by a run for so long goes; with `budget`, only as much as
    brings the workspace under so many bytes, what was used longest ago first.
    """

    keep_runs: int = 3
    grace: timedelta = timedelta(days=1)
    older_than: timedelta | None = None
    budget: int | None = None


@dataclass(frozen=True)
class Removal:
    """Files that go together, in this order, and why; `used` is when they were last made, reached or changed."""

    items: tuple[Item, ...]
    name: str
    why: str
    used: datetime

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(item.bytes for item in self.items)


@dataclass(frozen=True)
class Plan:
    """What goes, in order, and what stays: {key of a product: why}; `kept_bytes` is the size of all that stays."""

    survey: Survey
    removals: tuple[Removal, ...]
    kept: Mapping[str, str]
    kept_bytes: int


def plan(survey: Survey, rules: Rules, now: datetime) -> Plan:
    """Decide what goes from a workspace."""
    kept = reached(survey, rules, now)
    orphans = list(_orphans(survey, now - rules.grace))
    candidates = _candidates(survey, kept, now, rules)
    total = sum(item.bytes for item in survey.items.values()) - sum(orphan.bytes for orphan in orphans)
    going = _enough(_with_files(survey, candidates), total, rules.budget)
    texts = list(_texts(survey, {removal.items[0].path for removal in going}, now - rules.grace))
    removals = (*orphans, *going, *texts)
    left = sum(item.bytes for item in survey.items.values()) - sum(removal.bytes for removal in removals)
    return Plan(survey, removals, kept, left)


def reached(survey: Survey, rules: Rules, now: datetime) -> dict[str, str]:
    """Name the keys that must stay and why; the strongest reason is told."""
    roots: list[tuple[str, Iterable[str]]] = [
        (PINNED, survey.pins),
        *((why, [key]) for key, why in survey.published.items()),
        (NEWEST, newest_runs(survey.index, rules.keep_runs)),
        (YOUNG, [key for key, at in _made(survey).items() if at > now - rules.grace]),
        (NEWER, survey.spoken_for),
        (ODD, [key for key, entry in survey.standing.items() if survey.item_of(entry) is None]),
    ]
    kept: dict[str, str] = {}
    for why, keys in roots:
        for key in survey.upstream(keys):
            kept.setdefault(key, why)
    return kept


def newest_runs(index: Index, count: int) -> list[str]:
    """Name the last runs of each pipeline."""
    runs = defaultdict(list)
    for entry in sorted(index.by_key.values(), key=lambda entry: (entry.manifest.at, entry.key), reverse=True):
        if entry.is_pipeline:
            runs[entry.manifest.task].append(entry.key)
    return [key for keys in runs.values() for key in keys[:count]]


def last_uses(survey: Survey, made: Mapping[str, datetime]) -> dict[str, datetime]:
    """Say when each product was last made, or reached by something made from it."""
    used: dict[str, datetime] = {}
    for start in sorted(made, key=lambda key: made[key], reverse=True):
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key in survey.standing and key not in used:
                used[key] = made[start]
                waiting.extend(input_keys_of(survey.standing[key].manifest))
    return used


def _made(survey: Survey) -> dict[str, datetime]:
    """Say when each product or run was made, or came into this workspace."""
    return {key: _moment(entry, survey.items.get(entry.page)) for key, entry in survey.standing.items()}


def _moment(entry: Entry, page: Item | None) -> datetime:
    """Say when an entry came to be, here, or was set aside."""
    arrived = page.at if page else datetime.max.replace(tzinfo=UTC)
    told = (
        f"{entry.page.name.removesuffix(SUFFIX).partition(ASIDE_MARK)[2]}+00:00"
        if entry.is_set_aside
        else entry.manifest.at
    )
    try:
        return max(arrived, datetime.fromisoformat(told))
    except (ValueError, TypeError):
        return arrived


def _candidates(survey: Survey, kept: Mapping[str, str], now: datetime, rules: Rules) -> list[tuple[Entry, datetime]]:
    """List the entries that may go with the time of their last use: longest unused first, then last made first."""
    limit = now - max(rules.grace, rules.older_than or rules.grace)
    used = last_uses(survey, _made(survey))
    found = [(entry, used[entry.key]) for entry in survey.standing.values() if entry.key not in kept]
    for entry in survey.index.entries:
        page = survey.item_of(entry)
        superseded = entry.is_set_aside and entry is not survey.standing[entry.key]
        if superseded and page is not None and entry.key not in survey.spoken_for:
            found.append((entry, _moment(entry, page)))
    old = [(entry, at) for entry, at in found if at <= limit]
    old.sort(key=lambda pair: (pair[0].is_pipeline, pair[0].manifest.at, pair[0].page), reverse=True)
    return sorted(old, key=lambda pair: pair[1])


def _with_files(survey: Survey, candidates: Iterable[tuple[Entry, datetime]]) -> Iterator[Removal]:
    """Add the files of each entry that no other entry left names: the manifest goes first, then the rest."""
    naming = Counter(entry.file for entry in survey.index.entries)
    for entry, used in candidates:
        naming[entry.file] -= 1
        paths = [entry.page]
        if entry.file is not None and not naming[entry.file]:
            paths.append(entry.file)
        if not entry.is_set_aside:
            paths.append(entry.page.parent / f"{entry.name}_{entry.key}.log")
        items = tuple(survey.items[path] for path in paths if path in survey.items)
        yield Removal(items, entry.name, ASIDE if entry.is_set_aside else UNREACHED, used)


def _enough(removals: Iterable[Removal], total: int, budget: int | None) -> list[Removal]:
    """Take removals until what is left fits the budget."""
    taken = []
    for removal in removals:
        if budget is not None and total <= budget:
            break
        taken.append(removal)
        total -= removal.bytes
    return taken


def _orphans(survey: Survey, limit: datetime) -> Iterator[Removal]:
    """Find what nothing names any more and nobody has touched since a time, and manifests that make no sense."""
    named = {entry.file for entry in survey.index.entries}
    ours = defaultdict(list)
    for item in survey.items.values():
        ours[item.kind].append(item)
    runs = sorted(ours[Kind.RUN], key=lambda item: item.at, reverse=True)
    loose = (
        *(item for item in ours[Kind.PAGE] if item.path in survey.index.unreadable and _can_be_opened(item.path)),
        *(item for item in ours[Kind.PRODUCT] if item.path not in named),
        *(item for item in ours[Kind.LOG] if item.key not in survey.standing),
        *(item for item in ours[Kind.LOCK] if item.path not in survey.held),
        *ours[Kind.TEMPORARY],
        *runs[LOGS_KEPT:],
    )
    for item in loose:
        if item.at <= limit and item.key not in survey.spoken_for:
            yield Removal((item,), item.name, UNREADABLE if item.kind == Kind.PAGE else ORPHAN, item.at)


def _texts(survey: Survey, gone: set[Path], limit: datetime) -> Iterator[Removal]:
    """Find the texts of code that made none of the products that stay."""
    needed = {entry.manifest.code for entry in survey.index.entries if entry.page not in gone}
    for item in survey.items.values():
        unneeded = item.kind == Kind.TEXTS and item.key not in needed and item.key not in survey.spoken_for
        if unneeded and item.at <= limit:
            yield Removal((item,), item.name, ORPHAN, item.at)


def _can_be_opened(page: Path) -> bool:
    try:
        page.read_bytes()
    except OSError:
        return False
    return True
