import pytest

from slipstream.tasks.base import Table
from slipstream.tasks.evaluation import TagReliability
from slipstream.tasks.evaluation.reliability import calibration_error, tag_reliability
from slipstream.tasks.tables import ItemTag, ItemTagScore, Reliability, empty
from tests.worlds import table

HIDDEN = table(ItemTag, [("a", "t0", 1.0, "u", None), ("b", "t1", 1.0, "u", None), ("k", "t2", 1.0, "u", None)])
KNOWN = table(ItemTag, [("k", "t0", 1.0, "u", None)])
SCORES = table(
    ItemTagScore,
    [("a", "t0", 0.55, ""), ("a", "t1", 0.55, ""), ("b", "t1", 1.0, ""), ("b", "t2", 0.05, ""), ("k", "t2", 0.9, "")],
)


def test_scores_are_compared_with_shares_on_items_without_known_tags():
    found = tag_reliability({"s": SCORES}, HIDDEN, KNOWN)
    everything = found[found["slice"] == "all"].set_index("bin")
    assert everything["count"].to_dict() == {0: 1, 5: 2, 9: 1}
    assert everything["share"].to_dict() == {0: 0.0, 5: 0.5, 9: 1.0}
    assert calibration_error(everything) == pytest.approx((0.05 + 2 * 0.05) / 4)
    assert 0 not in found.loc[found["slice"] == "served", "bin"].tolist()


def test_nothing_scored_is_not_wrong():
    nothing = tag_reliability({"s": empty(ItemTagScore)}, HIDDEN, KNOWN)
    assert nothing.empty
    assert calibration_error(nothing) == 0


class Scores(Table[ItemTagScore]):
    """Some scores."""

    def run(self):
        self.dump(SCORES)


class Hidden(Table[ItemTag]):
    """What was hidden."""

    def run(self):
        self.dump(HIDDEN)


class Known(Table[ItemTag]):
    """What was known."""

    def run(self):
        self.dump(KNOWN)


def test_the_task_names_its_scores(build):
    found = build(TagReliability(scores=[Scores()], names=["mine"], held_out=Hidden(), known=Known(), bins=2))
    assert set(found["source"]) == {"mine"}
    assert list(found.columns) == list(Reliability.to_schema().columns)
