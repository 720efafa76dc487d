from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from app.model.measures import MeasuresHistory, palm_words
from handtrack.config import load_settings
from handtrack.measures import MEASURES, measures
from handtrack.sessions import SessionRecorder, read_session
from tests.app.sample_results import moving_results, sample_hand, sample_result

PINCH = [measure.key for measure in MEASURES].index("pinch_index_mm")


def test_each_side_has_its_longest_known_hand():
    history = MeasuresHistory(10.0)
    hands = (sample_hand(curl=0.1, track_id=5), sample_hand(curl=0.5, track_id=2))
    history.append(sample_result(hands))
    now = history.now("right")
    assert now is not None
    np.testing.assert_allclose(now[0], measures(hands[1])[0])
    assert history.now("left") is None


def test_values_over_time_are_those_of_each_frame():
    history = MeasuresHistory(10.0)
    results = moving_results(40)
    for result in results:
        history.append(result)
    times, values = history.over_time()
    assert len(times) == 40
    for result, (left, right) in zip(results, values, strict=True):
        np.testing.assert_allclose(right, measures(result.hands[0])[0], rtol=1e-4, atol=1e-3)
        np.testing.assert_allclose(left, measures(result.hands[1])[0], rtol=1e-4, atol=1e-3)
    near = history.at(times[7] + 0.01, 0.1)
    assert near is not None
    np.testing.assert_allclose(near, values[7])
    assert history.at(times[0] - 1.0, 0.1) is None


def test_a_frame_without_a_hand_is_a_gap():
    history = MeasuresHistory(10.0)
    history.append(sample_result((sample_hand(),), index=0))
    history.append(sample_result((), index=1))
    _, values = history.over_time()
    assert np.isfinite(values[0, 1, PINCH])
    assert np.isnan(values[1]).all()
    history.clear()
    assert len(history.over_time()[0]) == 0
    assert history.now("right") is None


def test_a_session_fills_all_frames_and_keeps_the_cursor(tmp_path: Path):
    results = moving_results(30)
    with SessionRecorder(tmp_path / "s", settings=load_settings()) as recorder:
        for result in results:
            recorder.write(result)
    session = read_session(tmp_path / "s")
    history = MeasuresHistory(10.0)
    moment = float(session.positions()[12])
    history.append(sample_result(results[12].hands, timestamp=moment))
    history.fill(session)
    assert history.joints.cursor == pytest.approx(moment)
    _, values = history.over_time()
    for result, (left, right) in zip(results, values, strict=False):
        np.testing.assert_allclose(right[PINCH], measures(result.hands[0])[0][PINCH], rtol=1e-3)
        np.testing.assert_allclose(left[PINCH], measures(result.hands[1])[0][PINCH], rtol=1e-3)


@pytest.mark.parametrize(
    ("right", "up", "words"),
    [
        (12.0, 30.0, "to the camera, 12° right, 30° up"),
        (-90.0, -4.0, "to the left (90°), 4° down"),
        (170.0, 0.0, "away from the camera, 10° right, 0° down"),
        (20.0, 80.0, "up (80° up)"),
        (math.nan, 0.0, ""),
    ],
)
def test_words_say_where_a_palm_faces(right, up, words):
    assert palm_words(right, up) == words
