from tests.recommendation.test_tracing import made


def test_one_user_s_stages_are_their_own_but_for_what_items_are_measured_by():
    stages = made(top=3, quotas={"*": 1})
    mine = stages.of("u")
    for table in (*mine.sources.values(), *mine.fallbacks.values(), mine.pool, mine.lists):
        assert set(table["user_id"]) == {"u"}
    assert set(mine.choice.before["user_id"]) == set(mine.choice.after["user_id"]) == {"u"}
    assert mine.lists["rank"].to_list() == [1, 2, 3]
    assert len(mine.features) == len(stages.features)
    assert made().of("u").choice is None
