import numpy as np
import pandas as pd

from slipstream.tasks.tables import ItemTag
from slipstream.tasks.tagging.affinity import fit_affinity
from slipstream.tasks.tagging.model import fit_pairs
from tests.tagging.cases import TAGS, catalogue, described
from tests.worlds import table


def right(features):
    return np.array([tag in TAGS[item[:-2]] for item, tag in zip(features["item_id"], features["tag"], strict=True)])


def test_fit_tells_the_clubs_apart():
    features = described(*catalogue(120))
    fit = fit_affinity(features, positives=1000, seed=0)
    fits = right(features)
    assert fit.probability[fits].min() > fit.probability[~fits].max()
    assert {"behaviour1", "cotags"} <= set(fit.parts(np.flatnonzero(fits)).columns)


def test_a_common_tag_that_says_nothing_fits_less_than_it_is_likely():
    items, item_tags = catalogue(120)
    common = table(ItemTag, [(item, "news", 1.0, "u", None) for item in items["item_id"][::1][:90]])
    features = described(items, pd.concat([item_tags, common], ignore_index=True))
    news = (features["tag"] == "news").to_numpy()
    own = right(features)
    gaps = [
        fit.probability[own].mean() - fit.probability[news].mean()
        for fit in (
            fit_affinity(features, positives=1000, seed=0),
            fit_pairs(features, positives=1000, negatives=5, seed=0),
        )
    ]
    assert gaps[0] > gaps[1]


def test_with_few_tags_the_prior_judges():
    fit = fit_affinity(described(*catalogue(10)), positives=1000, seed=0)
    assert fit.probability.max() < 1


def test_the_seed_decides():
    features = described(*catalogue(120))
    first, again = (fit_affinity(features, positives=50, seed=1).probability for _ in range(2))
    assert np.array_equal(first, again)
