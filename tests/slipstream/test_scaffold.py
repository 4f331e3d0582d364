"""The files of a new project."""

import ast
import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from slipstream import scaffold


@pytest.fixture(scope="module")
def files():
    return scaffold.render("my_shop")


def test_a_project_has_tasks_pipelines_configuration_tests_ci_and_a_dockerfile(files):
    wanted = {"README.md", "Makefile", "Dockerfile", ".ci/run", ".gitignore", "setup.py", "conf/base.ini"}
    wanted |= {"conf/my_shop.ini", "my_shop/tasks/tasks.py", "my_shop/pipelines/my_shop.py", "tests/test_my_shop.py"}
    assert wanted <= set(files)


def test_the_name_stands_where_a_name_belongs_and_nothing_is_left_open(files):
    assert "class MyShop(" in files["my_shop/pipelines/my_shop.py"]
    assert "[MyShop]" in files["conf/my_shop.ini"]
    open_places = {path for path, text in files.items() if re.search(r"\$(name|Name|source|version)\b|__name__", text)}
    assert not open_places
    assert not [path for path in files if path.endswith(".in") or "dot_" in path or "__name__" in path]


def test_every_file_can_be_parsed(files):
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text)
        elif path.endswith(".toml"):
            tomllib.loads(text)
        elif path.endswith(".ini"):
            ConfigParser(interpolation=None).read_string(text)
    assert {".py", ".toml", ".ini"} <= {Path(path).suffix for path in files}


def test_what_the_dockerfile_copies_is_there(files):
    copied = re.findall(r"^COPY (.+) \S+$", files["Dockerfile"], flags=re.MULTILINE)
    assert copied
    for name in " ".join(copied).split():
        assert any(path == name or path.startswith(f"{name}/") for path in files), name


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        (None, "slipstream"),
        ('{"url": "file:///wheels/slipstream-0.1.0-py3-none-any.whl"}', "slipstream @ file:///wheels/"),
        ('{"url": "https://elsewhere"}', "slipstream"),
    ],
)
def test_pip_is_told_where_slipstream_came_from(monkeypatch, origin, requirement):
    class Found:
        def read_text(self, name):
            assert name == "direct_url.json"
            return origin

    monkeypatch.setattr(scaffold, "distribution", lambda name: Found() if name == "slipstream" else None)
    assert scaffold.source().startswith(requirement)
