"""What the plots know of a session, beside what its frames say one by one."""

from __future__ import annotations

import numpy as np
import pytest

from app.model.recorded_columns import SIDES, RecordedColumns
from app.model.timeline import Timeline, relative_sigma
from handtrack.config import Settings
from handtrack.sessions import SessionRecorder, read_session
from tests.app.sample_results import moving_results, sample_hand, sample_result


@pytest.fixture
def session(tmp_path):
    """A film of two hands, then frames without one, then with two right hands."""
    results = moving_results(30)
    results += [sample_result((), index=index) for index in (30, 31)]
    pair = (sample_hand(track_id=5, iterations=1), sample_hand((500.0, 400.0), track_id=3, iterations=4))
    results.append(sample_result(pair, index=32))
    with SessionRecorder(tmp_path / "session", settings=Settings()) as recorder:
        for result in results:
            recorder.write(result)
    return read_session(tmp_path / "session")


def test_every_frame_has_its_loops_its_gate_and_its_sigmas(session):
    columns = RecordedColumns.of(session)
    assert columns.moments == pytest.approx(np.arange(33) / 30)
    for number, record in enumerate(session.records()):
        for column, side in enumerate(SIDES):
            hands = [hand for hand in record.hands if hand.handedness == side]
            if not hands:
                assert np.isnan(columns.loops[number, column])
                assert np.isnan(columns.sigma_mm[number, column]).all()
                continue
            hand = min(hands, key=lambda hand: hand.track_id)
            assert columns.loops[number, column] == hand.iterations
            assert columns.certain[number, column] == pytest.approx(hand.trace[0].exit_probability)
            np.testing.assert_allclose(columns.sigma_mm[number, column], 1000 * hand.sigma_3d, rtol=1e-6)
            np.testing.assert_allclose(columns.sigma_px[number, column], hand.sigma_2d, rtol=1e-6)


def test_the_timeline_knows_every_frame_of_a_session(session):
    timeline = Timeline()
    timeline.note_session(session)
    for number, record in enumerate(session.records()):
        expected = max(map(relative_sigma, record.hands), default=np.nan)
        assert timeline.sigmas[number] == pytest.approx(expected, rel=1e-5, nan_ok=True)
