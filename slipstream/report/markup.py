"""HTML and SVG put together so that text stays text: whatever is not markup already is escaped."""

from collections.abc import Iterable
from html import escape
from typing import Any

VOID = frozenset({"meta", "input", "br", "path", "rect", "circle", "line"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def element(name: str, /, *children: Any, **attributes: Any) -> Markup:
    """Write an element; `class_` is class and `data_x` data-x, attributes that are None or False are left out."""
    told = {key: value for key, value in attributes.items() if value is not None and value is not False}
    inside = "".join(_attribute(key, value) for key, value in told.items())
    if name in VOID and not children:
        return Markup(f"<{name}{inside}/>")
    return Markup(f"<{name}{inside}>{together(children)}</{name}>")


def together(parts: Iterable[Any]) -> Markup:
    """Join parts, escaping those that are no markup; None is nothing."""
    return Markup(
        "".join(part if isinstance(part, Markup) else escape(_text(part)) for part in parts if part is not None)
    )


def number(value: float) -> str:
    """Write a coordinate briefly."""
    return f"{value:.1f}".removesuffix(".0")


def _attribute(key: str, value: Any) -> str:
    name = key.rstrip("_").replace("_", "-") if key != "viewBox" else key
    return f" {name}" if value is True else f' {name}="{escape(_text(value))}"'


def _text(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)
