"""What every command understands, and what it says of what it does not."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "Prty"], "there is no pipeline 'Prty'; did you mean Party?"),
        (["run", "Party", "--set", "cout=3"], "Party has no parameter 'cout'; did you mean count?"),
        (["run", "Party", "--set", "count"], "--set 'count' has no value; write name=value"),
        (["run", "Party", "--conf", "no.ini"], "there is no configuration file no.ini; give an existing one to --conf"),
        (["show", "Party", "gests"], "Party has no product 'gests'; did you mean guests?"),
    ],
)
def test_misuse_is_explained(slipstream, arguments, line):
    code, out, err = slipstream(*arguments)
    assert (code, out, err) == (2, [], [f"error: {line}"])


def test_a_value_that_cannot_be_read_is_named(slipstream):
    code, _, err = slipstream("run", "Party", "--set", "count=many")
    assert code == 2
    assert err[-1].startswith("error: Party cannot be made: ValueError: ")
    assert "many" in err[-1]


def test_a_module_that_cannot_be_imported_is_named(slipstream):
    Path("broken.py").write_text("import nothing_of_the_kind", encoding="utf-8")
    code, _, err = slipstream("run", "Party", "--module", "broken")
    assert code == 50
    assert err == ["error: cannot import 'broken': ModuleNotFoundError: No module named 'nothing_of_the_kind'"]


def test_configuration_is_read_base_first(slipstream):
    Path("conf").mkdir()
    Path("conf/base.ini").write_text(
        "[TaskOnKart]\nworkspace_directory = there\n[Party]\ncount = 7\n", encoding="utf-8"
    )
    Path("mine.ini").write_text('[Party]\ncount = 8\ndrinks = {"tea": 1}\n', encoding="utf-8")
    assert "Guests(count=7)" in "".join(slipstream("run", "Party")[1])
    assert "Guests(count=8)" in "".join(slipstream("run", "Party", "--conf", "mine.ini")[1])
    assert list(Path("there").rglob("Guests_*.parquet"))


def test_an_option_that_nothing_would_read_is_refused(slipstream):
    Path("mine.ini").write_text("[Party]\ncuont = 8\n", encoding="utf-8")
    code, _, err = slipstream("run", "Party", "--conf", "mine.ini")
    assert code == 2
    assert err == ["error: mine.ini: [Party] has no parameter 'cuont'; did you mean count?"]
