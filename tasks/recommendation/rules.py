"""Rules of the house as written in a conf file: what is never recommended, and what stands at a fixed place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 3
PIN = "pin"
FORMS = {
    "hide": 'like {"hide": ["b1", "b2"]}: items that are in no list',
    "never": 'like {"never": ["adult"]}: tags whose items are in no list',
    "only": 'like {"only": ["news", "sport"]}: tags of which every item of a list has one',
    "own": 'like {"own": true}: nobody gets an item of their own',
    "expire": 'like {"expire": true}: no item after it has expired',
    PIN: 'like {"pin": "b7", "rank": 1, "users": ["u3"]}: an item at a place, for some users or for all',
}
TAGGED = frozenset({"never", "only"})
OFFERED = frozenset({"own", "expire"})


@dataclass(frozen=True)
class Rule:
    """One rule: its place in the conf, its kind, the ids or tags it names, and of a pin the rank and the users."""

    number: int
    kind: str
    names: tuple[str, ...] = ()
    rank: int = 0
    users: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The rule in words, as counts and answers call it."""
        said = f"{self.number}: {self.kind} {_few(self.names)}".strip()
        place = f" at {self.rank}" if self.rank else ""
        return f"{said}{place}{f' for {_few(self.users)}' if self.users else ''}"


def parse_rules(given: Sequence[Mapping[str, Any]]) -> list[Rule]:
    """Read rules in their order; an unknown or senseless one is refused."""
    rules = [_parse(number, rule) for number, rule in enumerate(given, 1)]
    first: dict[object, int] = {}
    for rule in rules:
        claims: list[object] = [(rule.kind, rule.names, rule.rank, rule.users)]
        claims += [(rule.rank, user) for user in rule.users or ("",)] if rule.kind == PIN else []
        for claim in claims:
            if first.setdefault(claim, rule.number) != rule.number:
                raise ValueError(f"rule {rule.number} repeats or contradicts rule {first[claim]}; drop one")
    return rules


def _parse(number: int, given: Mapping[str, Any]) -> Rule:
    where = f"rule {number}"
    if not isinstance(given, Mapping):
        raise TypeError(f"{where} must be a mapping {FORMS['hide']}; it is {given!r}")
    kinds = [kind for kind in FORMS if kind in given]
    if len(kinds) != 1:
        raise ValueError(f"{where} {dict(given)} must have exactly one of {', '.join(FORMS)}; it has {len(kinds)}")
    [kind] = kinds
    others = sorted(set(given) - {kind} - ({"rank", "users"} if kind == PIN else set()))
    if others:
        raise ValueError(f"{where} has no option {others[0]!r}; write it {FORMS[kind]}")
    return Rule(number, kind, **_READERS[kind](given[kind], given, where))


def _named(value: object, _: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {"names": _strings(value, where)}


def _switched(value: object, _: Mapping[str, Any], where: str) -> dict[str, Any]:
    if value is not True:
        raise ValueError(f"{where} is switched on by true, not {value!r}; leave it out to switch it off")
    return {}


def _pinned(item: object, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    rank = given.get("rank", 1)
    if not isinstance(item, str) or not item:
        raise ValueError(f"{where} pins {item!r}; name one item, {FORMS['pin']}")
    if not isinstance(rank, int) or isinstance(rank, bool) or rank < 1:
        raise ValueError(f"{where} has rank {rank!r}; give a place counted from 1")
    return {"names": (item,), "rank": rank, "users": _strings(given["users"], where) if "users" in given else ()}


def _strings(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f'{where} has {value!r}; write a list like ["b1"]')
    wrong = [one for one in value if not isinstance(one, str) or not one]
    if wrong or not value:
        what = repr(wrong[0]) if wrong else "an empty list"
        raise ValueError(f"{where} has {what}; write one or more ids or tags as strings")
    return tuple(dict.fromkeys(value))


def _few(names: Sequence[str]) -> str:
    """Name the first few, and count the others."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


_READERS: dict[str, Callable[[object, Mapping[str, Any], str], dict[str, Any]]] = {
    "hide": _named,
    "never": _named,
    "only": _named,
    "own": _switched,
    "expire": _switched,
    PIN: _pinned,
}
