"""The source of a small project, and changes to it: the same text runs on slipstream's tasks and on plain gokart's."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ENGINES = {
    "slipstream": "from slipstream.tasks.base import Task\n",
    "gokart": "from gokart import TaskOnKart as Task\n",
}
TASKS = '''"""What the shop computes."""

from pathlib import Path
from statistics import mean as middle

import gokart
import luigi

import vendor
from shop.engine import Task
from shop.steps import Stepwise

OFFSET = 1


def scale(numbers, factor, noise=0):
    return [number * factor + OFFSET + noise for number in numbers]


def sides(task):
    return {"left": task.scaled, "right": task.shifted}


def unused():
    return 0


class Numbers(Task[list]):
    path = luigi.Parameter()

    def sources(self):
        return [self.path]

    def run(self):
        self.dump([int(word) for word in Path(self.path).read_text().split()])


class Scaled(Task[list]):
    """Numbers times a factor."""

    numbers = gokart.TaskInstanceParameter()
    factor = luigi.IntParameter(default=2)
    seed = luigi.IntParameter(default=0)
    threads = luigi.IntParameter(default=1, significant=False)
    rounds = 1

    def run(self):
        """Scale them."""
        # in rounds
        numbers = self.load(self.numbers)
        for _ in range(self.rounds):
            numbers = scale(numbers, self.factor, self.seed)
        self.dump(numbers)


class Shifted(Stepwise, Task[list]):
    numbers = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(self.step(self.load(self.numbers)))


class Difference(Task[list]):
    scaled = gokart.TaskInstanceParameter()
    shifted = gokart.TaskInstanceParameter()

    def requires(self):
        return sides(self)

    def run(self):
        self.dump([left - right for left, right in zip(self.load("left"), self.load("right"))])


class Report(Task[list]):
    difference = gokart.TaskInstanceParameter()
    feature = gokart.TaskInstanceParameter()

    def run(self):
        self.dump([vendor.label(middle(self.load(self.difference))), *self.load(self.feature)])
'''
FILES = {
    "shop/__init__.py": 'PROJECT_PACKAGES = ("shop", "common")\n',
    "shop/tasks.py": TASKS,
    "shop/steps.py": """from common.rounding import rounded
from shop.arithmetic import add


def shift(numbers):
    return [rounded(add(number, 10)) for number in numbers]


class Stepwise:
    def step(self, numbers):
        return shift(numbers)
""",
    "shop/arithmetic.py": "def add(number, more):\n    return number + more\n",
    "shop/summer.py": """from shop.engine import Task


class Feature(Task[list]):
    def run(self):
        self.dump(["summer"])
""",
    "shop/winter.py": """from shop.engine import Task


class Feature(Task[list]):
    def run(self):
        self.dump(["winter"])
""",
    "shop/recipe.py": """from shop.summer import Feature
from shop.tasks import Difference, Numbers, Report, Scaled, Shifted


def report(factor=2, seed=0, threads=1):
    numbers = Numbers(path="numbers.txt")
    scaled = Scaled(numbers=numbers, factor=factor, seed=seed, threads=threads)
    return Report(difference=Difference(scaled=scaled, shifted=Shifted(numbers=numbers)), feature=Feature())
