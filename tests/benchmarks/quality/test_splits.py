from datetime import datetime

import pandas as pd
import pytest

from benchmarks.quality.splits import VALIDATION, judged_cuts, validation_cut
from slipstream.pipelines import Backtest
from tests.benchmarks.quality.cases import written

AS_OF = datetime.fromisoformat("2024-04-15T00:00:00+00:00")
CUTS = ["2024-04-13T00:00:00+00:00", "2024-04-14T00:00:00+00:00"]


@pytest.fixture
def pipeline(workspace):
    del workspace
    return Backtest(as_of=AS_OF, cuts=CUTS, window_hours=12.0)


def test_the_judged_cuts_are_those_of_the_pipeline(pipeline):
    cuts = [*judged_cuts(pipeline)]

    assert [cut.name for cut in cuts] == CUTS
    assert [cut.folder for cut in cuts] == ["2024-04-13T000000Z", "2024-04-14T000000Z"]
    assert set(cuts[0].tables) == {"train", "truth", "catalogue", "users"}


@pytest.mark.parametrize("cuts", [CUTS, CUTS[::-1]])
def test_searches_see_nothing_of_what_anybody_is_judged_by(cuts, workspace):
    del workspace
    cut = validation_cut(Backtest(as_of=AS_OF, cuts=cuts, window_hours=12.0))

    assert cut.name == VALIDATION
    assert cut.as_of == pd.Timestamp(CUTS[0]) - pd.Timedelta(hours=12)
    assert cut.tables["train"].as_of == cut.as_of
    assert cut.tables["truth"].as_of == pd.Timestamp(CUTS[0])


def test_the_tables_of_the_judge_are_those_of_the_pipeline(pipeline):
    lists = {
        (task.cut, task.truth, task.seen, task.catalogue)
        for quality in pipeline.products["quality"].tables[:1]
        for task in quality.qualities
    }

    tables = [(cut.name, cut.tables) for cut in judged_cuts(pipeline)]
    assert lists == {(name, each["truth"], each["train"], each["catalogue"]) for name, each in tables}


def test_what_is_wanted_is_new_to_the_user_and_on_offer(tmp_path):
    wanted = pd.read_parquet(written(tmp_path) / "wanted.parquet")

    assert (wanted["user_id"] + " " + wanted["item_id"]).tolist() == [
        "anna c",
        "anna d",
        "bert b",
        "carl c",
        "dora a",
        "emil a",
    ]
