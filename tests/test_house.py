"""The rules of the house, over every room, task and module there is."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import gokart
import luigi
import pytest

from slipstream.tasks.base import Task

ROOT = Path(__file__).parents[1]
ROOMS = sorted(path.parent for path in ROOT.glob("tasks/*/tasks.py"))
MODULES = sorted(
    path.relative_to(ROOT)
    for pattern in ("tasks/*.py", "tasks/*/*.py", "pipelines/*.py", "slipstream/*.py", "slipstream/*/*.py")
    for path in ROOT.glob(pattern)
    if path.name not in {"__init__.py", "__main__.py"} and not path.parent.is_symlink()
)
PURE = [
    path for path in MODULES if path.match("tasks/*/*.py") and path.name != "tasks.py" and "cache" not in path.parts
]
TASK_VALUED = (gokart.TaskInstanceParameter, gokart.ListTaskInstanceParameter)
TIME_AND_CHANCE = {"as_of", "seed"}


def task_classes(room: Path) -> dict[str, type[Task]]:
    """Name the task classes that a room defines, on its door or not."""
    module = importlib.import_module(f"slipstream.tasks.{room.name}.tasks")
    found = inspect.getmembers(module, lambda value: inspect.isclass(value) and issubclass(value, Task))
    return {name: value for name, value in found if value.__module__ == module.__name__}


TASKS = [pytest.param(task, id=f"{room.name}.{name}") for room in ROOMS for name, task in task_classes(room).items()]
NAMES = {case.values[0].__name__ for case in TASKS}
every_task = pytest.mark.parametrize("task", TASKS)
every_room = pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
every_module = pytest.mark.parametrize("module", MODULES, ids=str)


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def own_parameters(task: type[Task]) -> dict[str, luigi.Parameter]:
    return {name: value for name, value in vars(task).items() if isinstance(value, luigi.Parameter)}


def functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))


def statements(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) else function.body


def imported(module: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@every_task
def test_a_task_says_in_one_sentence_what_it_is(task):
    words = " ".join((task.__dict__.get("__doc__") or "").split())
    assert words.endswith("."), "the docstring is one sentence and ends with a full stop"
    assert not re.search(r"[.!?] [A-Z]", words), "the docstring is one sentence, not two"


@every_room
def test_every_task_is_on_its_rooms_door(room):
    door = importlib.import_module(f"slipstream.tasks.{room.name}")
    assert list(door.__all__) == sorted(door.__all__)
    assert {name for name in task_classes(room) if not name.startswith("_")} <= set(door.__all__)
    assert all(hasattr(door, name) for name in door.__all__)


@pytest.mark.parametrize("task", [case for case in TASKS if "run" in vars(case.values[0])])
def test_a_task_is_thin(task):
    source = ast.parse(inspect.cleandoc("\n" + inspect.getsource(task))).body[0]
    run = next(node for node in source.body if isinstance(node, ast.FunctionDef) and node.name == "run")
    body = statements(run)
    assert body[-1].end_lineno - body[0].lineno < 8


@every_task
def test_every_parameter_has_a_type(task):
    assert set(own_parameters(task)) <= set(inspect.get_annotations(task))


@every_task
def test_a_task_has_few_knobs(task):
    knobs = {name for name, value in own_parameters(task).items() if not isinstance(value, TASK_VALUED)}
    assert len(knobs - TIME_AND_CHANCE) <= 6


@every_task
def test_time_is_required_and_part_of_the_key(task):
    as_of = own_parameters(task).get("as_of")
    if as_of is not None:
        assert as_of._default is luigi.parameter._no_value
        assert as_of.significant


@every_task
def test_a_task_is_a_noun(task):
    verbs = ("Make", "Train", "Compute", "Build", "Get", "Load", "Fit", "Run", "Create", "Generate", "Calculate")
    assert not re.match(rf"({'|'.join(verbs)})[A-Z]", task.__name__)


@every_module
def test_every_module_has_its_test(module):
    folder = ROOT / "tests" / (module.parent.relative_to("tasks") if module.parts[0] == "tasks" else module.parent)
    suites = folder.glob("test_every_*.py") if module.name == "tasks.py" else []
    assert any([(folder / f"test_{module.name}").exists(), *suites])


@pytest.mark.parametrize("module", PURE, ids=str)
def test_a_pure_module_knows_no_task_engine(module):
    engine = {name for name in imported(tree(module)) if name.partition(".")[0] in {"gokart", "luigi"}}
    assert not engine
    assert "slipstream.tasks.base" not in imported(tree(module)), "functions take tables, tasks load them"


@pytest.mark.parametrize("module", [path for path in MODULES if path.parts[0] == "tasks"], ids=str)
def test_no_task_makes_another(module):
    calls = [node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    called = {func.id if isinstance(func, ast.Name) else getattr(func, "attr", "") for func in calls}
    assert not called & NAMES, "tasks take tasks; only pipelines put them together"


def test_the_base_stays_small():
    assert len((ROOT / "tasks/base.py").read_text(encoding="utf-8").splitlines()) < 120


@every_module
def test_a_module_fits_in_the_head(module):
    if module.name not in {"tables.py", "tasks.py"}:  # lists of declarations, not trains of thought
        assert len((ROOT / module).read_text(encoding="utf-8").splitlines()) <= 250
    long = {node.name for node in functions(tree(module)) if node.end_lineno - node.lineno >= 40}
    assert not long, "a function has at most 40 lines"


def test_there_is_something_to_judge():
    assert ROOMS
    assert TASKS
    assert MODULES
    assert PURE
