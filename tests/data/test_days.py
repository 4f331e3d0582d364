"""Files by day."""

from datetime import UTC, datetime

import pytest

from slipstream.tasks.data.days import files_by_day

NOON = datetime(2024, 4, 3, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    for day in ("2024-04-01", "2024-04-02", "2024-04-03", "2024-04-04"):
        (tmp_path / f"{day}.csv").write_text("")
        (tmp_path / f"day={day}").mkdir()
        (tmp_path / f"day={day}" / "part-0.csv").write_text("")
    (tmp_path / "2024-99-99.csv").write_text("")
    (tmp_path / "readme.csv").write_text("")
    return tmp_path


def names(folder, pattern="{day}.csv", as_of=NOON, timezone="UTC"):
    found = files_by_day(f"{folder}/{pattern}", as_of=as_of, timezone=timezone)
    return [path.removeprefix(f"{folder}/") for path in found]


def test_days_that_had_begun_count_in_order(folder):
    assert names(folder) == ["2024-04-01.csv", "2024-04-02.csv", "2024-04-03.csv"]
    assert names(folder, as_of=datetime(2024, 4, 2, tzinfo=UTC)) == ["2024-04-01.csv"]
    assert names(folder, as_of=datetime(2024, 4, 1, tzinfo=UTC)) == []


def test_a_day_begins_by_the_clock_of_the_source(folder):
    late = NOON.replace(hour=16)
    assert names(folder, as_of=late, timezone="Asia/Tokyo")[-1] == "2024-04-04.csv"
    assert names(folder, as_of=late.replace(day=1, hour=3), timezone="America/New_York") == []


def test_a_day_may_be_a_folder_of_files(folder):
    assert names(folder, "day={day}/*.csv")[0] == "day=2024-04-01/*.csv"


def test_a_day_without_a_file_is_named(folder):
    (folder / "2024-04-02.csv").unlink()
    with pytest.raises(FileNotFoundError, match="no file for 2024-04-02, between 2024-04-01 and 2024-04-03; write it"):
        names(folder)
    assert names(folder, as_of=datetime(2024, 4, 2, tzinfo=UTC)) == ["2024-04-01.csv"]


def test_no_file_at_all_is_a_mistake(tmp_path):
    with pytest.raises(FileNotFoundError, match="stands for a day like 2024-04-01"):
        names(tmp_path)
