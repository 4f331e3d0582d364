"""A piece of ml-latest-small written as the files of MovieLens-1M are."""

from pathlib import Path

import numpy as np
import pandas as pd

LAST = 1_046_454_590  # when the last rating of MovieLens-1M was given
RATINGS = Path(__file__).parents[1] / "examples/movielens/ml-latest-small/ratings.csv"


def take(*, users: int, items: int) -> pd.DataFrame:
    """Take the most rated items and some users with ratings of them: user, item, rating (1 to 5), time; by user."""
    ratings = pd.read_csv(RATINGS).set_axis(["user", "item", "rating", "time"], axis=1)
    known = ratings["item"].value_counts().index[:items]
    ratings = ratings[ratings["item"].isin(known)]
    chosen = ratings["user"].value_counts().index[:users]
    ratings = ratings[ratings["user"].isin(chosen)].reset_index(drop=True)
    time = ratings["time"] - ratings["time"].max() + LAST
    return ratings.assign(rating=np.ceil(ratings["rating"]).astype(int), time=time)


def write_ratings(ratings: pd.DataFrame, folder: Path) -> None:
    """Write ratings.dat."""
    lines = ratings.astype(str).agg("::".join, axis=1)
    (folder / "ratings.dat").write_text("\n".join(lines) + "\n", encoding="latin-1")


def write_sequences(ratings: pd.DataFrame, folder: Path) -> None:
    """Write ml-1m.txt: what each user rated, in order of time, ties as they stand."""
    ordered = ratings.sort_values(["user", "time"], kind="stable")
    ordered[["user", "item"]].to_csv(folder / "ml-1m.txt", sep=" ", header=False, index=False)


def write_folds(ratings: pd.DataFrame, folder: Path) -> None:
    """Write five random folds of the ratings of 4 and more."""
    liked = ratings[ratings["rating"] >= 4]
    for fold in range(5):
        (folder / str(fold)).mkdir(parents=True)
        held_out = np.random.default_rng(fold).random(len(liked)) < 0.2
        for name, part in (("train", liked[~held_out]), ("test", liked[held_out])):
            part.to_csv(folder / str(fold) / f"{name}.tsv", sep="\t", header=False, index=False)
