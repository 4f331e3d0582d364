from pathlib import Path

import pytest
from rich.table import Table

from slipstream.commands.places import beginning, draw, explained
from slipstream.lookup import NotFoundError
from slipstream.stop import Stop
from slipstream.tasks.cache.manifest import DamagedProductError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileNotFoundError("there is no workspace x"), 20),
        (DamagedProductError("a.txt is damaged"), 20),
        (NotFoundError("no such product"), 2),
        (PermissionError("workspace x may not be read"), 2),
    ],
)
def test_what_is_not_there_ends_the_command_in_its_own_words(error, code):
    with pytest.raises(Stop, match=str(error)) as stop, explained():
        raise error
    assert stop.value.code == code


def test_of_many_files_the_first_are_named():
    paths = [Path(f"f{number}") for number in range(1005)]
    assert beginning(paths) == "f0, f1, f2 and 1,002 more"
    assert beginning(paths[:3]) == "f0, f1, f2"


def test_a_table_is_drawn_whole_however_narrow_the_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    table = Table(*(f"heading{number}" for number in range(8)))
    table.add_row(*(f"value {number} of many" for number in range(8)))
    draw(table)
    assert "value 7 of many" in capsys.readouterr().out
