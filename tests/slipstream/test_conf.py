"""Ini files, and what is wrong with them."""

from pathlib import Path

import pytest

from slipstream.conf import problems
from tests.slipstream.toys import Party


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[Party]\ncount = 3\n", []),
        ("[TaskOnKart]\nworkspace_directory = ${HOME}/there\n[core]\nlog_level = INFO\n", []),
        ('[Party]\ndrinks = {"tea": 1}\n', []),
        ("[Party]\ncuont = 3\n", ["a.ini: [Party] has no parameter 'cuont'; did you mean count?"]),
        ("[Party]\nCount = 3\n", ["a.ini: [Party] has no parameter 'Count'; did you mean count?"]),
        ("[Partly]\ncount = 3\n", ["a.ini: no pipeline is called [Partly]; did you mean Party?"]),
        ("[TaskOnKart]\nworkspace = x\n", ["a.ini: [TaskOnKart] has no parameter 'workspace'; did you mean work"]),
        ("[Party]\ncount = many\n", ["a.ini: [Party] count = 'many' cannot be read: invalid literal"]),
        ("[Party]\ndrinks = {tea: 1}\n", ["a.ini: [Party] drinks = '{tea: 1}' cannot be read: "]),
    ],
)
def test_every_option_is_a_parameter_with_a_readable_value(text, found):
    path = Path("a.ini")
    path.write_text(text, encoding="utf-8")
    heard = problems(path, {"Party": Party})
    assert len(heard) == len(found)
    assert all(line.startswith(start) for line, start in zip(heard, found, strict=True))
