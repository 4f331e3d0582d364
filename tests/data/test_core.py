from slipstream.tasks.data.core import keep_core
from slipstream.tasks.tables import Event, empty
from tests.worlds import moment, table


def events(*pairs):
    return table(Event, [(user, item, "view", moment(hour), None) for hour, (user, item) in enumerate(pairs)])


def pairs(frame):
    return {user + item for user, item in frame[["user_id", "item_id"]].itertuples(index=False)}


def test_the_core_of_a_chain_shrinks_round_by_round():
    chain = events(("1", "a"), ("1", "b"), ("2", "b"), ("2", "c"), ("3", "c"), ("3", "d"))
    knobs = {"min_per_user": 2, "min_per_item": 2}
    assert pairs(keep_core(chain, **knobs, rounds=1)) == {"1b", "2b", "2c", "3c"}
    assert pairs(keep_core(chain, **knobs, rounds=2)) == {"2b", "2c"}
    assert pairs(keep_core(chain, **knobs, rounds=0)) == set()


def test_what_is_dense_stays_as_it_is():
    dense = events(*[(user, item) for user in "uv" for item in "ab"], ("w", "a"))
    assert pairs(keep_core(dense, min_per_user=2, min_per_item=2, rounds=0)) == {"ua", "ub", "va", "vb"}
    assert pairs(keep_core(dense, min_per_user=0, min_per_item=3, rounds=0)) == {"ua", "va", "wa"}
    assert keep_core(empty(Event), min_per_user=5, min_per_item=5, rounds=0).empty
