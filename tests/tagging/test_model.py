import numpy as np

from slipstream.tasks.tagging.model import feature_names, fit_pairs
from tests.tagging.cases import TAGS, catalogue, described


def fitted(count, **knobs):
    items, item_tags = catalogue(count)
    features = described(items, item_tags)
    return features, fit_pairs(features, **{"positives": 1000, "negatives": 5, "seed": 0, **knobs})


def right(features):
    return np.array([tag in TAGS[item[:-2]] for item, tag in zip(features["item_id"], features["tag"], strict=True)])


def test_learnt_probabilities_tell_the_clubs_apart_and_add_up():
    features, fit = fitted(120)
    fits = right(features)
    assert fit.probability[fits].min() > fit.probability[~fits].max()
    assert abs(fit.probability[fits].mean() - 2 / 3) < 0.1
    parts = fit.parts(np.flatnonzero(fits))
    assert {"behaviour1", "cotags", "popularity", "mention"} == set(parts.columns)
    assert parts[["behaviour1", "cotags"]].sum(axis=1).min() > 0


def test_few_labels_fall_back_to_what_rises_with_every_feature():
    features, fit = fitted(10)
    fits = right(features)
    assert fit.probability[fits].mean() > fit.probability[~fits].mean()
    odds = np.log(fit.probability / (1 - fit.probability))
    assert np.allclose(odds + 4, fit.parts(np.arange(len(features))).sum(axis=1))


def test_the_seed_decides():
    assert np.array_equal(fitted(120)[1].probability, fitted(120)[1].probability)


def test_nothing_that_tells_the_label_is_a_feature():
    features, _ = fitted(10)
    assert not {"given", "people", "support", "cotags_less_one", "fold", "proposed", "judged", "contrast"} & set(
        feature_names(features)
    )
