from slipstream.columns import aligned


def test_columns_are_as_wide_as_their_widest_cell():
    rows = [("name", "took", "why"), ("Dough", "1.0 s", ""), ("A", "22.5 s", "made from Flour")]
    assert aligned(rows, right=frozenset({1})) == [
        "name     took  why",
        "Dough   1.0 s",
        "A      22.5 s  made from Flour",
    ]


def test_nothing_is_aligned_to_nothing():
    assert aligned([]) == []
