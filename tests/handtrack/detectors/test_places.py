from __future__ import annotations

import numpy as np
import pytest

from handtrack.detectors.places import read_places
from handtrack.model.constants import FINDER_UNIT


def _nothing() -> np.ndarray:
    answers = np.zeros((7, 20, 24), np.float32)
    answers[0] = -8
    return answers


def _say(answers: np.ndarray, row: int, column: int, score: float, size: float = FINDER_UNIT) -> None:
    answers[:, row, column] = score, 0.25, -0.25, np.log(size / FINDER_UNIT), 0.6, -0.8, 3.0


def test_a_peak_is_a_place_with_all_that_is_said_of_it():
    answers = _nothing()
    _say(answers, 4, 10, 2.0, 30.0)
    (place,) = read_places(answers, 5, 0.3)
    assert place.middle.tolist() == [(10 + 0.5 + 0.25) * 8, (4 + 0.5 - 0.25) * 8]
    assert place.size == pytest.approx(30)
    assert place.up == pytest.approx([0.6, -0.8])
    assert place.score == pytest.approx(1 / (1 + np.exp(-2)))
    assert place.right > 0.9


def test_the_best_come_first_and_no_more_than_wanted():
    answers = _nothing()
    for row, score in ((2, 1.0), (9, 3.0), (16, 2.0)):
        _say(answers, row, 5, score)
    assert [place.middle[1] for place in read_places(answers, 2, 0.3)] == [(9.25) * 8, (16.25) * 8]


@pytest.mark.parametrize(("least", "count"), [(0.0, 1), (1.0, 0)])
def test_the_ends_of_the_scores_are_scores_too(least, count):
    answers = _nothing()
    _say(answers, 9, 5, 3.0)
    assert len(read_places(answers, 1, least)) == count


def test_one_hand_is_one_place():
    answers = _nothing()
    _say(answers, 9, 5, 3.0)
    _say(answers, 9, 7, 2.5)  # two cells on, a third of the hand
    assert len(read_places(answers, 5, 0.3)) == 1
    _say(answers, 9, 15, 2.5)
    assert len(read_places(answers, 5, 0.3)) == 2


def test_nothing_is_found_below_the_least_score():
    answers = _nothing()
    _say(answers, 4, 4, 0.0)
    assert read_places(answers, 5, 0.51) == []
    assert len(read_places(answers, 5, 0.49)) == 1


def test_absurd_answers_are_finite_places():
    answers = _nothing()
    _say(answers, 4, 4, 500.0)
    answers[3, 4, 4] = 1e6
    (place,) = read_places(answers, 5, 0.3)
    assert np.isfinite(place.size)
    assert place.score == pytest.approx(1.0)
