"""Looking at a pipeline and at what it made."""

from typing import Annotated, Any

import typer
from rich.console import Console

from slipstream import graph, showing
from slipstream.commands.options import Conf, Modules, Name, Settings, Workspace, construct
from slipstream.graph import State
from slipstream.stop import Code, Stop, near

WIDE = 400  # columns of a file that somebody searches with other tools


def tree(
    pipeline: Name,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
) -> None:
    """Show what a pipeline is made from and which of it is there."""
    recipe = construct(pipeline, conf, settings, module, workspace)
    steps = graph.steps(recipe)
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDE
    console.print(showing.tree(recipe, steps))
    cached = sum(step.state == State.CACHED for step in steps)
    to_run = sum(step.state == State.WAITING for step in steps)
    console.print(f"{len(steps)} tasks: {cached} cached, {to_run} to run")


def show(  # noqa: PLR0913 (one parameter an option)
    pipeline: Name,
    product: Annotated[str, typer.Argument(help="A product of the pipeline, by its name.")],
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    user: Annotated[str | None, typer.Option(help="Only rows of this user.")] = None,
    item: Annotated[str | None, typer.Option(help="Only rows of this item.")] = None,
    top: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
) -> None:
    """Show a product of a pipeline."""
    recipe = construct(pipeline, conf, settings, module, workspace)
    if product not in recipe.products:
        raise Stop(Code.MISUSED, f"{pipeline} has no product {product!r}{near(product, recipe.products)}")
    steps = graph.steps(recipe)
    task = recipe.products[product]
    if not task.complete():
        raise Stop(Code.MISSING_DATA, f"{product!r} is not made yet; make it by: slipstream run {pipeline}")
    value = task.output().load()
    for column, wanted in (("user_id", user), ("item_id", item)):
        value = value if wanted is None else _only(value, column, wanted, product)
    Console(highlight=False).print(showing.product(value, top=top, titles=showing.titles(steps)))


def _only(value: Any, column: str, wanted: str, product: str) -> Any:
    if column not in getattr(value, "columns", []):
        raise Stop(Code.MISUSED, f"{product!r} has no column {column}; it cannot be narrowed to {wanted!r}")
    rows = value[value[column] == wanted]
    if rows.empty:
        raise Stop(Code.MISSING_DATA, f"{product!r} has no row with {column} {wanted!r}")
    return rows.drop(columns=column) if len(rows.columns) > 1 else rows
