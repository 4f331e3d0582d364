"""Writing the reference of tables and tasks."""

from slipstream import reference


def test_the_catalogue_is_written_and_checked(slipstream, monkeypatch, tmp_path):
    path = tmp_path / "README.md"
    path.touch()
    monkeypatch.setattr(reference, "home", lambda: path)
    assert slipstream("docs", "--check")[0] == 2
    assert slipstream("docs")[0] == 0
    assert path.read_text(encoding="utf-8") == reference.render()
    assert slipstream("docs", "--check")[0] == 0
