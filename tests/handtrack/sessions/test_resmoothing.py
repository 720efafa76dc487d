from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from handtrack.config import Settings
from handtrack.hand import read_only
from handtrack.sessions import SessionRecorder, read_session, smoothed
from handtrack.sources.base import SourceInfo


def _record(folder: Path, make_hand, make_result, stills: bool = False) -> Path:
    """Twenty frames: a trembling hand, none, and from the eighth on a second one beside it."""
    random = np.random.default_rng(5)
    still, other = make_hand(2), make_hand(3)
    info = SourceInfo("made up", 64, 48, 30.0, 20, False, "a test", stills=stills)
    with SessionRecorder(folder, settings=Settings(), source=info) as recorder:
        for index in range(20):
            noise = random.normal(0, 0.5, (21, 2)).astype(np.float32)
            hand = replace(still, raw_joints_2d=read_only(still.raw_joints_2d + noise))
            hands = () if index == 4 else (hand,) if index < 8 else (hand, other)
            recorder.write(make_result(index, hands))
    return folder


def test_every_hand_is_smoothed_along_its_own_track(tmp_path, make_hand, make_result):
    session = read_session(_record(tmp_path / "s", make_hand, make_result))
    again = smoothed(session)
    assert len(again) == len(session) == 20
    for before, after in zip(session.records(), again.records(), strict=True):
        assert len(before.hands) == len(after.hands)
        for old, new in zip(before.hands, after.hands, strict=True):
            assert np.array_equal(old.raw_joints_2d, new.raw_joints_2d)
            assert np.array_equal(old.sigma_2d, new.sigma_2d)
            assert old.track_id == new.track_id
    resting = [record.hands[1] for record in again.records() if len(record.hands) == 2]
    for hand in resting:
        np.testing.assert_allclose(hand.joints_2d, hand.raw_joints_2d, atol=1e-5)
    raw, smooth = (
        np.stack([getattr(record.hands[0], name) for record in again.records() if record.hands])
        for name in ("raw_joints_2d", "joints_2d")
    )
    assert np.abs(np.diff(smooth[:4], axis=0)).mean() < 0.6 * np.abs(np.diff(raw[:4], axis=0)).mean()


def test_the_session_on_the_disk_stays_as_it_is(tmp_path, make_hand, make_result):
    folder = _record(tmp_path / "s", make_hand, make_result)
    first = read_session(folder)
    smoothed(first)
    assert read_session(folder).table.equals(first.table)


def test_pictures_that_stand_alone_are_not_smoothed(tmp_path, make_hand, make_result):
    session = read_session(_record(tmp_path / "s", make_hand, make_result, stills=True))
    assert smoothed(session) is session


def test_a_session_without_hands_stays_one(tmp_path, make_result):
    info = SourceInfo("made up", 64, 48, 30.0, 2, False, "a test")
    with SessionRecorder(tmp_path / "s", settings=Settings(), source=info) as recorder:
        for index in range(2):
            recorder.write(make_result(index))
    assert [record.hands for record in smoothed(read_session(tmp_path / "s")).records()] == [(), ()]
