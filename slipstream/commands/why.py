"""Saying what became of an item."""

from typing import Annotated, Any

import typer

from slipstream import telling
from slipstream.commands.options import Conf, Modules, Of, Settings, Workspace, choose
from slipstream.finding import find_item, find_user
from slipstream.pipelines.route import Route
from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline
from slipstream.tasks.recommendation import Recommendations
from slipstream.tasks.recommendation.tracing import trace

LISTS = "recommendations"

User = Annotated[str, typer.Argument(help="A user by id.")]
Item = Annotated[str, typer.Argument(help="An item by id, or by a part of its title that no other one has.")]


def why(
    user: User,
    item: Item,
    of: Of = None,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
) -> None:
    """Say why an item is in a user's list or at which stage it was dropped: sources, pool, ranking, rules, reason."""
    pipeline = choose([LISTS], of, conf, settings, module, workspace).pipeline
    route = _route(pipeline)
    person = find_user(user, route.users.output().load()["user_id"], type(pipeline).__name__)
    stages = route.load()
    items = stages.evidence.likeness.items
    wanted = find_item(item, items, stages.evidence.interactions["item_id"])
    titles = dict(zip(items["item_id"], items["title"], strict=True))
    for line in telling.lines(trace(person, wanted, stages), stages.rules, titles):
        typer.echo(line)


def _route(pipeline: Pipeline[Any]) -> Route:
    """Find the way to a pipeline's lists, every stage of it made."""
    name, lists = type(pipeline).__name__, pipeline.products.get(LISTS)
    if not isinstance(lists, Recommendations):
        raise Stop(Code.MISUSED, f"{name} makes no lists with reasons; name a pipeline that does by --of")
    if not lists.complete():
        raise Stop(Code.MISSING_DATA, f"{LISTS!r} is not made yet; make it by: slipstream run {name}")
    route = Route.to(lists)
    gone = next((task for task in route.tasks() if not task.complete()), None)
    if gone is not None:
        kind = type(gone).__name__
        line = f"{kind} is not there any more; make it again by: slipstream rerun {kind} --of {name}"
        raise Stop(Code.MISSING_DATA, line)
    return route
