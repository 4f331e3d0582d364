"""Finding a pipeline by its name, and constructing it from configuration and command line."""

import importlib
import pkgutil
import sys
from collections.abc import Iterable
from configparser import InterpolationError
from pathlib import Path
from types import ModuleType
from typing import Any

import luigi

from slipstream.conf import configured_modules
from slipstream.stop import Code, Stop, cause, near
from slipstream.tasks.base import Pipeline

HOME = "slipstream.pipelines"


def find_pipelines(modules: Iterable[str] = ()) -> dict[str, type[Pipeline[Any]]]:
    """Name every pipeline of slipstream, of the configured modules or packages, and of further ones."""
    found: dict[str, type[Pipeline[Any]]] = {}
    for name in dict.fromkeys((HOME, *configured_modules(), *modules)):
        for module in _walk(name):
            for value in vars(module).values():
                if _is_whole_pipeline(value) and value.__module__ == module.__name__:
                    found[value.__name__] = value
    return found


def find_pipeline(name: str, modules: Iterable[str] = ()) -> type[Pipeline[Any]]:
    """Find a pipeline by its class name."""
    found = find_pipelines(modules)
    if name not in found:
        raise Stop(Code.MISUSED, f"there is no pipeline {name!r}{near(name, found)}")
    return found[name]


def construct(pipeline: type[Pipeline[Any]], settings: Iterable[str] = ()) -> Pipeline[Any]:
    """Make a pipeline from the loaded configuration and from `name=value` settings, which win."""
    parameters = dict(pipeline.get_params())
    given = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise Stop(Code.MISUSED, f"--set {setting!r} has no value; write name=value")
        if name not in parameters:
            raise Stop(Code.MISUSED, f"{pipeline.__name__} has no parameter {name!r}{near(name, parameters)}")
        given[name] = value
    try:
        return pipeline.from_str_params(given)  # type: ignore[no-any-return]
    except luigi.parameter.MissingParameterException as error:
        name = str(error).split("'")[1]
        line = f"{pipeline.__name__} needs parameter {name!r}; give it by --set or in a file given to --conf"
        raise Stop(Code.MISUSED, line) from error
    except (ValueError, TypeError, InterpolationError, luigi.parameter.ParameterException) as error:
        raise Stop(Code.MISUSED, f"{pipeline.__name__} cannot be made: {cause(error)}") from error


def _is_whole_pipeline(value: Any) -> bool:
    """Tell a pipeline from a generic class that others build on."""
    return isinstance(value, type) and issubclass(value, Pipeline) and not getattr(value, "__parameters__", ())


def _walk(name: str) -> Iterable[ModuleType]:
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    module = _import(name)
    yield module
    for entry in pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}."):
        yield _import(entry.name)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise Stop(Code.NOT_SCHEDULED, f"cannot import {name!r}: {cause(error)}") from error
