"""Configuration files: loading them, and finding options that nothing would read."""

import difflib
import re
import warnings
from collections.abc import Iterable, Mapping
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import gokart
import luigi

from slipstream.pipelines.log import SECTION, FromLog
from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline

BASE = Path("conf/base.ini")
MACHINE = frozenset({"core", "logging", "resources", "retcode", "scheduler", "worker", "gokart_worker", "SlackConfig"})

ENVIRONMENT = re.compile(r"\$\{\w+\}")
Pipelines = Mapping[str, type[Pipeline[Any]]]


def load(files: Iterable[Path | str]) -> list[Path]:
    """Load conf/base.ini of the working folder if there is one, then the given files, later ones winning."""
    chosen = [*([BASE] if BASE.exists() else []), *map(Path, files)]
    for path in chosen:
        if not path.is_file():
            raise Stop(Code.MISUSED, f"there is no configuration file {path}; give an existing one to --conf")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the engine announces which parser it took
            gokart.add_config(str(path))
    _forget_instances()
    return chosen


def set_workspace(folder: Path | str) -> None:
    """Make every task constructed from now on keep its product under a folder."""
    luigi.configuration.get_config().set("TaskOnKart", "workspace_directory", str(folder))
    _forget_instances()


def problems(path: Path, pipelines: Pipelines) -> list[str]:
    """List the options of an ini file that no pipeline has, and the values that cannot be read."""
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    found = []
    for section in set(parser.sections()) - MACHINE:
        parameters = _parameters(section, pipelines)
        if parameters is None:
            known = [*pipelines, "TaskOnKart", *MACHINE]
            found.append(f"{path}: no pipeline is called [{section}]{near(section, known)}")
            continue
        for option in set(parser.options(section)) - set(parser.defaults()):
            if option not in parameters:
                found.append(f"{path}: [{section}] has no parameter {option!r}{near(option, parameters)}")
            else:
                found.extend(_unreadable(path, section, option, parser.get(section, option), parameters[option]))
    return sorted(found)


def near(name: str, known: Iterable[str]) -> str:
    """Suggest the names that somebody may have meant, or list them when there are few."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; there are {', '.join(names)}" if names else "; there are none"


def _forget_instances() -> None:
    """Have tasks read the configuration anew: the engine hands out one instance for the same arguments."""
    luigi.task_register.Register.clear_instance_cache()


def _parameters(section: str, pipelines: Pipelines) -> dict[str, luigi.Parameter] | None:
    shared: dict[str, type[gokart.TaskOnKart[Any]]] = {"TaskOnKart": gokart.TaskOnKart, SECTION: FromLog}
    owner = shared.get(section) or pipelines.get(section)
    return None if owner is None else dict(owner.get_params())


def _unreadable(path: Path, section: str, option: str, text: str, parameter: luigi.Parameter) -> list[str]:
    is_json = isinstance(parameter, luigi.DictParameter | luigi.ListParameter)
    if not is_json and (not text or ENVIRONMENT.search(text)):
        return []
    try:
        parameter.parse(ENVIRONMENT.sub("value", text))
    except (ValueError, TypeError, LookupError, luigi.parameter.ParameterException) as error:
        return [f"{path}: [{section}] {option} = {_start(text)!r} cannot be read: {error}"]
    return []


def _start(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
