from datetime import UTC, datetime

import luigi
import pytest
from gokart.build import GokartBuildError

from slipstream.tasks.base import Table
from slipstream.tasks.evaluation import (
    CatalogueQuality,
    Comparison,
    PooledQuality,
    RankingQuality,
    TimeOrder,
    UserQualities,
)
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction
from tests.evaluation.cases import AFTER, traces
from tests.worlds import table, two_clubs


class ClubHistory(Table[Interaction]):
    """What the clubs liked so far."""

    def run(self):
        self.dump(two_clubs().interactions)


class ClubFuture(Table[Interaction]):
    """What the clubs like next."""

    def run(self):
        self.dump(traces(list(two_clubs().right.items()), AFTER))


class ClubCatalogue(Table[CatalogueItem]):
    """All articles."""

    def run(self):
        self.dump(two_clubs().catalogue)


class ClubList(Table[Candidate]):
    """The right article for everybody, at a given place."""

    rank: luigi.IntParameter = luigi.IntParameter()

    def run(self):
        rows = []
        for user, item in two_clubs().right.items():
            others = [other for other in two_clubs().catalogue["item_id"] if other != item]
            places = [*others[: self.rank - 1], item]
            rows += [(user, name, "list", number, 1.0 / number) for number, name in enumerate(places, 1)]
        self.dump(table(Candidate, rows))


def inputs(rank):
    return {
        "recommendations": ClubList(rank=rank),
        "truth": ClubFuture(),
        "seen": ClubHistory(),
        "catalogue": ClubCatalogue(),
    }


def value(metrics, metric, k):
    chosen = metrics[(metrics["metric"] == metric) & (metrics["k"] == k) & (metrics["slice"] == "all")]
    return chosen["value"].item()


def test_a_list_is_measured(build):
    metrics = build(RankingQuality(**inputs(2), source="second", ks=(1, 5), resamples=50))
    assert set(metrics["source"]) == {"second"}
    assert value(metrics, "mrr", 5) == pytest.approx(1 / 2)
    assert value(metrics, "recall", 1) == 0
    assert value(metrics, "reachable", 0) == 1


def test_the_catalogue_is_measured(build):
    metrics = build(CatalogueQuality(**inputs(1), source="first", ks=(1,)))
    assert value(metrics, "coverage", 1) == pytest.approx(6 / 8)


def test_lists_are_pooled_and_compared(build):
    qualities = [
        UserQualities(**inputs(rank), source=name, cut=cut, ks=(5,))
        for rank, name in ((1, "first"), (2, "second"))
        for cut in ("monday", "tuesday")
    ]
    pooled = build(PooledQuality(qualities=qualities, resamples=50))
    assert pooled.query("metric == 'mrr' and slice == 'all'")["value"].tolist() == pytest.approx([1, 1 / 2])
    compared = build(Comparison(qualities=qualities, baselines=("second",), resamples=50))
    assert compared["baseline"].unique().tolist() == ["second"]
    assert value(compared, "mrr", 5) == pytest.approx(1 / 2)


def test_a_clean_cut_is_counted(build):
    cut = TimeOrder(history=ClubHistory(), truth=ClubFuture(), as_of=datetime(2024, 2, 1, tzinfo=UTC))
    assert build(cut) == {"history": 18, "truth": 6}


def test_a_leak_stops_the_run(build):
    early = TimeOrder(history=ClubHistory(), truth=ClubFuture(), as_of=datetime(2024, 1, 1, 3, tzinfo=UTC))
    with pytest.raises(GokartBuildError):
        build(early)
    leaked = {**inputs(1), "seen": ClubFuture()}
    with pytest.raises(GokartBuildError):
        build(RankingQuality(**leaked, source="leaked"))
