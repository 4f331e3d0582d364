"""A log in files by day: those of the days that had begun by a moment."""

import glob
import re
import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

DAY = "{day}"
DIGITS = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


def files_by_day(pattern: str, *, as_of: datetime, timezone: str) -> list[str]:
    """Name the files (or their pattern) of every day that began before as_of, in the order of time.

    {day} stands for the day in a timezone, like 2024-04-01; where it stands twice it is the same day. Before the first
    day there is nothing: the list is empty.

    Raises:
        FileNotFoundError: There are no files at all, or some day between the first and the last has none.

    """
    zone = zoneinfo.ZoneInfo(timezone)
    known = sorted(set(_days(pattern)))
    if not known:
        raise FileNotFoundError(
            f"no file matches {pattern} (working directory {Path.cwd()}); {DAY} stands for a day like 2024-04-01"
        )
    begun = [day for day in known if datetime(day.year, day.month, day.day, tzinfo=zone) < as_of]
    lost = [day for day, after in pairwise(begun) if after - day > timedelta(days=1)]
    if lost:
        raise FileNotFoundError(
            f"{pattern} has no file for {lost[0] + timedelta(days=1)}, between {begun[0]} and {begun[-1]}; "
            "write it, empty if nothing happened that day"
        )
    return [pattern.replace(DAY, day.isoformat()) for day in begun]


def _days(pattern: str) -> Iterator[date]:
    """Read the days from the names of files; what is no date is another file."""
    parts = [re.escape(part).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*") for part in pattern.split(DAY)]
    named = re.compile(parts[0] + r"(\d{4}-\d{2}-\d{2})" + r"\1".join(parts[1:]))
    for path in glob.glob(pattern.replace(DAY, DIGITS), recursive=True):  # noqa: PTH207 - strings, as given
        found = named.fullmatch(path)
        try:
            if found:
                yield date.fromisoformat(found[1])
        except ValueError:
            continue
