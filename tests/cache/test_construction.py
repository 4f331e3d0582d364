import datetime as dt
import time
import warnings
from itertools import chain, combinations

import gokart
import luigi
import pytest
from luigi.cmdline_parser import CmdlineParser
from luigi.task_register import Register
from luigi.util import inherits

from slipstream.tasks.base import Task
from tests.cache.small_tasks import Leaf, Pair


class Even(luigi.IntParameter):
    """A parameter whose normal form is an even number."""

    def normalize(self, x):
        return x // 2 * 2


class Many(Task[int]):
    """A task with a parameter of every sort."""

    number: luigi.IntParameter = luigi.IntParameter()
    even: Even = Even(default=5)
    day: luigi.DateParameter = luigi.DateParameter(default=dt.date(2024, 2, 1))
    words: luigi.ListParameter = luigi.ListParameter(default=["a", "b"])
    table: luigi.DictParameter = luigi.DictParameter(default={"a": [1, 2]})
    aside: luigi.Parameter = luigi.Parameter(default="x", positional=False, significant=False)
    before: gokart.ListTaskInstanceParameter = gokart.ListTaskInstanceParameter(default=[])
    flag: luigi.BoolParameter = luigi.BoolParameter(default=False)


POSITIONAL = [name for name, parameter in Many.get_params() if parameter.positional]


class Relocated(Task[int]):
    """A task with a parameter that is configured elsewhere."""

    depth: luigi.IntParameter = luigi.IntParameter(
        default=1, config_path={"section": "elsewhere", "name": "relocated-depth"}
    )


class Link(Task[int]):
    """A step of a chain."""

    before: gokart.TaskInstanceParameter[Task[int]] = gokart.TaskInstanceParameter()


