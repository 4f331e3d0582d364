"""The published protocols on MovieLens-1M, driven by their configurations over a small log in the same formats."""

from pathlib import Path

import pandas as pd
import pytest

from slipstream.pipelines import Backtest
from tests import ml_1m

HOME = Path(__file__).parents[2] / "examples/movielens"
LEAVE_ONE_OUT, FIVE_FOLD = HOME / "ml_1m_leave_one_out.ini", HOME / "ml_1m_five_fold.ini"


@pytest.fixture(scope="module")
def ratings():
    return ml_1m.take(users=30, items=100)


@pytest.fixture(scope="module")
def folder(ratings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ml-1m")
    for write in (ml_1m.write_ratings, ml_1m.write_sequences, ml_1m.write_folds):
        write(ratings, folder)
    return folder


@pytest.fixture
def backtest(configured, folder, monkeypatch):
    """Make a Backtest from configuration files."""
    monkeypatch.setenv("ML1M", str(folder))

    def read(*files, **parameters):
        configured(*files)
        return Backtest(**parameters)

    return read


def traces(table):
    return table.assign(user=table["user_id"].astype(int), item=table["item_id"].astype(int))


def pairs(table):
    return set(table[["user", "item"]].itertuples(index=False, name=None))


def halves(backtest, build):
    """Build what each judged window knows and holds out."""
    return [(traces(build(window.log.events)), traces(build(window.later))) for _, window in backtest.judged_windows()]


def test_by_time_the_last_fifth_of_the_likes_is_held_out(backtest, build, ratings):
    [(known, later)] = halves(backtest(HOME / "ml_1m_temporal.ini"), build)
    liked = ratings[ratings["rating"] >= 4].sort_values(["user", "time"], kind="stable")
    liked = liked[liked.groupby("user")["item"].transform("size") >= 5]
    size, place = liked.groupby("user")["item"].transform("size"), liked.groupby("user").cumcount()
    last = place >= size - (size * 0.2 + 1e-9).astype(int)
    assert pairs(later) == pairs(liked[last])
    assert pairs(known) == pairs(liked[~last])


@pytest.mark.parametrize("files", [[], [HOME / "ml_1m_sequences.ini"]], ids=["ratings.dat", "ml-1m.txt"])
def test_the_last_rating_is_held_out_and_the_ones_before_it_teach(backtest, build, ratings, files):
    pipeline = backtest(LEAVE_ONE_OUT, *files)
    counted = [ratings.groupby(name)["rating"].transform("size") >= 5 for name in ("user", "item")]
    dense = ratings if files else ratings[counted[0] & counted[1]]
    backwards = dense.sort_values(["user", "time"], kind="stable").iloc[::-1]
    place = backwards.groupby("user").cumcount()
    [(_, judged)] = pipeline.judged_windows()
    windows = list(pipeline.training_windows(judged.log, judged.as_of))
    assert len(windows) == 3
    for number, window in enumerate([judged, *windows]):
        assert pairs(traces(build(window.later))) == pairs(backwards[place == number])
        assert pairs(traces(build(window.log.events))) == pairs(backwards[place > number])


def test_five_times_another_fifth_of_the_dense_likes_is_held_out(backtest, build, ratings):
    parts = halves(backtest(FIVE_FOLD), build)
    liked = ratings[ratings["rating"] >= 4]
    while True:
        few = [liked.groupby(name)["rating"].transform("size") < 10 for name in ("user", "item")]
        if not (few[0] | few[1]).any():
            break
        liked = liked[~(few[0] | few[1])]
    assert 0 < len(liked) < len(ratings)
    assert len(parts) == 5
    assert len({frozenset(pairs(later)) for _, later in parts}) == 5
    for known, later in parts:
        assert len(later) == int(0.2 * len(liked))
        assert pairs(known) | pairs(later) == pairs(liked)
        assert not pairs(known) & pairs(later)


def test_given_folds_are_taken_as_they_are(backtest, build, folder):
    parts = halves(backtest(FIVE_FOLD, HOME / "ml_1m_given_folds.ini"), build)
    assert len(parts) == 5
    for fold, both in enumerate(parts):
        for name, part in zip(("train", "test"), both, strict=True):
            given = pd.read_csv(folder / f"{fold}/{name}.tsv", sep="\t", names=["user", "item", "rating", "time"])
            assert pairs(part) == pairs(given)


@pytest.mark.parametrize(
    "files",
    [["ml_1m_temporal.ini"], ["ml_1m_leave_one_out.ini"], ["ml_1m_five_fold.ini", "ml_1m_given_folds.ini"]],
    ids=lambda files: files[-1],
)
def test_a_conf_runs_to_the_end_and_judges_everybody(backtest, build, ratings, files):
    files = [HOME / name for name in files]
    fewer = {"candidate_sources": ("popular", "transitions"), "held_out": backtest(*files).held_out[:1], "windows": 1}
    quality = build(backtest(*files, **fewer))
    means = quality[quality["baseline"].isna() & (quality["slice"] == "all") & (quality["metric"] == "ndcg")]
    assert set(means["source"]) == {"recommend", "popular", "transitions"}
    assert (means["count"] >= 0.95 * ratings["user"].nunique()).all()
    assert means["value"].between(0.01, 0.99).all()
