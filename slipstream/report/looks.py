"""How states and quantities look: a word, a sign that is told apart without colour, and numbers as people read them."""

from slipstream.graph import State
from slipstream.quantities import show_seconds
from slipstream.report.markup import Markup, element

WORDS = {State.DONE: "run", State.WAITING: "waiting"}
ORDER = (
    State.FAILED, State.RUNNING, State.DONE, State.CACHED, State.WAITING, State.NOT_RUN, State.UNNEEDED,
)  # fmt: skip
SIGNS = {
    State.DONE: "M2 6.5 5 9.5 10 3",
    State.FAILED: "M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5",
    State.CACHED: "M2 4H10M2 8H10",
    State.RUNNING: "M3.5 2V10L10 6Z",
    State.WAITING: "M6 5.9V6.1",
    State.NOT_RUN: "M2.5 6H9.5",
    State.UNNEEDED: "M6 2.5A3.5 3.5 0 1 0 6.01 2.5",
}


def word(state: State) -> str:
    """Name a state."""
    return WORDS.get(state, str(state))


def css_class(state: State) -> str:
    """Name a state for the style sheet."""
    return word(state).replace(" ", "-")


def sign_path(state: State, x: float = 0.0, y: float = 0.0) -> Markup:
    """Draw the sign of a state, 12 by 12, inside a picture."""
    place = f"translate({x:.1f} {y:.1f})" if x or y else None
    return element("path", class_="sign", d=SIGNS[state], transform=place)


def sign(state: State) -> Markup:
    """Draw the sign of a state as a picture of its own."""
    return element("svg", sign_path(state), class_="sign", viewBox="0 0 12 12", aria_hidden="true")


def state_cell(state: State) -> Markup:
    """Show a state as sign and word."""
    return element("span", sign(state), word(state), class_=f"state {css_class(state)}")


def span(spent: float | None) -> str:
    """Write a span of time as people read it."""
    if spent is None:
        return ""
    if round(spent, 3) == 0:
        return "0 s"
    if spent < 1:
        return f"{spent * 1000:.0f} ms"
    return show_seconds(spent)


def short_count(count: int) -> str:
    """Write a count in four characters or so."""
    if count < 10_000:
        return f"{count:,}"
    for limit, unit in ((1e6, "k"), (1e9, "M")):
        if count < limit:
            return f"{count / limit * 1000:.3g}{unit}"
    return f"{count / 1e9:.3g}G"
