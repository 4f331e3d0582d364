"""Candidates with what their users did next: what the ranker learns from and is judged by."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.guard import Judged, Scores
from slipstream.tasks.recommendation.history import Feature, Numbers
from slipstream.tasks.recommendation.label_weights import hit_weights, label_weights
from slipstream.tasks.tables import Exposure, Interaction, RankingFeature

Flags = npt.NDArray[np.bool_]
KEYS = ["user_id", "item_id"]
SOME = 2000


@dataclass(frozen=True)
class Sample:
    """One window: features of shape (candidates, names), the gain of each candidate, the users' ids, the verdicts.

    `weight` is how much each candidate counts, `passed` whether the user was shown it and passed it over.
    """

    names: list[str]
    features: Feature
    gain: Numbers
    users: pd.Index
    judged: Judged
    weight: Scores
    passed: Flags

    def lesson(self, teachers: Flags, *, others: int, seed: int) -> "Sample":
        """Keep some users; of their candidates without a gain, those passed over and about `others` by chance."""
        taught = self.of(teachers)
        without = taught.groups() - np.bincount(taught.judged.user, taught.gain > 0, len(taught.users))
        chance = np.random.default_rng(seed).random(len(taught.gain)) * without[taught.judged.user]
        kept = (taught.gain > 0) | taught.passed | (chance < others)
        judged = replace(taught.judged, user=taught.judged.user[kept], relevant=taught.judged.relevant[kept])
        rows = taught.features[kept], taught.gain[kept], taught.users, judged, taught.weight[kept], taught.passed[kept]
        return Sample(taught.names, *rows)

    def teachers(self, *, size: int, seed: int) -> Flags:
        """Tell which users have a candidate of positive gain, `size` of them by chance where there are more."""
        hit = np.flatnonzero(np.bincount(self.judged.user, self.gain > 0, len(self.users)) > 0)
        chosen = np.random.default_rng(seed).permutation(hit)[:size]
        return np.asarray(np.isin(np.arange(len(self.users)), chosen), dtype=np.bool_)

    def of(self, users: Flags) -> "Sample":
        """Keep some users, given as one truth value a user."""
        kept = users[self.judged.user]
        number = np.cumsum(users) - 1
        old = self.judged
        worth = None if old.weight is None else old.weight[users]
        each = old.wanted[users], old.window[users], old.person[users]
        judged = Judged(number[old.user[kept]], old.relevant[kept], *each, worth)
        rows = self.features[kept], self.gain[kept], self.users[users], judged, self.weight[kept], self.passed[kept]
        return Sample(self.names, *rows)

    def some(self, *, seed: int) -> "Sample":
        """Keep `SOME` users by chance, where there are more."""
        return self.of(np.random.default_rng(seed).permutation(len(self.users)) < SOME)

    def groups(self) -> Numbers:
        """Count the candidates of each user."""
        return np.bincount(self.judged.user, minlength=len(self.judged.wanted)).astype(np.int64)


def draw_sample(
    features: DataFrame[RankingFeature],
    labels: DataFrame[Interaction],
    names: Sequence[str],
    *,
    levels: Mapping[str, int],
    relevant: Sequence[str],
    exposures: DataFrame[Exposure] | None = None,
) -> Sample:
    """Join candidates with the labels of their window; several traces of a pair count by the strongest.

    `levels` is the grade of each strength; a pair whose weights do not add up to more than 0 has grade 0. With
    `exposures` of the window, candidates weigh as `label_weights` says, without them 1.
    """
    features = features.sort_values(KEYS, ignore_index=True)
    user, users = pd.factorize(features["user_id"])
    grades = grade(labels, levels)
    wanted = grade(labels, {name: int(name in relevant) for name in levels})
    found = pd.MultiIndex.from_frame(features[KEYS])
    gain = np.asarray(grades.reindex(found, fill_value=0), dtype=np.int64)
    hit = np.asarray(wanted.reindex(found, fill_value=0), dtype=np.int64) > 0
    count = np.asarray(wanted.groupby(level=0).sum().reindex(users, fill_value=0), dtype=np.int64)
    matrix = features.reindex(columns=list(names), fill_value=0).to_numpy(np.float32)
    weight, passed = label_weights(found, gain, user, exposures)
    worth = None if exposures is None else hit_weights(weight, hit, user)
    judged = Judged(user.astype(np.int64), hit, count, np.zeros(len(users), np.int64), np.arange(len(users)), worth)
    return Sample(list(names), matrix, gain, pd.Index(users), judged, weight, passed)


def draw_windows(
    features: Sequence[DataFrame[RankingFeature]],
    labels: Sequence[DataFrame[Interaction]],
    exposures: Sequence[DataFrame[Exposure]],
    *,
    levels: Mapping[str, int],
    relevant: Sequence[str],
) -> Sample:
    """Draw one sample a window and put them one behind the other; exposures are of all windows or of none."""
    names = sorted({name for table in features for name in table.columns} - set(KEYS))
    shown: Sequence[DataFrame[Exposure] | None] = exposures or [None] * len(labels)
    windows = zip(features, labels, shown, strict=True)
    return stack(
        [draw_sample(*window[:2], names, levels=levels, relevant=relevant, exposures=window[2]) for window in windows]
    )


def grade(labels: DataFrame[Interaction], levels: Mapping[str, int]) -> "pd.Series[int]":
    """Grade the labelled pairs, by (user_id, item_id)."""
    graded = labels.assign(level=labels["strength"].map(dict(levels)).fillna(0).astype(np.int64))
    pairs = graded.groupby(KEYS).agg(level=("level", "max"), weight=("weight", "sum"))
    return pairs["level"].where(pairs["weight"] > 0, 0)


def source_orders(names: Sequence[str], features: Feature) -> dict[str, Scores]:
    """Recover from the features each single source's order of the candidates, -inf where it is silent."""
    ranks = _of_sources(names, features, "rank")
    return {name: np.where(rank > 0, rank, -np.inf) for name, rank in ranks.items()}


def source_shares(names: Sequence[str], features: Feature) -> dict[str, Feature]:
    """Recover from the features each single source's scores, relative to the user's best one."""
    return _of_sources(names, features, "share")


def _of_sources(names: Sequence[str], features: Feature, what: str) -> dict[str, Feature]:
    """Find one column of each source."""
    found = {position: re.fullmatch(rf"source_(.+)__{what}", name) for position, name in enumerate(names)}
    return {match.group(1): features[:, position] for position, match in found.items() if match}


def stack(samples: Sequence[Sample]) -> Sample:
    """Put windows one behind the other; a user of two windows is judged twice."""
    if len(samples) == 1:
        return samples[0]
    worths = [sample.judged.weight for sample in samples if sample.judged.weight is not None]
    users = samples[0].users.append([sample.users for sample in samples[1:]])
    starts = np.cumsum([0, *(len(sample.judged.wanted) for sample in samples)])
    judged = Judged(
        np.concatenate([sample.judged.user + start for sample, start in zip(samples, starts, strict=False)]),
        np.concatenate([sample.judged.relevant for sample in samples]),
        np.concatenate([sample.judged.wanted for sample in samples]),
        np.repeat(np.arange(len(samples)), [len(sample.users) for sample in samples]),
        pd.factorize(users)[0].astype(np.int64),
        np.concatenate(worths) if worths else None,
    )
    features: Feature = np.concatenate([sample.features for sample in samples])
    gain = np.concatenate([sample.gain for sample in samples])
    weight, passed = (np.concatenate([getattr(sample, name) for sample in samples]) for name in ("weight", "passed"))
    return Sample(samples[0].names, features, gain, users, judged, weight, passed)
