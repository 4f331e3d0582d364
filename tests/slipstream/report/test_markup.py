import pytest

from slipstream.report.markup import Markup, element, number, together


def test_text_is_escaped_and_markup_is_not():
    inner = element("b", "<script>")

    assert element("p", "a & b ", inner) == "<p>a &amp; b <b>&lt;script&gt;</b></p>"
    assert isinstance(inner, Markup)


def test_attributes_are_escaped_named_and_left_out():
    made = element("a", class_="x", data_task=0, title='"><i>', hidden=True, open=False, href=None)

    assert made == '<a class="x" data-task="0" title="&quot;&gt;&lt;i&gt;" hidden></a>'


def test_what_never_has_an_inside_is_closed():
    assert element("path", d="M0 0") == '<path d="M0 0"/>'
    assert element("path", element("title", "x")) == "<path><title>x</title></path>"


def test_nothing_is_nothing():
    assert together([None, "", 0]) == "0"


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (1.25, "1.2"), (-0.5, "-0.5"), (1000.04, "1000")])
def test_coordinates_are_brief(value, text):
    assert number(value) == text
