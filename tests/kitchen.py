"""A small project whose code a test can change: flour is milled, kneaded into dough, and baked; salt lies beside it."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from luigi.task_register import Register

FILES = {
    "__init__.py": "",
    "recipe.py": '''
"""How it is done."""

SALT = 2


def grind(text):
    return [len(word) for word in text.split()]


def knead(flour, water):
    return [grain + water for grain in flour]


def bake(dough):
    total = 0
    for part in dough:
        total += part
    return {"total": total}
''',
    "tasks.py": '''
"""Who does it."""

from pathlib import Path

import gokart
import luigi

from {package}.recipe import SALT, bake, grind, knead
from slipstream.tasks.base import Pipeline, Task


class Flour(Task[list[int]]):
    """Milled from a file."""

    path: luigi.Parameter[str] = luigi.Parameter(significant=False)

    def sources(self):
        return [self.path]

    def run(self):
        self.dump(grind(Path(self.path).read_text()))


class Dough(Task[list[int]]):
    """Kneaded."""

    flour = gokart.TaskInstanceParameter()
    water = luigi.IntParameter(default=1)

    def run(self):
        self.dump(knead(self.load(self.flour), self.water))


class Bread(Task[dict[str, int]]):
    """Baked."""

    dough = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(bake(self.load(self.dough)))


class Salt(Task[dict[str, int]]):
    """Beside it."""

    def run(self):
        self.dump({"salt": SALT})


class Dinner(Pipeline):
    """Bread and salt."""

    path: luigi.Parameter[str] = luigi.Parameter(default="corn.txt")
    water = luigi.IntParameter(default=1)

    def requires(self):
        dough = Dough(flour=Flour(path=self.path), water=self.water)
        return {"bread": Bread(dough=dough), "salt": Salt()}
''',
}


class Kitchen:
    """The project in a folder of its own; every change is written, and imported anew."""

    def __init__(self, folder: Path, package: str = "kitchen") -> None:
        """Write the project and the file that flour is milled from."""
        self.package = package
        self.home = folder / package
        self.home.mkdir()
        self.corn = folder / "corn.txt"
        self.corn.write_text("rye barley oat")
        for name, text in FILES.items():
            (self.home / name).write_text(text.replace("{package}", package))

    def open(self) -> ModuleType:
        """Import the project as it is written now."""
        importlib.invalidate_caches()
        self.close()
        Register.clear_instance_cache()
        return importlib.import_module(f"{self.package}.tasks")

    def close(self) -> None:
        """Forget the project, so that it is imported anew."""
        for name in [name for name in sys.modules if name.partition(".")[0] == self.package]:
            del sys.modules[name]

    def change(self, file: str, old: str, new: str) -> ModuleType:
        """Write a part of a file differently, and import the project."""
        path = self.home / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new))
        return self.open()

    def dinner(self, **parameters: Any) -> Any:
        """Make the pipeline from the project as it is written now."""
        return self.open().Dinner(path=str(self.corn), **parameters)
