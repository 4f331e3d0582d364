from slipstream.tasks.cache.description import git_commit, library_versions


def test_versions_name_the_libraries_that_decide_results():
    assert {"python", "pandas", "lightgbm", "gensim"} <= set(library_versions())


def test_outside_a_checkout_there_is_no_commit(tmp_path):
    assert git_commit(str(tmp_path)) is None
