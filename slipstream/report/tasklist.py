"""Every task of a run: one sortable table, and behind each row all that is known of the task."""

from collections.abc import Iterable, Mapping
from typing import Any

from slipstream.quantities import show_size
from slipstream.report.facts import RunFacts, TaskFacts
from slipstream.report.looks import ORDER, css_class, sign, span, state_cell
from slipstream.report.markup import Markup, element
from slipstream.report.sections import section, task_link
from slipstream.tasks.cache.manifest import Manifest

KEY = 10
DIGEST = 16
COLUMNS = ("state", "task", "time", "peak memory", "rows", "size", "quarantined", "key")
LOST = "Its manifest is not in the workspace any more: it was collected or removed."


def table(run: RunFacts) -> Markup:
    """List the tasks in the order of the graph."""
    head = [element("th", element("button", name, type="button"), scope="col") for name in COLUMNS]
    body = [_row(task, run.quarantined.get(task.number)) for task in run.tasks]
    whole = element("table", element("thead", element("tr", *head)), element("tbody", *body), id="table")
    find = element("input", type="search", id="find", placeholder="Find a task", aria_label="Find a task")
    return section("tasks", "Tasks", find, element("div", whole, class_="scroll"))


def details(run: RunFacts) -> Markup:
    """Unfold each task's parameters, neighbours, manifest and log."""
    return section("details", "Every task", *(_details(task, run) for task in run.tasks))


def _row(task: TaskFacts, quarantined: int | None) -> Markup:
    manifest = task.manifest
    cells = [
        _cell(ORDER.index(task.state), state_cell(task.state)),
        _cell(task.label, task_link(task), _to_graph(task)),
        _cell(task.seconds, span(task.seconds)),
        _cell(manifest and manifest.peak_memory, show_size(manifest.peak_memory) if manifest else ""),
        _cell(task.rows, "" if task.rows is None else f"{task.rows:,}"),
        _cell(manifest and manifest.bytes, show_size(manifest.bytes) if manifest else ""),
        _cell(quarantined, "" if quarantined is None else f"{quarantined:,}", class_="some" if quarantined else None),
        _cell(task.key, element("code", task.key[:KEY], title=task.key)),
    ]
    return element("tr", *cells, id=f"row-{task.number}", data_task=task.number, class_=css_class(task.state))


def _cell(value: Any, *shown: Any, class_: str | None = None) -> Markup:
    return element("td", *shown, data_value="" if value is None else str(value), class_=class_)


def _to_graph(task: TaskFacts) -> Markup:
    path = element("path", d="M6 1V4M6 4 2.5 8M6 4 9.5 8M1 8H4V11H1ZM8 8H11V11H8Z")
    picture = element("svg", path, viewBox="0 0 12 12", aria_hidden="true")
    return element(
        "a", picture, class_="to-graph", href=f"#node-{task.number}", title="Show in the graph",
        aria_label=f"Show {task.label} in the graph", data_task=task.number,
    )  # fmt: skip


def _details(task: TaskFacts, run: RunFacts) -> Markup:
    made = element("span", ", ".join(task.products), class_="chip") if task.products else None
    summary = element("summary", sign(task.state), element("b", task.label), made, element("span", span(task.seconds)))
    lost = element("p", LOST, class_="quiet") if task.is_lost else None
    return element(
        "details", summary, element("p", task.error, class_="error") if task.error else None, lost,
        _facts("Parameters", task.manifest.parameters if task.manifest else {}),
        _neighbours("Made from", (run.tasks[number] for number in task.upstream)),
        _neighbours("Used by", (run.tasks[number] for number in run.downstream[task.number])),
        _facts("Product", _product(task)),
        fold("Columns", task.manifest.schema if task.manifest else {}),
        fold("Libraries", task.manifest.libraries if task.manifest else {}),
        _log(task),
        id=f"task-{task.number}", class_=css_class(task.state),
    )  # fmt: skip


def _product(task: TaskFacts) -> dict[str, str]:
    """Choose what to tell of a manifest."""
    manifest = task.manifest
    if manifest is None:
        return {"key": task.key} if task.key else {}
    told = {
        "key": manifest.key,
        "file": str(task.folder / manifest.file),
        "made": f"{manifest.at} on {manifest.host}",
        "size": f"{manifest.bytes:,} bytes",
        "sha256": manifest.sha256,
        "rows": "" if manifest.rows is None else f"{manifest.rows:,}",
        "seconds": f"{manifest.seconds:.3f}",
        "CPU seconds": f"{manifest.cpu_seconds:.3f}",
        "peak memory": show_size(manifest.peak_memory),
        "code": manifest.code[:DIGEST],
        "commit": (manifest.git_commit or "")[:DIGEST],
        "accepted": _accepted(manifest),
    }
    outside = {f"data {name}": digest[:DIGEST] for name, digest in manifest.data.items()}
    return {name: value for name, value in (told | outside).items() if value}


def _accepted(manifest: Manifest) -> str:
    return "; ".join(f"from {note['from_key'][:KEY]} by {note['by']}: {note['why']}" for note in manifest.accepted)


def _facts(title: str, facts: Mapping[str, str]) -> Markup | None:
    if not facts:
        return None
    return element("div", element("h4", title), _list(facts))


def fold(title: str, facts: Mapping[str, str]) -> Markup | None:
    """Fold named facts under a title."""
    return element("details", element("summary", title), _list(facts), class_="fold") if facts else None


def _list(facts: Mapping[str, str]) -> Markup:
    pairs = (part for name, value in facts.items() for part in (element("dt", name), element("dd", value)))
    return element("dl", *pairs)


def _neighbours(title: str, tasks: Iterable[TaskFacts]) -> Markup | None:
    links = [element("li", task_link(task)) for task in tasks]
    return element("div", element("h4", title), element("ul", *links, class_="neighbours")) if links else None


def _log(task: TaskFacts) -> Markup | None:
    return element("div", element("h4", "Log"), element("pre", task.log)) if task.log else None
