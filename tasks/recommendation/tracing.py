"""What became of an item on its way to a user's list, told by the functions that decided it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.catalogue import judge_items
from slipstream.tasks.recommendation.contributions import Contributions, family_of, group_of
from slipstream.tasks.recommendation.evidence import PAIR
from slipstream.tasks.recommendation.guard import BLEND, RANKER
from slipstream.tasks.recommendation.moves import find_moves
from slipstream.tasks.recommendation.reasons import arguments
from slipstream.tasks.recommendation.refusals import allow, refuse
from slipstream.tasks.recommendation.rules import PIN
from slipstream.tasks.recommendation.serving import line_up, proposed
from slipstream.tasks.recommendation.stages import Stages, own
from slipstream.tasks.recommendation.wording import words_of
from slipstream.tasks.tables import Candidate, User

SEEN = "seen"


class Outcome(StrEnum):
    """What became of an item."""

    SHOWN = "shown"
    REFUSED = "removed by rule"
    ABSENT = "not in the catalogue"
    SEEN = "seen"
    UNPROPOSED = "no source proposed it"
    CUT = "proposed, but cut from the pool of candidates"
    UNPLACED = "not shown: a candidate that what is served does not propose"
    MOVED = "not shown: moved behind the places shown"
    OUTRANKED = "not shown: ranked behind others"


@dataclass(frozen=True)
class Voice:
    """What one source says to the user: the item's rank and score, its last proposal, and whether it is a fallback."""

    source: str
    rank: int | None
    score: float | None
    count: int
    least: float | None
    fallback: bool


@dataclass(frozen=True)
class Place:
    """An item in a line."""

    item_id: str
    rank: int
    score: float
    source: str


@dataclass(frozen=True)
class Trace:
    """The way of an item, stage by stage; what an item did not reach is None or empty.

    `past` are the user's own traces of the item, newest first, as (kind, at). `line` counts all that were lined up for
    the user before the list was cut, `place` and `last` are the item and the one with the last place shown.
    `rule` names what refuses the item; its `place` is then that without rules. `contributions` has one row a group of
    features and one column each for `item` and `last`; `moved` is (why, old rank, new rank), 0 for no rank, of an item
    that has another place than the ranking gave it. `arguments` are (family, weight, words).
    """

    user_id: str
    item_id: str
    outcome: Outcome
    traces: int
    catalogue: int
    absence: str
    rule: str
    past: tuple[tuple[str, pd.Timestamp], ...]
    voices: tuple[Voice, ...]
    pooled: tuple[str, ...]
    serve: str
    line: int
    place: Place | None
    last: Place | None
    contributions: pd.DataFrame
    moved: tuple[str, int, int] | None
    shown: Place | None
    reason: str
    arguments: tuple[tuple[str, float, str], ...]


def trace(user_id: str, item_id: str, stages: Stages) -> Trace:
    """Follow an item through the stages, for a user who is served."""
    stages = stages.of(user_id)
    rules, traces = stages.rules, stages.evidence.interactions
    judged = judge_items(stages.evidence.likeness.items, traces, as_of=rules.as_of, active_days=rules.active_days)
    absence = judged.loc[judged["item_id"] == item_id, "absence"]
    pair = pl.DataFrame({"user_id": [user_id], "item_id": [item_id]})
    rule = refuse(pair, traces, stages.refused)["rule"][0] or ""
    line = _line(stages if rule in {"", SEEN} else replace(stages, refused=()), user_id)
    place, shown = _find(line, item_id), _find(stages.lists, item_id)
    last = _find(stages.lists, stages.lists["item_id"].iloc[-1]) if len(stages.lists) else None
    mine = own(stages.evidence.interactions, user_id)
    past = mine[mine["item_id"] == item_id].sort_values("at", ascending=False)
    found = Trace(
        user_id=user_id,
        item_id=item_id,
        outcome=Outcome.SHOWN,
        traces=len(mine),
        catalogue=int((judged["absence"] == "").sum()),
        absence="unknown" if absence.empty else str(absence.iloc[0]),
        rule=rule,
        past=tuple(zip(past["kind"], past["at"], strict=True)),
        voices=_voices(stages, item_id),
        pooled=tuple(stages.pool.loc[stages.pool["item_id"] == item_id, "source"]),
        serve=stages.model.serve,
        line=len(line),
        place=place,
        last=last,
        contributions=_compare(stages, user_id, place, last),
        moved=_moved(stages, item_id, place, shown) if rule == "" else None,
        shown=shown,
        reason="" if shown is None else str(stages.lists.set_index("item_id").loc[item_id, "reason"]),
        arguments=() if place is None else _argue(stages, user_id, place),
    )
    return replace(found, outcome=_outcome(found))


