"""Runs to report of, and a real browser to look at the page."""

import shutil
from pathlib import Path

import pytest
from luigi.configuration.cfg_parser import LuigiConfigParser
from playwright.sync_api import sync_playwright

from slipstream import conf
from slipstream.report.facts import gather
from slipstream.report.page import page
from slipstream.report.runs import read_record
from slipstream.running import started
from tests.slipstream.report.toys import Gala

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture
def ran():
    """Run a pipeline to its end and give the folder of the run."""

    def run(pipeline=None):
        pipeline = Gala(workspace_directory="workspace") if pipeline is None else pipeline
        with started(pipeline, 1) as current:
            current.process.join()
        return current.folder.absolute()

    return run


@pytest.fixture
def facts(ran):
    """Run a pipeline and gather what is known of the run."""
    return lambda pipeline: gather(read_record(ran(pipeline)))


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A run of the whole pipeline, made once."""
    return once(tmp_path_factory, words="welcome")


@pytest.fixture(scope="session")
def broken(tmp_path_factory):
    """A run whose third of four tasks fails, made once."""
    return once(tmp_path_factory, words="")


def once(tmp_path_factory, **parameters):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LuigiConfigParser, "_instance", None)
        conf.set_workspace(tmp_path_factory.mktemp("runs") / "workspace")
        with started(Gala(**parameters), 1) as current:
            current.process.join()
    return gather(read_record(current.folder))


@pytest.fixture(scope="session")
def chromium():
    """Start one browser for all tests."""
    path = shutil.which("chromium")
    assert path, "there is no chromium; install it by: .ci/system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Window:
    """A page in the browser, and what it asked for and complained about."""

    def __init__(self, tab, path: Path) -> None:
        self.tab, self.complaints, self.requests = tab, [], []
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.goto(path.absolute().as_uri())


@pytest.fixture
def look(chromium, tmp_path):
    """Open the page of a run in the browser."""
    opened = []

    def open_page(run, **options):
        path = tmp_path / "report.html"
        path.write_text(page(run), encoding="utf-8")
        tab = chromium.new_page(viewport={"width": 1400, "height": 900}, reduced_motion="reduce", **options)
        opened.append(tab)
        return Window(tab, path)

    yield open_page
    for tab in opened:
        tab.close()
