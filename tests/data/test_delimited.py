import pytest

from slipstream.tasks.data import delimited
from slipstream.tasks.data.delimited import ROW, read_delimited
from slipstream.tasks.data.source import Source

ALL = list


def parse(text, source=None, separator=","):
    raw = read_delimited(text.encode(), source or Source(), separator, ALL)
    return raw, raw.cells.drop(ROW).rows(), raw.cells[ROW].to_list()


def test_quoted_separators_newlines_and_quotes():
    _, rows, numbers = parse('a,b\n1,"x, ""y""\nz"\n2,5" tape\n')
    assert rows == [("1", 'x, "y"\nz'), ("2", '5" tape')]
    assert numbers == [1, 2]


def test_too_few_and_too_many_cells_are_set_aside_with_their_row():
    raw, rows, numbers = parse("a,b\r\n1,x\r\n2\r\n3,y,z\r\n4,w\r\n")
    assert rows == [("1", "x"), ("4", "w")]
    assert numbers == [1, 4]
    assert [(one.row, one.reason) for one in raw.damaged] == [
        (2, "1 columns where 2 are expected"),
        (3, "3 columns where 2 are expected"),
    ]
    assert raw.total == 4


@pytest.mark.parametrize("stray", ['2,"x', '2,x,"y', '"2,x'])
def test_a_quote_that_never_closes_costs_its_own_row_only(stray):
    raw, rows, numbers = parse(f"a,b\n1,x\n{stray}\n3,z\n4,w\n")
    assert rows == [("1", "x"), ("3", "z"), ("4", "w")]
    assert numbers == [1, 3, 4]
    assert [(one.row, one.text) for one in raw.damaged] == [(2, stray)]


def test_two_stray_quotes_do_not_swallow_what_lies_between():
    raw, rows, _ = parse('a,b\n1,"x\n2,y\n3,z\n"4,w\n5,v\n')
    assert [one.row for one in raw.damaged] == [1, 4]
    assert rows == [("2", "y"), ("3", "z"), ("5", "v")]


def test_a_row_longer_than_a_block_is_read(monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 16)
    _, rows, _ = parse('a,b\n1,"' + "x" * 100 + '"\n2,y\n')
    assert [len(b) for _, b in rows] == [100, 1]


def test_a_file_without_a_header_is_named_by_conf():
    _, rows, numbers = parse("1\tx\n2\ty\n", Source(header=("a", "b")), "\t")
    assert rows == [("1", "x"), ("2", "y")]
    assert numbers == [1, 2]


def test_a_separator_may_be_several_characters():
    source = Source(header=("id", "title", "genres"), quote="")
    raw, rows, _ = parse("1::Alien: Covenant::Horror\n2::Up\n3::M::a|b\n", source, "::")
    assert rows == [("1", "Alien: Covenant", "Horror"), ("3", "M", "a|b")]
    assert [(one.row, one.text, one.reason) for one in raw.damaged] == [(2, "2::Up", "2 columns where 3 are expected")]
    assert parse('a::b\n1::"x::y"\n', None, "::")[1] == [("1", "x::y")]
    with pytest.raises(ValueError, match=r"separator '::' holds the character U\+001F"):
        parse("a::b\n1::\x1f\n", None, "::")


def test_quotes_may_be_letters_like_others():
    assert parse('a\tb\n1\t"x\n', Source(quote=""), "\t")[1] == [("1", '"x')]


def test_blank_lines_are_no_rows():
    raw, rows, numbers = parse("\n\na,b\n\n1,x\n\n2,y\n\n")
    assert rows == [("1", "x"), ("2", "y")]
    assert numbers == [1, 2]
    assert raw.total == 2
