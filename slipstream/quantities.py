"""Times, spans of time and sizes as people write and read them."""

import re
from datetime import UTC, date, datetime, timedelta

SPANS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def span(text: str) -> timedelta:
    """Read a span of time: 90m, 12h, 30d, 2w."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([mhdw])", text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is no span of time; write minutes, hours, days or weeks as in 90m, 12h, 30d, 2w")
    return timedelta(seconds=float(match[1]) * SPANS[match[2]])


def size(text: str) -> int:
    """Read a size in bytes: 500MB, 20 GB, 1.5GiB."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", text.strip().lower())
    if match is None or match[2] not in UNITS:
        raise ValueError(f"{text!r} is no size; write bytes as in 500MB, 20GB, 1.5GiB")
    return int(float(match[1]) * UNITS[match[2]])


def moment(value: str | date) -> datetime:
    """Read a time; one that names no zone is in UTC, a date begins at midnight."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"{value!r} is no time; write it as in 2024-01-31 or 2024-01-31T12:00:00+00:00") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def since(text: str, now: datetime) -> datetime:
    """Read a time, or a span before now."""
    try:
        return now - span(text)
    except ValueError:
        pass
    try:
        return moment(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is neither a time as in 2024-01-31 nor a span of time as in 12h, 7d") from error


def show_size(count: float) -> str:
    """Write bytes with three digits or fewer."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def show_seconds(spent: float) -> str:
    """Write a span of time as people read it."""
    if spent < 60:
        return f"{spent:.1f} s"
    minutes, rest = divmod(round(spent), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def show_moment(value: datetime | None) -> str:
    """Write a time to the minute, in UTC; a midnight as its date."""
    if value is None:
        return ""
    value = value.astimezone(UTC)
    return f"{value:%Y-%m-%d}" if (value.hour, value.minute) == (0, 0) else f"{value:%Y-%m-%d %H:%M}"
