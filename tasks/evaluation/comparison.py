"""Lists judged by the same users: how good each is, and how much better than another."""

from collections.abc import Sequence

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.catalogue import judge_catalogue
from slipstream.tasks.evaluation.intervals import METRICS, estimate
from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.evaluation.users import judge_users
from slipstream.tasks.tables import Metric, UserQuality, columns, empty

JUDGED = ["cut", "slice", "user_id", "k"]


def measure_ranking(
    trial: Trial, *, source: str, ks: Sequence[int], relevant: Sequence[str], cold_below: int, resamples: int, seed: int
) -> DataFrame[Metric]:
    """Measure one list: the means over judged users and what it shows of the catalogue."""
    users = judge_users(trial, source=source, cut="", ks=ks, relevant=relevant, cold_below=cold_below)
    means = pool_users([users], resamples=resamples, seed=seed)
    parts = [part for part in (means, judge_catalogue(trial, source=source, ks=ks, relevant=relevant)) if len(part)]
    return Metric.validate(pd.concat(parts, ignore_index=True)) if parts else empty(Metric)


def pool_users(qualities: Sequence[DataFrame[UserQuality]], *, resamples: int, seed: int) -> DataFrame[Metric]:
    """Average each source over the users of all its cuts, each judged user of each cut counting once."""
    return estimate(join(qualities).assign(baseline=""), resamples=resamples, seed=seed)


def compare(
    qualities: Sequence[DataFrame[UserQuality]], *, baselines: Sequence[str], resamples: int, seed: int
) -> DataFrame[Metric]:
    """Average the difference to each baseline over the same users of the same cuts, for every other source.

    A positive difference whose interval leaves out 0 says that the source is better than the baseline.
    """
    judged = {str(source): part.set_index(JUDGED).sort_index() for source, part in join(qualities).groupby("source")}
    missing = [name for name in baselines if name not in judged]
    if missing and judged:
        raise ValueError(f"no list is called {missing[0]!r}; the baselines can be any of {', '.join(sorted(judged))}")
    others = [source for source in judged if source not in baselines]
    differences = [subtract(judged, source, baseline) for source in others for baseline in baselines]
    if not differences:
        return empty(Metric)
    return estimate(pd.concat(differences, ignore_index=True), resamples=resamples, seed=seed)


def name_slice(quality: DataFrame[Metric], *, slice_: str) -> DataFrame[Metric]:
    """Keep what is measured on everybody, as a slice of its own."""
    return Metric.validate(quality[quality["slice"] == "all"].assign(slice=slice_).reset_index(drop=True))


def subtract(judged: dict[str, pd.DataFrame], source: str, baseline: str) -> pd.DataFrame:
    """Subtract the qualities of the baseline, user by user."""
    ours, theirs = judged[source], judged[baseline]
    if not ours.index.equals(theirs.index):
        alone = ours.index.symmetric_difference(theirs.index)
        raise ValueError(
            f"{source!r} and {baseline!r} are not judged alike: {len(alone)} of their rows stand in one of them only "
            f"(first: {dict(zip(JUDGED, alone[0], strict=True))}); "
            "give both the same cuts, truth, history, catalogue and depths"
        )
    difference = ours[METRICS] - theirs[METRICS]
    return difference.reset_index().assign(source=source, baseline=baseline)


def join(qualities: Sequence[DataFrame[UserQuality]]) -> pd.DataFrame:
    """Put the qualities of several lists and cuts together."""
    full = [part for part in qualities if len(part)]
    joined = pd.concat(full, ignore_index=True) if full else empty(UserQuality)
    twice = joined[joined.duplicated(["source", *JUDGED])]
    if len(twice):
        row = twice.iloc[0]
        raise ValueError(
            f"{len(twice)} rows of source {row['source']!r} on cut {row['cut']!r} stand twice; give every list its own "
            "source and every window its own cut"
        )
    return joined[columns(UserQuality)]
