"""Constructing tasks by the thousand: by luigi's rules, without looking up what the configuration does not hold."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

import gokart
import luigi
from luigi.cmdline_parser import CmdlineParser
from luigi.configuration import LuigiConfigParser
from luigi.parameter import _no_value

P = TypeVar("P")
Parameters = Sequence[tuple[str, luigi.Parameter[Any]]]


class QuickTask(gokart.TaskOnKart[P], Generic[P]):
    """A task that is constructed in microseconds, with the values, errors and warnings that luigi would give."""

    @classmethod
    def get_params(cls) -> list[tuple[str, luigi.Parameter[Any]]]:
        """List the parameters by name, in the order of their declaration."""
        return list(_declared(cls))

    @classmethod
    def get_param_values(
        cls, params: Parameters, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> list[tuple[str, Any]]:
        """Take what is given by name and the declared defaults; luigi decides wherever something else has a say."""
        if args or not _is_complete(params, kwargs) or _is_set_from_outside(cls.get_task_family(), params):
            values: list[tuple[str, Any]] = super().get_param_values(params, args, kwargs)
            return values
        declared = dict(params)
        taken = {name: declared[name].normalize(value) for name, value in kwargs.items()}
        defaults = ((name, parameter) for name, parameter in params if name not in kwargs)
        taken.update((name, parameter.normalize(_default(parameter))) for name, parameter in defaults)
        return [(name, _hashable(taken[name])) for name, _ in params]

    @classmethod
    def _add_configuration(cls, kwargs: dict[str, Any], section: str) -> None:
        """Take from the section that holds for all tasks what is not given, as gokart does."""
        config = luigi.configuration.get_config()
        for name, value in config[section].items() if section in config else ():
            parameter = vars(cls).get(name, vars(gokart.TaskOnKart).get(name))
            if name not in kwargs and parameter is not None:
                kwargs[name] = parameter.parse(value)


@cache
def _declared(cls: type[QuickTask[Any]]) -> tuple[tuple[str, luigi.Parameter[Any]], ...]:
    return tuple(super(QuickTask, cls).get_params())


def _is_complete(params: Parameters, given: Mapping[str, Any]) -> bool:
    """Tell whether values are given for all parameters without a default, and for nothing unknown."""
    required = {name for name, parameter in params if _default(parameter) is _no_value}
    return required <= given.keys() <= {name for name, _ in params}


def _is_set_from_outside(family: str, params: Parameters) -> bool:
    """Tell whether a section of the configuration or an option of the command line may set a parameter."""
    config, command = luigi.configuration.get_config(), CmdlineParser.get_instance()
    options = vars(command.known_args) if command else {}
    return (
        not isinstance(config, LuigiConfigParser)
        or family in config
        or any(p._config_path or options.get(p._parser_global_dest(name, family)) for name, p in params)  # noqa: SLF001 (as luigi asks)
    )


def _default(parameter: luigi.Parameter[Any]) -> Any:
    return parameter._default  # noqa: SLF001 (luigi has no public name for it)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | set) else value
