"""Collecting what nobody needs any more."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from slipstream.commands.places import Conf, Workspace, beginning, draw, explained, unlisted
from slipstream.quantities import show_moment, show_size, size, span
from slipstream.stop import Code, Stop
from slipstream.tasks.cache.collect import Plan, Removal, Rules, plan
from slipstream.tasks.cache.removal import Outcome, carry_out
from slipstream.tasks.cache.survey import PERHAPS, Survey, is_workspace, survey
from slipstream.workspace import REMEDY, find_workspace

Keep = Annotated[int, typer.Option(min=0, help="Keep what the newest so many runs of each pipeline reach.")]
Older = Annotated[str | None, typer.Option(help="Only what was not made or reached by a run for so long: 30d.")]
Budget = Annotated[str | None, typer.Option(help="Only until the workspace fits, longest unused first: 20GB.")]
Grace = Annotated[str, typer.Option(help="Keep what is younger, and what it was made from: 12h.")]


def gc(
    conf: Conf = None,
    workspace: Workspace = None,
    *,
    keep_runs: Keep = 3,
    older_than: Older = None,
    budget: Budget = None,
    grace: Grace = "1d",
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; else it is only listed.")] = False,
    files: Annotated[bool, typer.Option("--files", help="List every file that goes, and every foreign one.")] = False,
) -> None:
    """List what no pin, no export and no newest run reaches; with --yes remove it."""
    with explained():
        limits = (span(older_than) if older_than else None, size(budget) if budget else None)
        rules = Rules(keep_runs, span(grace), *limits)
        root = find_workspace(workspace, conf or [])
        if not is_workspace(root):
            raise FileNotFoundError(f"{root} holds no product; is this a workspace? {REMEDY}")
        decided = plan(survey(root), rules, datetime.now(UTC))
    console = Console(highlight=False, soft_wrap=True)
    if decided.removals:
        draw(_table(decided.removals))
    for line in [*_about(decided, rules), *(_each_file(decided) if files else [])]:
        console.print(escape(line))
    if not yes:
        if decided.removals:
            console.print("nothing was removed; to remove it add --yes")
        return
    _refuse_while_running(decided.survey)
    with explained():
        outcome = carry_out(root, decided.removals)
    console.print(escape(_done(outcome)))


def _refuse_while_running(found: Survey) -> None:
    """Remove nothing under the hands of a run: what it still needs is not known."""
    if found.held:
        line = f"{found.held[0]} is held, so something runs in {found.index.root}; collect when it has ended"
        raise Stop(Code.ALREADY_RUNNING, line)


def _table(removals: Sequence[Removal]) -> Table:
    groups = defaultdict(list)
    for removal in removals:
        kind = removal.items[0].kind
        groups[removal.why, removal.name if kind in {"product", "manifest"} else kind.value].append(removal)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("goes", "count", "size", "last used", "why"):
        table.add_column(heading, justify="right" if heading in {"count", "size"} else "left", no_wrap=True)
    for (why, name), members in sorted(groups.items(), key=lambda group: (-_bytes(group[1]), group[0])):
        first, last = (show_moment(pick(member.used for member in members)) for pick in (min, max))
        used = first if first == last else f"{first} to {last}"
        table.add_row(escape(name), f"{len(members):,}", show_size(_bytes(members)), used, why)
    return table


def _about(decided: Plan, rules: Rules) -> list[str]:
    """Say what goes, what stays and why, and what is not ours."""
    reasons = Counter(decided.kept.values())
    told = ", ".join(f"{count:,} {why}" for why, count in reasons.items())
    found = decided.survey
    lines = [
        f"{sum(len(removal.items) for removal in decided.removals):,} files go, {show_size(_bytes(decided.removals))}",
        f"{show_size(decided.kept_bytes)} stay: {told or 'no product'}",
    ]
    if rules.budget is not None and decided.kept_bytes > rules.budget:
        over = show_size(decided.kept_bytes - rules.budget)
        lines.append(
            f"what stays is {over} over the budget; unpin products or lower --keep-runs, --grace, --older-than"
        )
    if PERHAPS in found.published.values():
        lines.append("some exports name files of another working folder; run gc where the pipelines run to judge them")
    lines.extend(unlisted(found.index))
    if found.foreign:
        lines.append(f"{len(found.foreign):,} files are not ours and are left alone: {beginning(found.foreign)}")
    return lines


def _each_file(decided: Plan) -> list[str]:
    going = [f"goes     {item.path}" for removal in decided.removals for item in removal.items]
    return [*going, *(f"foreign  {path}" for path in decided.survey.foreign)]


def _bytes(removals: Sequence[Removal]) -> int:
    return sum(removal.bytes for removal in removals)


def _done(outcome: Outcome) -> str:
    left = f"; {len(outcome.changed)} changed meanwhile and stay" if outcome.changed else ""
    return f"removed {outcome.count:,} files, {show_size(outcome.bytes)}{left}"
