"""Every option of every ini file is read by something: the engine ignores misspelt ones silently."""

from pathlib import Path

import pytest

from slipstream import conf, recipes

ROOT = Path(__file__).parents[1]
FILES = sorted(path.relative_to(ROOT) for pattern in ("conf/*.ini", "examples/*/*.ini") for path in ROOT.glob(pattern))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_option_is_a_parameter_with_a_readable_value(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert conf.problems(path, recipes.find_pipelines()) == []


def test_every_pipeline_has_an_ini_that_shows_how_to_set_it():
    shown = "".join((ROOT / path).read_text(encoding="utf-8") for path in FILES)
    assert [name for name in recipes.find_pipelines() if f"[{name}]" not in shown] == []
