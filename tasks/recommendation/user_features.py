"""How active a user is and how well an item's popularity and age suit his taste."""

import numpy as np

from slipstream.tasks.recommendation.history import Feature, History, Pairs, Reals


def user_features(history: History, pairs: Pairs, per_item: dict[str, Feature]) -> dict[str, Feature]:
    """Describe each pair's user, and the distance of the item to the user's mean popularity and age."""
    own = history.user >= 0
    user, item, age = history.user[own], history.item[own], history.age[own]
    count = np.bincount(user, minlength=len(pairs.users)).astype(np.float64)
    last = np.full(len(pairs.users), np.log1p(1e6))
    np.minimum.at(last, user, np.log1p(age))
    popularity = _position(per_item["popular__share_ever"])
    columns: dict[str, Reals] = {"user__traces": np.log1p(count), "user__last": last}
    features = {name: values.astype(np.float32)[pairs.user] for name, values in columns.items()}
    for name, values in {"popularity": popularity, "age": per_item["fresh__age"].astype(np.float64)}.items():
        mean = np.bincount(user, values[item], len(pairs.users)) / np.maximum(count, 1)
        features[f"user__{name}"] = mean.astype(np.float32)[pairs.user]
        gap = np.where(count[pairs.user] > 0, values[pairs.item] - mean[pairs.user], 0)
        features[f"user__{name}_gap"] = gap.astype(np.float32)
    return features


def _position(values: Feature) -> Reals:
    """Turn values into their position among the others, 0 (smallest) to 1."""
    return np.searchsorted(np.sort(values), values, side="right") / max(len(values), 1)
