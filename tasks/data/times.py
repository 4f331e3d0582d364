"""Foreign times as moments in UTC."""

import polars as pl

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
LAST_SECOND = 253_402_300_799  # the end of the year 9999
FIRST_SECOND = -62_135_596_800  # the start of the year 1
NAIVE = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
AWARE = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")


def to_moments(cells: pl.Series, time_unit: str, timezone: str) -> pl.Series:
    """Read times as microseconds in UTC, null where a cell is no time.

    time_unit is s, ms, us, ns, iso8601 or a strptime format; times that name no zone are in timezone, where a local
    time that occurs twice counts as the earlier one and one that never occurs is no time.
    """
    if cells.dtype.is_temporal():
        return _zoned(cells.cast(pl.Datetime("us", getattr(cells.dtype, "time_zone", None))), timezone)
    if time_unit in PER_SECOND:
        return _count(cells, PER_SECOND[time_unit])
    if time_unit == "iso8601":
        return _iso(cells, timezone)
    return _zoned(cells.str.to_datetime(time_unit, strict=False, time_unit="us"), timezone)


def _zoned(times: pl.Series, timezone: str) -> pl.Series:
    if getattr(times.dtype, "time_zone", None) is None:
        times = times.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return times.dt.convert_time_zone("UTC")


def _count(cells: pl.Series, per_second: int) -> pl.Series:
    whole = cells.cast(pl.Int64, strict=False)
    broken = cells.cast(pl.Float64, strict=False)
    seconds = broken / per_second
    fits = (seconds >= FIRST_SECOND) & (seconds <= LAST_SECOND)
    exact = whole // (per_second // 10**6) if per_second > 10**6 else whole * (10**6 // per_second)
    micros = exact.fill_null((seconds * 10**6).round().cast(pl.Int64, strict=False))
    return micros.set(~fits.fill_null(value=False), None).cast(pl.Datetime("us", "UTC"))


def _iso(cells: pl.Series, timezone: str) -> pl.Series:
    moments = cells.str.to_datetime("%+", strict=False, time_unit="us").cast(pl.Datetime("us", "UTC"))
    rest = cells.set(moments.is_not_null(), None)
    if rest.null_count() == len(rest):
        return moments
    rest = rest.str.replace("T", " ", literal=True).str.replace("[Zz]$", "+00:00")
    for shape in (*NAIVE, *AWARE):
        found = rest.str.to_datetime(shape, strict=False, time_unit="us")
        moments = moments.fill_null(_zoned(found, timezone))
    return moments
