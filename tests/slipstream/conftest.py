"""A command line in an empty folder, with a configuration of its own."""

import luigi
import pytest
from luigi.configuration.cfg_parser import LuigiConfigParser

from slipstream import cli, recipes


@pytest.fixture(autouse=True)
def _clean_configuration(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(LuigiConfigParser, "_config_paths", [])
    monkeypatch.setattr(LuigiConfigParser, "_instance", None)
    luigi.task_register.Register.clear_instance_cache()


@pytest.fixture
def slipstream(monkeypatch, capsys):
    """Run a command on the toy pipeline and give exit code, output lines and error lines."""
    monkeypatch.setattr(recipes, "HOME", "tests.slipstream.toys")

    def run(*arguments):
        code = cli.execute(arguments)
        captured = capsys.readouterr()
        return code, captured.out.splitlines(), captured.err.splitlines()

    return run
