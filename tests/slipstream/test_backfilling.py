"""The days of a backfill."""

from datetime import UTC, date, datetime

import pytest

from slipstream.backfilling import Backfill, backfill
from slipstream.stop import Stop
from tests.pipelines.logs import Traces
from tests.slipstream.toys import Party

AS_OF = datetime(2024, 3, 31, 15, 30, tzinfo=UTC)


def test_every_day_of_the_range_has_a_run_at_the_time_of_day_of_as_of():
    runs = backfill(Traces(as_of=AS_OF, seed=4), date(2024, 2, 28), date(2024, 3, 1)).runs
    assert [run.as_of.isoformat() for run in runs] == [
        "2024-02-28T15:30:00+00:00",
        "2024-02-29T15:30:00+00:00",
        "2024-03-01T15:30:00+00:00",
    ]
    assert {run.seed for run in runs} == {4}


def test_the_runs_share_the_workspace_and_what_they_need():
    whole = backfill(Traces(as_of=AS_OF, workspace_directory="here"), date(2024, 2, 1), date(2024, 2, 2))
    assert isinstance(whole, Backfill)
    assert {whole.workspace_directory, *(run.workspace_directory for run in whole.runs)} == {"here"}
    assert list(whole.products) == ["2024-02-01T15:30:00+00:00", "2024-02-02T15:30:00+00:00"]


def test_what_makes_no_sense_is_refused():
    with pytest.raises(Stop, match="--from 2024-02-02 is after --to 2024-02-01; exchange them"):
        backfill(Traces(as_of=AS_OF), date(2024, 2, 2), date(2024, 2, 1))
    with pytest.raises(Stop, match="Party has no as_of"):
        backfill(Party(), date(2024, 2, 1), date(2024, 2, 1))
