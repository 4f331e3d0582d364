"""The commands by name."""

import subprocess
import sys

import pytest

from slipstream import cli


def test_every_command_is_found_by_its_name(slipstream):
    for name in cli.COMMANDS:
        code, out, _ = slipstream(name, "--help")
        assert code == 0
        assert any(f"slipstream {name}" in line for line in out)
    listed = {line.strip("│ ").partition(" ")[0] for line in slipstream("--help")[1]}
    assert set(cli.COMMANDS) <= listed
    assert slipstream("runn")[0] == 2


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_what_is_told_of_a_command_is_what_it_says_itself(name):
    assert cli.describe(name) == cli.load(name).help


def test_the_list_of_commands_loads_none_of_them():
    code = "import sys; from slipstream import cli; cli.execute(['--help']); print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Commands" in listed
    assert not {"numpy", "pandas", "luigi", "slipstream.tasks", "slipstream.commands"} & set(listed.split())