""",
    "common/__init__.py": "",
    "common/rounding.py": "def rounded(number):\n    return round(number, 2)\n",
    "vendor.py": "def label(number):\n    return str(number)\n",
    "numbers.txt": "1 2 3\n",
}
NOTHING: frozenset[str] = frozenset()
FROM_SCALED = frozenset({"Scaled", "Difference", "Report"})
FROM_SHIFTED = frozenset({"Shifted", "Difference", "Report"})
FROM_NUMBERS = FROM_SCALED | FROM_SHIFTED | {"Numbers"}

Edit = Callable[[Path], None]


@dataclass(frozen=True)
class Change:
    """One thing that happens to the project after its first run, and the tasks whose products it touches."""

    name: str
    reruns: frozenset[str]
    edit: Edit
    knobs: dict[str, int] = field(default_factory=dict)
    workspace: str = "workspace"


def write(folder: Path, engine: str) -> None:
    """Write the project's files."""
    for name, text in {**FILES, "shop/engine.py": ENGINES[engine]}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _rewrite(name: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text()
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times in {name}")
        (folder / name).write_text(text.replace(old, new))

    return edit


def _in_tasks(old: str, new: str) -> Edit:
    return _rewrite("shop/tasks.py", old, new)


def _leave(_: Path) -> None:
    """Change no file."""


def _move_workspace(folder: Path) -> None:
    (folder / "workspace").rename(folder / "elsewhere")


def _touch(folder: Path) -> None:
    os.utime(folder / "numbers.txt", (10**9, 10**9))


def _move(start: str, end: str, file: str, head: str, instead: str) -> Edit:
    """Move what stands from `start` up to `end` from tasks.py to another file of the package."""

    def edit(folder: Path) -> None:
        text = (folder / "shop/tasks.py").read_text()
        part = text[text.index(start) : text.index(end)]
        (folder / file).write_text(f"{head}\n\n\n{part}")
        (folder / "shop/tasks.py").write_text(
            text.replace(part, "").replace("import vendor\n", f"import vendor\n{instead}\n")
        )

    return edit


def _move_class(folder: Path) -> None:
    head = "import gokart\nimport luigi\n\nfrom shop.engine import Task\nfrom shop.tasks import scale"
    _move("class Scaled", "class Shifted", "shop/scaling.py", head, "")(folder)
    _rewrite("shop/recipe.py", "Report, Scaled, Shifted\n", "Report, Shifted\nfrom shop.scaling import Scaled\n")(
        folder
    )


CHANGES = (
    Change("nothing", NOTHING, _leave),
    Change("body of run", FROM_SCALED, _in_tasks("self.dump(numbers)", "self.dump(numbers[::-1])")),
    Change("helper in the same module", FROM_SCALED, _in_tasks("* factor + OFFSET", "* factor - OFFSET")),
    Change("default of a helper's argument", FROM_SCALED, _in_tasks("noise=0", "noise=1")),
    Change("module constant", FROM_SCALED, _in_tasks("OFFSET = 1", "OFFSET = 2")),
    Change("class attribute", FROM_SCALED, _in_tasks("rounds = 1", "rounds = 2")),
    Change("function two imports away", FROM_SHIFTED, _rewrite("shop/arithmetic.py", "+ more", "- more")),
    Change("method of a mixin", FROM_SHIFTED, _rewrite("shop/steps.py", "shift(numbers)\n", "shift(numbers)[:2]\n")),
    Change("second project package", FROM_SHIFTED, _rewrite("common/rounding.py", "number, 2", "number, 1")),
    Change("what an imported name stands for", frozenset({"Report"}), _in_tasks("mean as middle", "median as middle")),
    Change("upstream class", FROM_NUMBERS, _in_tasks("int(word)", "float(word)")),
    Change("parameter", FROM_SCALED, _leave, {"factor": 3}),
    Change("seed", FROM_SCALED, _leave, {"seed": 1}),
    Change("content of the input file", FROM_NUMBERS, _rewrite("numbers.txt", "1 2 3", "1 2 4")),
    Change(
        "names of a requires dict swapped",
        FROM_SCALED - {"Scaled"},
        _in_tasks('"left": task.scaled, "right": task.shifted', '"right": task.scaled, "left": task.shifted'),
    ),
    Change(
        "another class of the same name",
        frozenset({"Feature", "Report"}),
        _rewrite("shop/recipe.py", "shop.summer", "shop.winter"),
    ),
    Change("comment", NOTHING, _in_tasks("# in rounds", "# as often as there are rounds")),
    Change("docstring", NOTHING, _in_tasks('"""Scale them."""', '"""Scale them, in rounds."""')),
    Change(
        "formatting",
        NOTHING,
        _in_tasks(
            "numbers = scale(numbers, self.factor, self.seed)",
            "numbers = scale(\n                numbers, self.factor, self.seed\n            )",
        ),
    ),
    Change("annotations", NOTHING, _in_tasks('run(self):\n        """Scale', 'run(self) -> None:\n        """Scale')),
    Change("removal of a function nobody calls", NOTHING, _in_tasks("def unused():\n    return 0\n\n\n", "")),
    Change("body of a function nobody calls", NOTHING, _in_tasks("return 0", "return 1")),
    Change(
        "default of a parameter that is given",
        NOTHING,
        _in_tasks("factor = luigi.IntParameter(default=2)", "factor = luigi.IntParameter(default=5)"),
    ),
    Change("thread count", NOTHING, _leave, {"threads": 8}),
    Change(
        "helper moved to another file",
        NOTHING,
        _move("def sides", "def unused", "shop/joining.py", '"""Joining."""', "from shop.joining import sides"),
    ),
    Change("class moved to another file of its package", NOTHING, _move_class),
    Change("workspace moved", NOTHING, _move_workspace, workspace="elsewhere"),
    Change("input file touched", NOTHING, _touch),
    Change("function of a library", NOTHING, _rewrite("vendor.py", "str(number)", "repr(number)")),
)
