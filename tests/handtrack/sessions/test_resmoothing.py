from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from handtrack.config import Settings
from handtrack.geometry import Intrinsics
from handtrack.hand import read_only
from handtrack.position import with_position, wrist_distance, wrist_position
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


def test_places_before_the_camera_follow_the_joints(tmp_path, make_hand, make_result):
    """A hand at rest half a metre away, seen with noise: its place is what its calmer joints say."""
    random = np.random.default_rng(6)
    camera = Intrinsics.from_field_of_view(64, 48, 71.0)
    still = make_hand(2)
    joints = np.asarray(still.joints_3d, float)
    joints -= joints[0]
    place = np.array([0.1, -0.05, 0.5])
    before_camera = joints + place
    pixels = before_camera[:, :2] / before_camera[:, 2:] * camera.focal + camera.centre
    with SessionRecorder(tmp_path / "s", settings=Settings()) as recorder:
        for index in range(30):
            flat = read_only(pixels + random.normal(0, 0.2, (21, 2)), np.float32)
            space = read_only(joints, np.float32)
            hand = replace(still, joints_2d=flat, raw_joints_2d=flat, joints_3d=space, raw_joints_3d=space)
            recorder.write(make_result(index, (with_position(hand, camera),)))
    session = read_session(tmp_path / "s")
    recorded, hands = session.hands, smoothed(session).hands
    expected = [
        wrist_position(flat, wrist_distance(flat, space, camera), camera)
        for flat, space in zip(hands.joints_2d, hands.joints_3d, strict=True)
    ]
    np.testing.assert_allclose(hands.wrist_position, expected, atol=1e-5)
    off = [np.linalg.norm(found.wrist_position - place, axis=1).mean() for found in (recorded, hands)]
    assert off[1] < 0.85 * off[0]
    np.testing.assert_array_equal(hands.sigma_position, recorded.sigma_position)


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
