import pandas as pd
import pytest

from slipstream.tasks.evaluation.leakage import check_order, check_overlap
from slipstream.tasks.tables import Interaction, empty
from tests.evaluation.cases import AFTER, BEFORE, listed, traces, trial
from tests.worlds import AS_OF


def test_a_clean_cut_is_counted():
    history, truth = traces([("anna", "a"), ("bob", "b")], BEFORE), traces([("anna", "b")], AS_OF)
    assert check_order(history, truth, as_of=AS_OF) == {"history": 2, "truth": 1}


def test_a_trace_at_as_of_is_too_late_for_the_history():
    history = pd.concat([traces([("anna", "a")], BEFORE), traces([("bob", "b")], AS_OF)], ignore_index=True)
    with pytest.raises(ValueError, match=r"1 of 2 traces of the history are not before 2024-02-01.*'bob' on item 'b'"):
        check_order(history, empty(Interaction), as_of=AS_OF)


def test_a_trace_before_as_of_is_too_early_for_the_truth():
    with pytest.raises(ValueError, match=r"1 of 1 traces of the truth are before .*'anna' on item 'a'.*judge by"):
        check_order(empty(Interaction), traces([("anna", "a")], BEFORE), as_of=AS_OF)


def test_a_planted_leak_is_caught_where_users_are_cut_one_by_one():
    truth = traces([("anna", "a"), ("bob", "b")], AFTER)
    leak = pd.concat([traces([("carl", "c")], BEFORE), truth.iloc[[1]]], ignore_index=True)
    with pytest.raises(ValueError, match=r"1 of 2 traces of the truth stand in the history too .*'bob' on item 'b'"):
        check_overlap(leak, truth)
    with pytest.raises(ValueError, match="stand in the history too"):
        trial(listed(("bob", "b")), truth, leak)


def test_the_same_item_at_another_time_is_no_leak():
    check_overlap(traces([("anna", "a")], BEFORE), traces([("anna", "a")], AFTER))


def test_nothing_leaks_out_of_nothing():
    check_overlap(empty(Interaction), empty(Interaction))
    assert check_order(empty(Interaction), empty(Interaction), as_of=AS_OF) == {"history": 0, "truth": 0}