def outcome(ask):
    """Give what a call returns, warns of and raises."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            answer = ask()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is compared)
            answer = type(error), str(error), type(error.__cause__), str(error.__cause__)
    return answer, [str(warning.message) for warning in heard]


def by_luigi(cls, args, kwargs):
    """Construct by the rules of luigi and gokart themselves."""
    cls._unconsumed_params = set()
    params = luigi.Task.get_params.__func__(cls)
    given = dict(kwargs)
    gokart.TaskOnKart._add_configuration.__func__(cls, given, "TaskOnKart")
    return luigi.Task.get_param_values.__func__(cls, params, args, given)


def by_us(cls, args, kwargs):
    cls._unconsumed_params = set()
    given = dict(kwargs)
    cls._add_configuration(given, "TaskOnKart")
    return cls.get_param_values(cls.get_params(), args, given)


def assert_same(cls, *args, **kwargs):
    expected = outcome(lambda: by_luigi(cls, args, kwargs))
    assert outcome(lambda: by_us(cls, args, kwargs)) == expected
    return expected


def subsets(given):
    names = list(given)
    chosen = chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))
    return [{name: given[name] for name in names} for names in chosen]


@pytest.fixture(
    params=[
        {},
        {"Many": {"number": "7", "even": "9"}},
        {"Many": {"words": '["c"]', "flag": "true", "unheard-of": "1"}},
        {"Many": {"number": "many"}},
        {"TaskOnKart": {"number": "8", "cache_unique_id": "false", "unheard_of": "1"}},
        {"DEFAULT": {"number": "6"}},
        {"Many": {"aside": "${SOME_VARIABLE_OF_A_TEST}"}},
        {"Many": {"aside": "${NO_SUCH_VARIABLE_OF_A_TEST}"}},
    ],
    ids=str,
)
def configured(request, monkeypatch):
    monkeypatch.setenv("SOME_VARIABLE_OF_A_TEST", "y")
    config = luigi.configuration.get_config()
    before = {name: dict(config._sections.get(name, {})) for name in (*config._sections, Many.task_family)}
    for section, options in request.param.items():
        for name, value in options.items():
            target = Many.task_family if section == "Many" else section
            (config.defaults() if section == "DEFAULT" else config.setdefault(target, {}))[name] = value
    yield
    config.remove_section(Many.task_family)
    config.remove_section("TaskOnKart")
    config.defaults().pop("number", None)
    config.read_dict({name: options for name, options in before.items() if options})


@pytest.mark.usefixtures("configured")
def test_every_way_to_give_values_gives_what_luigi_gives():
    for kwargs in subsets({"number": 3, "even": 3, "words": ["d"], "table": {"b": {"c": 1}}, "aside": "z"}):
        assert_same(Many, **kwargs)
    for count in (1, len(POSITIONAL), len(POSITIONAL) + 1):
        assert_same(Many, *range(count), number=1)
    assert_same(Many, number=1, before=[Leaf(number=1)])


@pytest.mark.parametrize(
    ("args", "kwargs", "error"),
    [
        ((), {}, luigi.parameter.MissingParameterException),
        (("somewhere",), {POSITIONAL[0]: "elsewhere"}, luigi.parameter.DuplicateParameterException),
        ((), {"numbr": 2, "number": 1}, luigi.parameter.UnknownParameterException),
        ((), {"number": 1, "even": "three"}, TypeError),
    ],
)
def test_wrong_calls_raise_what_luigi_raises(args, kwargs, error):
    luigi.configuration.get_config().remove_section("TaskOnKart")
    (kind, *_), _ = assert_same(Many, *args, **kwargs)
    assert kind is error


def test_a_parameter_that_is_configured_elsewhere_is_found():
    assert dict(assert_same(Relocated)[0])["depth"] == 1
    luigi.configuration.get_config().set("elsewhere", "relocated-depth", "3")
    values, heard = assert_same(Relocated)
    luigi.configuration.get_config().remove_section("elsewhere")
    assert dict(values)["depth"] == 3
    assert "deprecated" in " ".join(heard)


def test_options_of_the_command_line_are_heard():
    assert dict(assert_same(Many, number=1)[0])["even"] == 4
    with CmdlineParser.global_instance([Many.task_family, f"--{Many.task_family.replace('_', '-')}-even", "8"]):
        assert dict(assert_same(Many, number=1)[0])["even"] == 8
        assert dict(assert_same(Leaf, number=1)[0])["revision"] == 0
    assert dict(assert_same(Many, number=1)[0])["even"] == 4


def test_a_change_of_the_configuration_is_noticed_at_once():
    config = luigi.configuration.get_config()
    assert dict(Many.get_param_values(Many.get_params(), (), {"number": 1}))["aside"] == "x"
    config.set(Many.task_family, "aside", "y")
    assert dict(Many.get_param_values(Many.get_params(), (), {"number": 1}))["aside"] == "y"
    config.remove_section(Many.task_family)
    assert dict(Many.get_param_values(Many.get_params(), (), {"number": 1}))["aside"] == "x"


def test_the_parameters_of_a_class_are_luigis():
    for cls in (Many, Relocated, Leaf, Pair, Task):
        assert cls.get_params() == luigi.Task.get_params.__func__(cls)


def test_inherited_parameters_are_counted():
    @inherits(Leaf)
    class Heir(Task[int]):
        """A task with the parameters of another."""

    assert Heir(number=3).number == 3
    assert Heir.get_params() == luigi.Task.get_params.__func__(Heir)


def test_equal_parameters_make_one_task_which_can_be_written_and_read_back():
    task = Many(number=1, words=["d"])
    assert Many(words=("d",), number=1) is task
    assert task.param_kwargs["words"] == ("d",)
    texts = {name: text for name, text in task.to_str_params().items() if name != "before"}
    assert Many.from_str_params(texts) == task
    assert task.clone(number=2) == Many(number=2, words=["d"])


def fan(count):
    return [Leaf(number=number) for number in range(count)]


def links(count):
    task = Leaf(number=0)
    for _ in range(count):
        task = Link(before=task)
    return task


def diamonds(count):
    task = Leaf(number=0)
    for number in range(count // 2):
        task = Pair(left=task, right=Leaf(number=number % 2))
        task = Pair(left=task, right=task)
    return task


@pytest.mark.parametrize(("shape", "count"), [(fan, 1000), (links, 500), (diamonds, 500)])
def test_a_graph_is_constructed_in_linear_time(shape, count):
    seconds = []
    for _ in range(3):
        Register.clear_instance_cache()
        began = time.process_time()
        shape(count)
        seconds.append(time.process_time() - began)
    assert min(seconds) / count < 0.001  # half of it where nothing else runs
