"""The command line's report of runs."""

from pathlib import Path

import pytest

from slipstream.commands.report import report
from slipstream.running import started
from slipstream.stop import Code, Stop
from tests.slipstream.toys import Party


@pytest.fixture
def ran():
    """Run the toy pipeline and give the folder of the run."""

    def run(**parameters):
        with started(Party(workspace_directory="workspace", **parameters), 1) as current:
            current.process.join()
        return current.folder

    return run


def test_the_newest_run_is_written_into_its_folder_by_default(ran, capsys):
    ran(trouble="error")
    newest = ran()
    report()

    path = Path(capsys.readouterr().out.strip())
    assert path == newest / "report.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "<title>Party, done, " in path.read_text(encoding="utf-8")


def test_a_run_is_found_by_its_name_and_written_where_it_is_wanted(ran, capsys):
    first = ran(trouble="error")
    ran()
    report(first.name, out=Path("pages/first.html"))

    assert capsys.readouterr().out == "pages/first.html\n"
    assert "<title>Party, failed, " in Path("pages/first.html").read_text(encoding="utf-8")


def test_another_workspace_is_named_on_the_command_line(ran):
    ran()
    Path("workspace").rename("elsewhere")
    report(workspace=Path("elsewhere"))

    assert list(Path("elsewhere/log").glob("*/report.html"))


def test_an_unknown_run_names_those_that_are_near(ran):
    name = ran().name
    with pytest.raises(Stop, match=f"no run '{name}x'; did you mean {name}") as caught:
        report(f"{name}x")

    assert caught.value.code == Code.MISUSED


def test_runs_are_listed_with_their_outcome(ran, capsys):
    folders = [ran(trouble="error"), ran()]
    (folders[0].parent / "20200101T000000-Party-old").mkdir()
    (folders[0].parent / "20200101T000000-Party-old" / "journal.jsonl").write_text("")
    report(listing=True)

    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "T" in line and "Party" in line]
    assert [line[0] for line in lines] == ["20200101T000000-Party-old", *(folder.name for folder in folders)]
    assert [line[-3] for line in lines[1:]] == ["failed", "done"]
    assert "unknown" in lines[0]


def test_a_run_of_an_older_version_says_what_to_do(ran):
    folder = ran()
    journal = folder / "journal.jsonl"
    journal.write_text("".join(journal.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    with pytest.raises(Stop, match=r"no plan in its journal.*run the pipeline again"):
        report()


def test_a_page_that_cannot_be_written_names_a_remedy(ran):
    ran()
    with pytest.raises(Stop, match=r"cannot write workspace: Is a directory; name another file by --out"):
        report(out=Path("workspace"))
