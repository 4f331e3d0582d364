"""Lists made on Spark are those of one machine."""

from functools import partial

import lightgbm
import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.recommendation.on_spark import nearest_items_on_spark, ranked_items_on_spark
from slipstream.tasks.recommendation.ranker import RankingModel
from slipstream.tasks.recommendation.serving import ranked_items
from slipstream.tasks.spark import cluster
from slipstream.tasks.tables import (
    Candidate,
    CatalogueItem,
    Interaction,
    Metric,
    RankingFeature,
    Refusal,
    User,
    empty,
)
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tests.clusters import shelf, with_a_worker_killed
from tests.worlds import START, joined, table

pytestmark = pytest.mark.spark
USERS, ITEMS, SIZE = 1200, 400, 16


def names(letter, count):
    return [f"{letter}{number}" for number in range(count)]


def touched(each=10):
    """Let every user touch some items, in no order."""
    chance = np.random.default_rng(0)
    users = np.repeat(np.arange(USERS), each)
    frame = pd.DataFrame({"user_id": users, "item_id": chance.integers(ITEMS, size=len(users)), "weight": 1.0})
    frame["user_id"], frame["item_id"] = "u" + frame["user_id"].astype(str), "i" + frame["item_id"].astype(str)
    frame = frame.sample(frac=1, random_state=2).reset_index(drop=True)
    return Interaction.validate(frame.assign(strength="weak", kind="view", at=START))


def space(letter, count, seed):
    matrix = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    matrix[:3] = 0
    return (UserEmbedding if letter == "u" else ItemEmbedding)(names(letter, count), matrix)


def people():
    """Everybody who has a vector, and somebody who has none."""
    return User.validate(pd.DataFrame({"user_id": [*names("u", USERS), "stranger"]}))


def test_the_nearest_items_are_the_same_also_when_a_worker_is_killed(standalone, tmp_path):
    vectors, tables = (space("u", USERS, 3), space("i", ITEMS, 4)), (touched(), people())
    catalogue = CatalogueItem.validate(pd.DataFrame({"item_id": names("i", ITEMS - 50)}))
    knobs = {"cosine": False, "top": 20, "source": "embedding"}
    with cluster({}, tmp_path) as spark:
        job = partial(nearest_items_on_spark, spark, vectors, shelf(tmp_path, *tables), catalogue, **knobs)
        made = with_a_worker_killed(standalone, job)
    right = joined(embedding_items(*vectors, *tables, catalogue, **knobs))
    assert len(right) == 20 * (USERS - 3)
    exact = right.columns.drop("score").tolist()
    pd.testing.assert_frame_equal(made[exact], right[exact], check_exact=True)
    np.testing.assert_array_max_ulp(made["score"].to_numpy(), right["score"].to_numpy(), maxulp=4)


def trained(columns):
    """Grow a few trees over features."""
    chance = np.random.default_rng(5)
    data = lightgbm.Dataset(chance.random((500, len(columns))), chance.random(500), feature_name=list(columns))
    return lightgbm.train({"verbosity": -1, "num_threads": 1, "seed": 0}, data, num_boost_round=5)


def test_the_ranker_gives_the_same_lists_to_the_last_bit(standalone, tmp_path):
    del standalone
    chance = np.random.default_rng(6)
    pairs = touched(each=20)[["user_id", "item_id"]].drop_duplicates().sample(frac=0.5, random_state=7)
    columns = ["source_knn__share", "source_knn__rank", "age"]
    features = pairs.reset_index(drop=True).assign(**dict.fromkeys(columns, np.float32(0)))
    features[columns] = chance.random((len(features), 3)).astype(np.float32)
    model = RankingModel((trained(columns),), {"knn": 1.0}, "ranker", empty(Metric))
    fallback = [(user, item, "popular", rank, 1.0) for user in ("stranger", "u7") for rank, item in enumerate("ab", 1)]
    tables = RankingFeature.validate(features), touched(each=3), people(), table(Candidate, fallback)
    refused = [table(Refusal, [("1: hide", "i7", None), ("2: own", "a", "stranger")])]
    with cluster({}, tmp_path) as spark:
        made = ranked_items_on_spark(spark, model, shelf(tmp_path, *tables), refused, top=9)
    known, seen, users, popular = tables
    right = ranked_items(model, [known], [seen], users, [[popular]], refused, top=9)
    assert set(right["source"]) == {"ranker", "popular"}
    pd.testing.assert_frame_equal(made, right, check_exact=True)
