"""Configuration files: loading them, and finding options that nothing would read."""

import re
from collections.abc import Iterable, Mapping
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import gokart
import luigi

from slipstream.pipelines.log import SECTION, FromLog
from slipstream.stop import Code, Stop, near
from slipstream.tasks.base import Pipeline
from slipstream.workspace import add_files

MACHINE = frozenset({"core", "logging", "resources", "retcode", "scheduler", "worker", "gokart_worker", "SlackConfig"})

OWN = "slipstream"


class Modules(luigi.Config):
    """The section [slipstream] of a configuration: where a project keeps its pipelines."""

    modules: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=())


ENVIRONMENT = re.compile(r"\$\{\w+\}")
Pipelines = Mapping[str, type[Pipeline[Any]]]


def load(files: Iterable[Path | str]) -> list[Path]:
    """Load conf/base.ini of the working folder if there is one, then the given files, later ones winning."""
    chosen = add_files(files)
    _forget_instances()
    return chosen


def set_workspace(folder: Path | str) -> None:
    """Make every task constructed from now on keep its product under a folder."""
    luigi.configuration.get_config().set("TaskOnKart", "workspace_directory", str(folder))
    _forget_instances()


def configured_modules() -> list[str]:
    """Name the modules in which a project keeps its pipelines: `modules` of [slipstream], a JSON list."""
    text = luigi.configuration.get_config().get(OWN, "modules", "[]")
    try:
        return [str(name) for name in Modules.modules.parse(text)]
    except ValueError as error:
        raise Stop(Code.MISUSED, f"[{OWN}] modules = {text!r} is not a JSON list of names: {error}") from error


def problems(path: Path, pipelines: Pipelines) -> list[str]:
    """List the options of an ini file that no pipeline has, and the values that cannot be read."""
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    found = []
    for section in set(parser.sections()) - MACHINE:
        parameters = _parameters(section, pipelines)
        if parameters is None:
            known = [*pipelines, "TaskOnKart", OWN, *MACHINE]
            found.append(f"{path}: no pipeline is called [{section}]{near(section, known)}")
            continue
        for option in set(parser.options(section)) - set(parser.defaults()):
            if option not in parameters:
                found.append(f"{path}: [{section}] has no parameter {option!r}{near(option, parameters)}")
            else:
                found.extend(_unreadable(path, section, option, parser.get(section, option), parameters[option]))
    return sorted(found)


def _forget_instances() -> None:
    """Have tasks read the configuration anew: the engine hands out one instance for the same arguments."""
    luigi.task_register.Register.clear_instance_cache()


def _parameters(section: str, pipelines: Pipelines) -> dict[str, luigi.Parameter] | None:
    shared: dict[str, type[luigi.Task]] = {"TaskOnKart": gokart.TaskOnKart, SECTION: FromLog, OWN: Modules}
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
