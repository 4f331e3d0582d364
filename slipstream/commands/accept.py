"""Vouching that a refactoring changed no meaning."""

import getpass
import platform
from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from slipstream import explaining
from slipstream.columns import aligned
from slipstream.commands.options import Conf, Modules, Of, Settings, Workspace, choose
from slipstream.quantities import moment, show_moment, show_seconds
from slipstream.selection import Selection, addressed
from slipstream.stop import Code, Stop, near
from slipstream.tasks.cache.accept import Plan, carry_out, plan
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.storage import local_root

Tasks = Annotated[list[str], typer.Argument(help="Tasks whose code changed and means the same, by class name or key.")]
Was = Annotated[str | None, typer.Option("--was", help="The earlier class name of a task that was renamed or moved.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept in the manifests; needed with --yes.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; otherwise only tell what would be done.")]


def accept(  # noqa: PLR0913 (one parameter an option)
    task: Tasks,
    of: Of = None,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    was: Was = None,
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Vouch that the code of tasks means what it did: their outputs, and all below, count under the new keys too.

    Without --yes it only tells which outputs that would be and what it saves.
    """
    if yes and not why.strip():
        raise Stop(Code.MISUSED, "--yes needs a reason that the manifests can keep; give it by --why")
    chosen = choose(task, of, conf, settings, module, workspace)
    found = _plan(chosen, was)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    _show(found, {step.task.task_id: step.label for step in chosen.steps}, console)
    if not found.acceptances:
        if found.refusals:
            raise Stop(Code.MISUSED, f"nothing can be accepted of {', '.join(task)}")
        console.print(f"nothing to accept: the outputs of {', '.join(task)} are there under their present keys")
    elif yes:
        console.print(f"{_carry_out(found, why.strip())}, saving {show_seconds(found.seconds)}")
    else:
        count = _outputs(len(found.acceptances))
        console.print(f"{count} would be accepted, saving {show_seconds(found.seconds)}; do it by --yes --why REASON")


def _plan(chosen: Selection, was: str | None) -> Plan:
    index = read_index(local_root(chosen.pipeline.workspace_directory))
    earlier = {entry.manifest.task for entry in index.entries if not entry.is_pipeline}
    names = earlier | {name.rpartition(".")[2] for name in earlier}
    if was is not None and was not in names:
        raise Stop(Code.MISUSED, f"no output in {index.root} was made by a task {was!r}{near(was, names)}")
    tasks, named = (addressed(steps) for steps in (chosen.steps, chosen.named))
    return plan(tasks, index, [task.make_unique_id() for task in named], was)


def _carry_out(found: Plan, why: str) -> str:
    by, at = f"{getpass.getuser()}@{platform.node()}", datetime.now(UTC).isoformat(timespec="seconds")
    done = sum(carry_out(each, by=by, at=at, why=why) for each in found.acceptances)
    others = len(found.acceptances) - done
    return f"{_outputs(done)} accepted" + (f", {others} made by somebody else meanwhile" if others else "")


def _show(found: Plan, labels: dict[str, str], console: Console) -> None:
    """Show the changes of code, what can be accepted, and why the rest cannot."""
    vouched = defaultdict(list)
    for each in found.acceptances:
        for change in each.changes:
            vouched[change].append(labels[each.task.task_id])
    for text in explaining.change_lines(vouched):
        console.print(text)
    rows = [("task", "key", "new key", "made at", "saves")]
    for each in found.acceptances:
        page = each.entry.manifest
        made = show_moment(moment(page.at))
        rows.append((labels[each.task.task_id], page.key[:8], each.key[:8], made, show_seconds(page.seconds)))
    for line in aligned(rows, right=frozenset({4})) if found.acceptances else ():
        console.print(line)
    for refusal in found.refusals:
        reasons = "; ".join(map(str, refusal.reasons))
        console.print(f"{labels[refusal.task.task_id]} cannot be accepted: {reasons}")
        if refusal.lacks_only_a_word:
            console.print(f"  if its code means the same too, name it as well: {type(refusal.task).__name__}")


def _outputs(count: int) -> str:
    return f"{count} output{'' if count == 1 else 's'}"
