import numpy as np

from slipstream.tasks.tagging.learning import Lesson, cross_fit, odds_to_chance, space_of

KNOBS = {"objective": "binary", "seed": 0}
FOLD = np.arange(200) % 4
TARGET = (np.arange(200) // 4 % 2).astype(np.float64)
MATRIX = np.column_stack([TARGET, np.zeros(200)]).astype(np.float32)


def learnt(target=TARGET, fold=FOLD):
    return cross_fit(Lesson(MATRIX, target, fold), MATRIX, fold, ["text_vote", "cotags"], rounds=10, knobs=KNOBS)


def test_what_decides_is_found_and_named():
    found = learnt()
    assert odds_to_chance(found.raw[TARGET == 1]).min() > 0.8
    assert np.array_equal(found.raw, found.unseen)
    parts = found.parts(np.flatnonzero(TARGET == 1))
    assert (parts["text"] > 0).all()
    assert not parts["cotags"].any()


def test_a_label_never_reaches_its_own_fold():
    changed = np.where(FOLD == 2, 1 - TARGET, TARGET)
    assert np.array_equal(learnt().raw[FOLD == 2], learnt(changed).raw[FOLD == 2])
    assert not np.array_equal(learnt().raw[FOLD != 2], learnt(changed).raw[FOLD != 2])


def test_features_of_one_space_share_its_name():
    assert space_of("mention_tfidf") == space_of("mentions_text") == "mention"
    assert space_of("text_vote") == "text"
