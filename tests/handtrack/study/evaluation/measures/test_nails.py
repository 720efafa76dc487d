from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.evaluation.comparison import Comparison, MarkedNails
from handtrack.study.evaluation.measures.nails import measure_nails
from handtrack.study.evaluation.measures.summary import measure_set
from tests.handtrack.study.evaluation.made import made_comparison, made_facts


@pytest.fixture
def comparison() -> Comparison:
    """Three hands; after the second loop the index tip lies in the nail's box, after the first one not."""
    peers = {"MediaPipe full": [5.0] * 3, "MediaPipe full, image z": [5.0] * 3}
    made = made_comparison([[9.0, 5.0]] * 3, [[0.9, 0.9], [0.1, 0.9], [0.9, 0.9]], peers)
    nail = np.array([[100.0, 100, 110, 120]])
    nails = {
        0: MarkedNails(nail, np.array([True])),
        1: MarkedNails(np.concatenate([nail, nail + 500]), np.array([True, False])),
    }
    ours = np.zeros((3, 2, 21, 2), np.float32)
    ours[:, 1, 8] = (112, 110)  # within the box once it is grown by half
    full = np.zeros((3, 1, 21, 2), np.float32)
    scores = [replace(each, joints_2d=full) for each in made.scores]
    scores[0] = replace(made.scores[0], joints_2d=ours)
    facts = tuple(made_facts(index, source="phone" if index < 2 else "other") for index in range(3))
    return Comparison(replace(made.evaluated, nails=nails), facts, tuple(scores))


def test_shares_are_of_the_nails_of_each_collection(comparison: Comparison) -> None:
    [measured] = measure_nails(comparison, 0.5)

    assert (measured.source, measured.hands, measured.nails) == ("phone", 2, 3)
    assert measured.labels == pytest.approx(2 / 3)
    assert measured.last == {"ours": pytest.approx(2 / 3), "MediaPipe full": 0.0}
    # The gate leaves the first hand after a loop that misses.
    assert measured.at_default == {"ours": pytest.approx(1 / 3)}
    assert measure_set(comparison, [], 0.5).nails == (measured,)


def test_hands_are_known_by_their_number_in_the_set(comparison: Comparison) -> None:
    chosen = replace(comparison.facts[2], index=1, source="phone")
    only = Comparison(
        replace(comparison.evaluated, nails={1: comparison.evaluated.nails[1]}),
        (chosen,),
        tuple(
            replace(each, joints_2d=each.joints_2d[2:], exit_probability=None) for each in comparison.scores
        ),
    )

    [measured] = measure_nails(only, 0.5)

    assert (measured.hands, measured.nails, measured.last["ours"]) == (1, 2, 0.5)
    assert measured.at_default == {}


def test_without_marked_nails_there_is_nothing() -> None:
    assert measure_nails(made_comparison([[9.0, 5.0]], [[0.9, 0.9]], {}), 0.5) == ()
