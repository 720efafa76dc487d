"""Reading a session in Python: slices, arrays, and the table in long form."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas
import pytest

import handtrack
from handtrack.errors import SessionError
from handtrack.sessions import read_session
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES


def test_arrays_hold_what_each_frame_holds(closed_session):
    session = handtrack.open_session(closed_session)
    arrays = session.hands
    hands = [(number, hand) for number, record in enumerate(session.records()) for hand in record.hands]

    assert len(arrays) == len(hands) == session.manifest.hands
    for row, (number, hand) in enumerate(hands):
        one = arrays[row]
        assert one.frame[0] == number
        assert one.timestamp[0] == session.record(number).timestamp
        assert (one.track_id[0], one.handedness[0]) == (hand.track_id, hand.handedness)
        assert (one.loops[0], one.score[0]) == (hand.iterations, hand.score)
        for name in ("joints_2d", "joints_3d", "sigma_2d", "sigma_3d", "wrist_position", "raw_joints_3d"):
            np.testing.assert_array_equal(getattr(one, name)[0], getattr(hand, name))


@pytest.mark.parametrize("frames", [slice(5, 12), slice(-3, None), slice(30, 99), slice(7, 3), slice(0, 0)])
def test_a_slice_is_a_smaller_session(closed_session, frames):
    session = handtrack.open_session(closed_session)
    part = session[frames]
    expected = list(session.records())[frames]

    assert len(part) == len(expected)
    assert [record.index for record in part.records()] == [record.index for record in expected]
    assert len(part.hands) == sum(len(record.hands) for record in expected)
    for row, hand in enumerate(hand for record in expected for hand in record.hands):
        np.testing.assert_array_equal(part.hands.joints_3d[row], hand.joints_3d)
    shown = list(part.frames())
    assert [frame.record.index for frame in shown] == [record.index for record in expected]
    assert all(frame.image is not None for frame in shown)


def test_masks_choose_hands(closed_session):
    hands = handtrack.open_session(closed_session).hands
    right = hands[hands.handedness == "right"]

    assert 0 < len(right) < len(hands)
    assert set(right.handedness) == {"right"}
    assert right.joints_3d.shape == (len(right), JOINT_COUNT, 3)


def test_frames_come_lazily(closed_session):
    frames = handtrack.open_session(closed_session).frames()

    assert isinstance(frames, Iterator)
    assert next(frames).record.index == 0


def test_only_slices_without_a_step_are_taken(closed_session):
    session = handtrack.open_session(closed_session)
    with pytest.raises(TypeError, match=r"session\[10:20\]"):
        session[3]  # type: ignore[index]
    with pytest.raises(ValueError, match="no step"):
        session[::2]


def test_long_form_has_a_row_for_each_joint_with_units_in_the_names(closed_session):
    session = handtrack.open_session(closed_session)
    frame, hands = session.to_pandas(), session.hands

    assert len(frame) == JOINT_COUNT * len(hands)
    assert list(frame["joint_name"][:JOINT_COUNT]) == list(JOINT_NAMES)
    tips = frame[frame["joint_name"] == "index_tip"]
    np.testing.assert_array_equal(tips[["x_m", "y_m", "z_m"]].to_numpy(), hands.joints_3d[:, 8])
    np.testing.assert_array_equal(tips[["x_px", "y_px"]].to_numpy(), hands.joints_2d[:, 8])
    np.testing.assert_array_equal(tips["sigma_m"].to_numpy(), hands.sigma_3d[:, 8])
    np.testing.assert_array_equal(tips["timestamp_s"].to_numpy(), hands.timestamp)
    np.testing.assert_array_equal(tips["wrist_z_m"].to_numpy(), hands.wrist_position[:, 2])
    assert session.to_arrow().schema.field("x_m").metadata[b"unit"] == b"m"
    assert session.to_arrow().schema.field("score").metadata[b"unit"] == b"1"


def test_a_session_without_rows_has_empty_arrays_and_tables(closed_session):
    empty = handtrack.open_session(closed_session)[:0]

    assert len(empty.hands) == 0
    assert empty.hands.joints_3d.shape == (0, JOINT_COUNT, 3)
    assert empty.to_arrow().num_rows == 0


def test_pandas_that_is_missing_is_one_sentence(closed_session, monkeypatch):
    import sys

    session = read_session(closed_session)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(SessionError, match=r"pip install 'handtrack-sigma\[exports\]'"):
        session.to_pandas()
    assert pandas
