"""Evidence is right: without what it names, the score is lower."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.extmath import randomized_svd

from slipstream.tasks.linking.mentions import find_mentions
from slipstream.tasks.tables import Item, ItemTag, Tag, TagJudgement, TermWeight, empty
from slipstream.tasks.tagging.evidence import companions, nearest_bearers
from slipstream.tasks.tagging.features import describe_pairs
from slipstream.tasks.tagging.model import feature_names, fit_pairs
from slipstream.tasks.tagging.scores import score_item_tags
from slipstream.tasks.vectors import ItemEmbedding

FILES = Path(__file__).parents[2] / "examples/movielens/ml-latest-small"
ITEMS = 600


class Films:
    """The most tagged films, with their tags, titles and ratings, described, scored and explained."""

    def __init__(self):
        movies = pd.read_csv(FILES / "movies.csv", dtype=str).rename(columns={"movieId": "item_id"})
        given = pd.read_csv(FILES / "tags.csv", dtype=str).rename(columns={"movieId": "item_id", "userId": "user_id"})
        given["tag"] = given["tag"].str.lower()
        genres = movies.assign(tag=movies["genres"].str.lower().str.split("|")).explode("tag")
        both = pd.concat([given[["item_id", "tag", "user_id"]], genres[["item_id", "tag"]]], ignore_index=True)
        known = both.groupby("item_id")["tag"].nunique().sort_values(ascending=False, kind="stable").index[:ITEMS]
        self.tags = validated(ItemTag, both[both["item_id"].isin(known)].assign(weight=1.0, at=None))
        films = movies[movies["item_id"].isin(known)].assign(text="", language="en", published_at=None)
        self.items = validated(Item, films)
        names = self.tags["tag"].drop_duplicates()
        self.mentions = find_mentions(self.items, validated(Tag, pd.DataFrame({"tag": names, "alias": names})))
        self.place = self.rated(known)
        self.features = self.described(self.tags, self.mentions)
        self.fit = fit_pairs(self.features, positives=20_000, negatives=5, seed=0)
        nobody = empty(TagJudgement)
        self.scores = score_item_tags(self.features, self.items, self.tags, nobody, [], [self.place], seed=0)
        self.fold = dict(zip(self.features["item_id"], self.features["fold"], strict=True))

    def rated(self, known):
        ratings = pd.read_csv(FILES / "ratings.csv", dtype={"userId": str, "movieId": str})
        ratings = ratings[ratings["movieId"].isin(known)]
        table = ratings.pivot_table(index="movieId", columns="userId", values="rating").notna()
        left, strength, _ = randomized_svd(table.to_numpy(float), 32, random_state=0)
        return ItemEmbedding(table.index, left * strength)

    def described(self, tags, mentions):
        nothing = empty(TermWeight), empty(TagJudgement)
        return describe_pairs(self.items, tags, mentions, *nothing, [], [self.place], candidates=30)

    def odds(self, features, pairs):
        """Judge pairs by the models as they are; a pair that is no longer proposed has none."""
        at = index(features).get_indexer(index(pairs))
        names = feature_names(features)
        known = features.iloc[at[at >= 0]]
        boosters, fold = among(self.fit).boosters, known["fold"].to_numpy(int)
        matrix = known[names].to_numpy(np.float32)
        found = np.full(len(pairs), -np.inf)
        found[at >= 0] = [
            boosters[each].predict(row[None], raw_score=True)[0] for each, row in zip(fold, matrix, strict=True)
        ]
        return found


def among(fit):
    """The models of items with other tags, which all of these have."""
    return getattr(fit.parts, "among", fit.parts)


def validated(row, table):
    return row.validate(table[list(row.to_schema().columns)].reset_index(drop=True))


def index(table):
    return pd.MultiIndex.from_frame(table[["item_id", "tag"]])


@pytest.fixture(scope="module")
def films():
    return Films()


def evidence_of(films, pairs, words):
    """Name the given tags that the evidence of the pairs names."""
    if words == "goes with '":
        return pd.MultiIndex.from_arrays([pairs["item_id"], companions(pairs, films.tags)])
    named = nearest_bearers(pairs, films.tags, films.place, films.fold)
    rows = [(item, tag) for items, tag in zip(named, pairs["tag"], strict=True) for item in items]
    return pd.MultiIndex.from_tuples(rows)


@pytest.mark.parametrize("words", ["goes with '", "chosen by the same people as", "mentioned"])
def test_without_the_named_evidence_the_score_is_lower(films, words):
    pairs = films.scores[films.scores["evidence"].str.startswith(words)].head(400)
    pairs = pairs.sample(min(20, len(pairs)), random_state=0).reset_index(drop=True)
    tags, mentions = films.tags, films.mentions
    if words == "mentioned":
        mentions = mentions[~index(mentions).isin(index(pairs))].reset_index(drop=True)
    else:
        tags = tags[~index(tags).isin(evidence_of(films, pairs, words))].reset_index(drop=True)
    before, after = films.odds(films.features, pairs), films.odds(films.described(tags, mentions), pairs)
    assert len(pairs) >= 5
    assert np.mean(after < before) >= 0.9


def test_without_the_people_who_gave_it_the_score_is_lower(films):
    given = films.scores[films.scores["evidence"].str.startswith("given")].head(20)
    at = index(films.features).get_indexer(index(given))
    features = films.features.copy()
    features.loc[at, ["support", "people"]] = 0.0
    nobody = empty(TagJudgement)
    without = score_item_tags(features, films.items, films.tags, nobody, [], [films.place], threshold=0.0, seed=0)
    after = without.set_index(["item_id", "tag"])["score"].reindex(index(given)).fillna(0.0)
    assert (after.to_numpy() < given["score"].to_numpy()).all()
