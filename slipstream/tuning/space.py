"""What a search may set: parameters of a pipeline, and names inside those that are dictionaries, with their values."""

import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import luigi

from slipstream.stop import Code, Stop, near
from slipstream.tasks.base import Pipeline

Name = tuple[str, ...]
OPTIONS = {"low", "high", "log", "step"}
LIKE = "write a line like candidates = {low = 50, high = 300} or candidates = [50, 100, 200]"


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included; whole ones if both bounds are."""

    low: float
    high: float
    log: bool = False
    step: int = 1

    @property
    def is_whole(self) -> bool:
        """Tell whether only whole numbers are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def examples(self) -> list[Any]:
        """Name the bounds."""
        return [self.low, self.high]


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    values: tuple[Any, ...]

    def examples(self) -> list[Any]:
        """Name all values."""
        return list(self.values)


Space = Mapping[Name, Range | Choice]


def read_space(path: Path, pipeline: type[Pipeline[Any]]) -> dict[Name, Range | Choice]:
    """Read the space from a TOML file, or say what in it is no parameter or no set of values."""
    if not path.is_file():
        raise Stop(Code.MISUSED, f"there is no space {path}; give an existing TOML file to --space")
    try:
        space = dict(_found(tomllib.loads(path.read_text(encoding="utf-8")), ()))
        for name, values in space.items():
            _check(name, values, dict(pipeline.get_params()), pipeline.__name__)
    except ValueError as error:
        raise Stop(Code.MISUSED, f"{path}: {error}") from error
    if not space:
        raise Stop(Code.MISUSED, f"{path} declares nothing to search; {LIKE}")
    return space


def parameters(pipeline: Pipeline[Any], values: Mapping[Name, Any]) -> dict[str, str]:
    """Write the parameters that carry the values; other names in a dictionary stay as the pipeline has them."""
    changed: dict[str, Any] = {}
    for name, value in values.items():
        top, *inside = name
        if not inside:
            changed[top] = value
            continue
        changed.setdefault(top, plain(getattr(pipeline, top)))
        _set(changed[top], inside, value)
    declared = dict(pipeline.get_params())
    return {top: _written(declared[top], value) for top, value in changed.items()}


def plain(value: Any) -> Any:
    """Turn the frozen values of a parameter into lists and dictionaries that can be written and changed."""
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def describe(values: Mapping[Name, Any]) -> str:
    """Write values on one line."""
    return ", ".join(f"{'.'.join(name)}={_short(value)}" for name, value in values.items())


def _found(declared: Mapping[str, Any], above: Name) -> Iterator[tuple[Name, Range | Choice]]:
    for key, value in declared.items():
        name = (*above, key)
        if isinstance(value, list):
            yield name, _choice(name, value)
        elif isinstance(value, dict) and set(value) & {"low", "high"}:
            yield name, _range(name, value)
        elif isinstance(value, dict):
            yield from _found(value, name)
        else:
            raise ValueError(f"{'.'.join(name)} = {value!r} leaves nothing to choose; {LIKE}")


def _choice(name: Name, values: list[Any]) -> Choice:
    try:
        different = {json.dumps(value) for value in values}
    except TypeError as error:
        raise ValueError(f"{'.'.join(name)} has a choice that is no plain value: {error}") from error
    if len(different) < max(len(values), 2):
        raise ValueError(f"{'.'.join(name)} = {values!r} needs two or more different values")
    return Choice(tuple(values))


def _range(name: Name, given: Mapping[str, Any]) -> Range:
    where = ".".join(name)
    unknown = sorted(set(given) - OPTIONS)
    if unknown:
        raise ValueError(f"{where} has no option {unknown[0]!r}{near(unknown[0], OPTIONS)}")
    bounds = [given.get(bound) for bound in ("low", "high")]
    if not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds):
        raise ValueError(f"{where} needs numbers for low and high; found {bounds[0]!r} and {bounds[1]!r}")
    found = Range(**given)
    if not (math.isfinite(found.low) and math.isfinite(found.high) and found.low < found.high):
        raise ValueError(f"{where} has low {found.low} and high {found.high}; low must lie below high")
    if found.log and found.low <= 0:
        raise ValueError(f"{where} has low {found.low}; with log = true it must be above 0")
    if found.step != 1 and (not found.is_whole or found.log or found.step < 1):
        raise ValueError(f"{where} has step {found.step}; only whole numbers without log take one, of 1 and more")
    return found


def _check(name: Name, values: Range | Choice, known: Mapping[str, luigi.Parameter], owner: str) -> None:
    top, *inside = name
    if top not in known:
        raise ValueError(f"{owner} has no parameter {top!r}{near(top, known)}")
    parameter = known[top]
    if inside and not isinstance(parameter, luigi.DictParameter):
        raise ValueError(f"{'.'.join(name)}: parameter {top!r} of {owner} has no names inside; {LIKE}")
    for value in [] if inside else values.examples():
        try:
            parameter.parse(_written(parameter, value))
        except (ValueError, TypeError, luigi.parameter.ParameterException) as error:
            raise ValueError(f"{top} of {owner} cannot be {value!r}: {error}") from error


def _written(parameter: luigi.Parameter, value: Any) -> str:
    return value if isinstance(value, str) else str(parameter.serialize(value))


def _set(into: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names[:-1]:
        into = into.setdefault(name, {})
    into[names[-1]] = value


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)
