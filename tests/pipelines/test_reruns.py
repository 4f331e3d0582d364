"""What a change of code reruns, found by naming the keys of all tasks in a copy of the project."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.pipelines.conftest import AS_OF, ROOT

NAME_KEYS = f"""
import json
from datetime import datetime
from slipstream import conf, graph
from slipstream.pipelines import TagScores

conf.load(["examples/movielens/movielens.ini"])
pipeline = TagScores(as_of=datetime.fromisoformat("{AS_OF.isoformat()}"))
print(json.dumps({{step.label: step.task.make_unique_id() for step in graph.steps(pipeline)}}))
"""
MODEL = "tasks/tagging/model.py"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project that may be changed."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("tasks", "pipelines", "slipstream", "examples"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def name_keys(project):
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", NAME_KEYS]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def before(project):
    """The keys of all tasks of the unchanged project."""
    return name_keys(project)


@pytest.fixture
def changed(project, before):
    """Name the tasks whose keys change when one file does; the change is undone afterwards."""

    def change(file, old, new):
        text = (project / file).read_text(encoding="utf-8")
        assert old in text
        (project / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        try:
            after = name_keys(project)
        finally:
            (project / file).write_text(text, encoding="utf-8")
        assert after.keys() == before.keys()
        return {name for name in before if before[name] != after[name]}

    return change


def test_a_comment_in_the_model_changes_nothing(changed):
    assert changed(MODEL, '"""', '# How tags are learnt.\n"""') == set()


def test_a_constant_of_the_model_changes_what_depends_on_it(changed):
    assert changed(MODEL, "ROUNDS = ", "ROUNDS = 1 + ") == {"ItemTagScores", "TagShares", "UserTagScores"}


def test_another_default_changes_only_tasks_that_use_it(changed):
    file, old = "tasks/tagging/tasks.py", "naming: luigi.FloatParameter = luigi.FloatParameter(default="

    assert changed(file, old, f"{old}1 + ") == {"UserTagScores"}


def test_what_no_task_reaches_changes_nothing(changed):
    assert changed("tasks/data/times.py", "def ", "SHIFT = 1\n\n\ndef ") == set()
