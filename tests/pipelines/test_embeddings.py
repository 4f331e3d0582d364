import numpy as np
import pandas as pd
import pytest

from slipstream import conf
from slipstream.pipelines import Embeddings
from tests.pipelines.logs import write
from tests.worlds import AS_OF, two_clubs

ITEMS = ("items", "items_by_text", "items_by_terms", "items_by_sequence", "items_by_factors")
USERS = ("users", "users_by_factors")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("embeddings")


@pytest.fixture
def made(shared, build):
    """The vectors of the two clubs, made by the first test that asks."""
    conf.set_workspace(shared / "workspace")
    pipeline = Embeddings(as_of=AS_OF.to_pydatetime(), size=8, epochs=20, **write(two_clubs(), shared / "log"))
    build(pipeline)
    return {name: task.output().load() for name, task in pipeline.products.items()}


def likeness(one, other):
    return pd.DataFrame(one.unit @ other.unit.T, one.ids, other.ids)


def test_every_product_is_a_kind_of_vectors(made):
    assert set(made) == {*ITEMS, *USERS}


@pytest.mark.parametrize("name", ITEMS)
def test_every_item_of_the_log_has_finite_vectors(made, name):
    assert sorted(made[name].ids) == sorted(two_clubs().items["item_id"])
    assert np.isfinite(made[name].matrix).all()
    assert (np.linalg.norm(made[name].matrix, axis=1) > 0).all()


@pytest.mark.parametrize("name", USERS)
def test_everybody_has_finite_vectors(made, name):
    assert sorted(made[name].ids) == ["h1", "h2", "h3", "s1", "s2", "s3"]
    assert np.isfinite(made[name].matrix).all()


@pytest.mark.parametrize("name", ["items", "items_by_terms", "items_by_factors"])
def test_items_of_one_club_lie_together(made, name):
    near = likeness(made[name], made[name])
    club = near.index.str[:-1]
    alike = pd.DataFrame(club.to_numpy()[:, None] == club.to_numpy()[None, :], near.index, near.columns)
    assert near.where(alike).mean().min() > near.where(~alike).mean().max()


def test_people_lie_among_the_items_of_their_club(made):
    near = likeness(made["users"], made["items"])
    assert near.idxmax(axis=1).str[0].to_list() == ["h", "h", "h", "s", "s", "s"]


def test_the_joined_vectors_hold_every_part(made):
    assert made["items"].size == sum(made[name].size for name in ITEMS[1:])
