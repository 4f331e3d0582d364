from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from slipstream.quantities import moment, show_moment, show_seconds, show_size, since, size, span

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hours"), [("90m", 1.5), ("12h", 12), ("30d", 720), ("2W", 336), (" 1.5 d ", 36), ("0d", 0)]
)
def test_a_span_of_time_is_read(text, hours):
    assert span(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "3 years"])
def test_what_is_no_span_of_time_is_named(text):
    with pytest.raises(ValueError, match=rf"'{text}' is no span of time; write .* 30d"):
        span(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [("500MB", 5 * 10**8), ("20 GB", 2 * 10**10), ("1.5GiB", 3 * 2**29), ("0", 0), ("7b", 7), ("1k", 1000)],
)
def test_a_size_is_read(text, count):
    assert size(text) == count


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "20 apples", "1iB"])
def test_what_is_no_size_is_named(text):
    with pytest.raises(ValueError, match=rf"'{text}' is no size; write .* 20GB"):
        size(text)


@pytest.mark.parametrize(
    "value",
    [
        *("2026-01-31", "2026-01-31T00:00:00Z", "2026-01-31T09:00:00+09:00", date(2026, 1, 31), NOW),
        *(NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=9)))),
    ],
)
def test_a_time_without_a_zone_is_in_utc(value):
    assert moment(value) == NOW


def test_since_takes_a_time_or_a_span():
    assert since("7d", NOW) == NOW - timedelta(days=7)
    assert since("2026-01-01", NOW) == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="'lately' is neither a time"):
        since("lately", NOW)
    with pytest.raises(ValueError, match="'lately' is no time"):
        moment("lately")


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (25_000_000, "25 MB"), (3e12, "3.0 TB")]
)
def test_sizes_are_written_as_people_read_them(count, words):
    assert show_size(count) == words


@pytest.mark.parametrize(
    ("spent", "words"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1 min 01 s"), (3600 * 2 + 60, "2 h 01 min")]
)
def test_spans_of_time_are_written_as_people_read_them(spent, words):
    assert show_seconds(spent) == words


def test_times_are_written_to_the_minute():
    assert show_moment(NOW) == "2026-01-31"
    assert show_moment(NOW + timedelta(seconds=3700)) == "2026-01-31 01:01"
    assert show_moment(None) == ""
