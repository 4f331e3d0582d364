"""The commands by name."""

from slipstream import cli


def test_every_command_is_found_by_its_name(slipstream):
    for name in cli.COMMANDS:
        code, out, _ = slipstream(name, "--help")
        assert code == 0
        assert any(f"slipstream {name}" in line for line in out)
    listed = {line.strip("│ ").partition(" ")[0] for line in slipstream("--help")[1]}
    assert set(cli.COMMANDS) <= listed
    assert slipstream("runn")[0] == 2
