"""What each kind of trace is worth for foreseeing people's interests, chosen on what they turned to next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.kinds import Kind
from slipstream.tasks.tables import Interaction, ItemTagScore, KindWorth, UserTag, columns
from slipstream.tasks.tagging.interest import share_voice

Floats = npt.NDArray[np.float64]
DEPTH = 10
FACTORS = (0.0, 0.25, 0.5, 2.0, 4.0)
HALF_LIVES = (0.0, 0.25, 1.0, 3.0, 7.0, 30.0, 90.0, 365.0)
DAY = 86_400
ROUNDS = 2


def choose_worths(
    interactions: DataFrame[Interaction],
    item_tags: DataFrame[ItemTagScore],
    wanted: DataFrame[UserTag],
    *,
    kinds: Mapping[str, Kind],
    as_of: datetime,
    shrinkage: float,
    sharpness: float,
    users: int,
) -> DataFrame[KindWorth]:
    """Choose weight and half-life of each kind of trace so that the tags people want after `as_of` come first.

    One kind after the other, twice over, takes the weight (times 0, 1/4, 1/2, 2, 4) and the half-life that raise the
    mean graded nDCG@10 most, if they raise it by more than the standard error of the paired difference; otherwise it
    keeps what it has. gain is what the last change of a kind brought. Learnt from at most `users` people, drawn
    by a hash of their ids.
    """
    chosen = {name: replace(kind) for name, kind in kinds.items()}
    gains = dict.fromkeys(chosen, 0.0)
    trial = _Trial.read(interactions, share_voice(item_tags, sharpness), wanted, as_of, shrinkage, users)
    for _ in range(ROUNDS if len(trial.wanted) else 0):
        for name in sorted(set(trial.traces["kind"])):
            before = trial.judge(chosen)
            tried = [{**chosen, name: kind} for kind in _others(chosen[name])]
            judged = [trial.judge(each) - before for each in tried]
            best = max(range(len(tried)), key=lambda number: (judged[number].mean(), -number))
            if judged[best].mean() > judged[best].std() / np.sqrt(len(before)):
                chosen, gains[name] = tried[best], float(judged[best].mean())
    rows = [(name, kind.weight, kind.half_life_days, gains[name]) for name, kind in sorted(chosen.items())]
    return KindWorth.validate(pd.DataFrame(rows, columns=columns(KindWorth)))


def _others(kind: Kind) -> Iterator[Kind]:
    yield from (replace(kind, weight=kind.weight * factor) for factor in FACTORS)
    yield from (replace(kind, half_life_days=days) for days in HALF_LIVES if days != kind.half_life_days)


@dataclass(frozen=True, eq=False)
class _Trial:
    """Traces of some people as codes, what items say, and what the people want: dense, users by tags."""

    traces: pd.DataFrame
    voices: sparse.csr_matrix
    wanted: Floats
    shrinkage: float
    sums: dict[tuple[str, float], tuple[Floats, Floats]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        interactions: pd.DataFrame,
        voices: pd.DataFrame,
        wanted: pd.DataFrame,
        as_of: datetime,
        shrinkage: float,
        users: int,
    ) -> "_Trial":
        judged = wanted[wanted["user_id"].isin(interactions["user_id"])]
        names = pd.Series(sorted(set(judged["user_id"])), dtype="str")
        drawn = pd.util.hash_pandas_object(names, index=False).sort_values(kind="stable").index[:users]
        people = pd.Index(names[drawn]).sort_values()
        items, tags = (pd.Index(sorted(set(voices[name])), dtype="str") for name in ("item_id", "tag"))
        made = interactions[interactions["user_id"].isin(people) & interactions["item_id"].isin(items)]
        made = made[made["at"] < as_of].sort_values(["user_id", "item_id", "kind", "at"], ignore_index=True)
        days = (pd.Timestamp(as_of) - made["at"]).dt.total_seconds() / DAY
        codes = {"user": people.get_indexer(pd.Index(made["user_id"])), "item": items.get_indexer(made["item_id"])}
        said = (
            voices["score"],
            (items.get_indexer(pd.Index(voices["item_id"])), tags.get_indexer(pd.Index(voices["tag"]))),
        )
        asked = np.zeros((len(people), len(tags)))
        row, column = people.get_indexer(pd.Index(judged["user_id"])), tags.get_indexer(pd.Index(judged["tag"]))
        known = (row >= 0) & (column >= 0)
        asked[row[known], column[known]] = judged["weight"].to_numpy()[known]
        spoken = sparse.csr_matrix(said, shape=(len(items), len(tags)))
        return cls(made[["kind"]].assign(days=days, **codes), spoken, asked, shrinkage)

    def judge(self, kinds: Mapping[str, Kind]) -> Floats:
        """Measure the graded nDCG of each person's tags."""
        interest, weight = np.zeros_like(self.wanted), np.zeros((len(self.wanted), 1))
        for name in sorted(set(self.traces["kind"])):
            spoken, total = self.sum(name, kinds[name].half_life_days)
            interest += kinds[name].weight * spoken
            weight += abs(kinds[name].weight) * total
        common = (interest / np.where(weight > 0, weight, 1)).mean(axis=0)
        score = interest + self.shrinkage * np.maximum(common, 0)
        discount = 1 / np.log2(np.arange(2, min(DEPTH, score.shape[1]) + 2))
        best = np.argsort(-score, axis=1, kind="stable")[:, : len(discount)]
        gained = np.take_along_axis(self.wanted, best, axis=1) @ discount
        ideal = -np.sort(-self.wanted, axis=1)[:, : len(discount)] @ discount
        return np.asarray(gained / np.where(ideal > 0, ideal, 1))

    def sum(self, name: str, half_life_days: float) -> tuple[Floats, Floats]:
        """Add up what the traces of one kind say when they fade with a half-life, and how many they are then."""
        if (name, half_life_days) not in self.sums:
            made = self.traces[self.traces["kind"] == name]
            fade = 0.5 ** (made["days"].to_numpy() / half_life_days) if half_life_days else np.ones(len(made))
            across = (len(self.wanted), self.voices.shape[0])
            placed = sparse.csr_matrix((fade, (made["user"], made["item"])), shape=across)
            total = np.asarray(placed.sum(axis=1)).reshape(-1, 1)
            self.sums[name, half_life_days] = ((placed @ self.voices).toarray(), total)
        return self.sums[name, half_life_days]