def _outcome(found: Trace) -> Outcome:
    """Name the first stage that the item did not pass."""
    stopped = {
        Outcome.SHOWN: found.shown is not None,
        Outcome.REFUSED: found.rule not in {"", SEEN},
        Outcome.ABSENT: found.absence != "",
        Outcome.SEEN: found.rule == SEEN,
        Outcome.MOVED: found.moved is not None,
        Outcome.OUTRANKED: found.place is not None,
        Outcome.UNPROPOSED: all(voice.rank is None for voice in found.voices),
        Outcome.CUT: not found.pooled,
    }
    return next((outcome for outcome, is_so in stopped.items() if is_so), Outcome.UNPLACED)


def _line(stages: Stages, user_id: str) -> DataFrame[Candidate]:
    """Line up all that may be served to the user, as serving does, and do not cut the line."""
    interactions, features = own(stages.evidence.interactions, user_id), own(stages.features, user_id)
    users = User.validate(pd.DataFrame({"user_id": [user_id]}))
    lined = proposed(stages.model, features, interactions, users, list(stages.fallbacks.values()))
    allowed = [allow(stage, interactions, stages.refused) for stage in lined]
    return line_up(allowed, top=sum(map(len, allowed)))


def _find(line: pd.DataFrame, item_id: str) -> Place | None:
    """Find an item in a line."""
    rows = line[line["item_id"] == item_id]
    if rows.empty:
        return None
    row = rows.iloc[0]
    return Place(item_id, int(row["rank"]), float(row["score"]), str(row["source"]))


def _voices(stages: Stages, item_id: str) -> tuple[Voice, ...]:
    """Hear each source on an item, fallbacks last."""
    others = {name: table for name, table in stages.fallbacks.items() if name not in stages.sources}
    voices = []
    for name, table in {**stages.sources, **others}.items():
        place = _find(table, item_id)
        rank, score = (None, None) if place is None else (place.rank, place.score)
        least = float(table["score"].min()) if len(table) else None
        voices.append(Voice(name, rank, score, len(table), least, name in others))
    return tuple(voices)


def _compare(stages: Stages, user_id: str, place: Place | None, last: Place | None) -> pd.DataFrame:
    """Add up, by group of features, what contributes to the scores of an item and of the last one that is shown."""
    parts = {}
    for column, at in (("item", place), ("last", last)):
        if at is None or at.source not in {RANKER, BLEND}:
            continue
        pair = pl.DataFrame({"user_id": [user_id], "item_id": [at.item_id]})
        described = pair.join(pl.from_pandas(own(stages.features, user_id)), on=PAIR, how="left")
        given = Contributions(stages.model, group_of)(described)
        parts[column] = pd.Series({name: float(values[0]) for name, values in given.items()}, dtype="float64")
    return pd.DataFrame(parts, columns=["item", "last"], dtype="float64").sort_index()


def _moved(stages: Stages, item_id: str, place: Place | None, shown: Place | None) -> tuple[str, int, int] | None:
    """Tell whether diversity or pins gave the item another place, and why."""
    before, after = (0 if at is None else at.rank for at in (place, shown))
    if before == after or (after == 0 and before > stages.rules.top):
        return None
    if shown is not None and shown.source == PIN:
        return ("a rule pins it", before, after)
    return (_why(stages, item_id) or "pinned items stand before it", before, after)


def _why(stages: Stages, item_id: str) -> str:
    """Say why diversity moved the item, "" where it did not."""
    if stages.choice is None:
        return ""
    before, after = stages.choice.before, stages.choice.after
    knobs: dict[str, Any] = {"quotas": stages.rules.quotas, "top": stages.rules.top}
    moves = find_moves(before, after, stages.evidence.likeness.item_tags, stages.choice.embedding, **knobs)
    return "".join(moves.loc[moves["item_id"] == item_id, "why"])


def _argue(stages: Stages, user_id: str, place: Place) -> tuple[tuple[str, float, str], ...]:
    """Hear what speaks for an item at its place, the strongest first."""
    evidence = replace(stages.evidence, interactions=own(stages.evidence.interactions, user_id))
    row = pl.DataFrame({"user_id": [user_id], "item_id": [place.item_id], "source": [place.source]})
    words = words_of(stages.rules.language)
    contributions = Contributions(stages.model, family_of)
    features = own(stages.features, user_id)
    heard = arguments(row, contributions, features, evidence, words=words, kinds=stages.rules.kinds)
    said = [(argument.family, float(argument.weight[0]), str(argument.saying[0])) for argument in heard]
    return tuple(sorted(said, key=lambda argument: -argument[1]))
