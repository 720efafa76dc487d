from __future__ import annotations

import math

import numpy as np
import pytest

from handtrack.hand import Crop
from handtrack.tracking.duplicates import tracks_to_drop
from handtrack.tracking.search import SearchSchedule
from handtrack.tracking.sighting import Sighting
from handtrack.tracking.track import HandTrack, smooth_crop


def _joints(x: float = 200.0, y: float = 200.0, size: float = 100.0) -> np.ndarray:
    grid = np.random.default_rng(0).uniform(-0.5, 0.5, (21, 2))
    grid[0], grid[9] = (0, 0.5), (0, -0.05)
    return (grid * size + [x, y]).astype(np.float32)


def test_handedness_changes_by_vote_not_by_one_frame():
    track = HandTrack(1, _joints(), "right", trust=0.9)
    track.vote_handedness(0.01)
    sides = [track.handedness]
    for _ in range(15):
        track.vote_handedness(0.01)
    sides.append(track.handedness)
    for _ in range(4):
        track.vote_handedness(0.9)
    sides.append(track.handedness)
    assert sides == ["right", "left", "left"], "changed by many, and not back at once"


def test_undecided_frames_leave_handedness_alone():
    track = HandTrack(1, _joints(), "left", trust=0.2)
    for _ in range(200):
        track.vote_handedness(0.5)
    assert track.handedness == "left"


def test_left_hands_get_mirrored_crops():
    assert HandTrack(1, _joints(), "left", 1.0).crop.mirrored
    assert not HandTrack(1, _joints(), "right", 1.0).crop.mirrored


def test_small_changes_of_the_crop_are_calmed_and_large_ones_followed():
    old = Crop((100.0, 100.0), 100.0, 0.0)
    small = smooth_crop(old, Crop((101.0, 100.0), 102.0, 0.02))
    assert 0.4 < small.centre[0] - 100 < 0.7
    assert 0.5 < small.size - 100 < 1.0
    large = smooth_crop(old, Crop((140.0, 100.0), 150.0, 1.2))
    assert large.centre[0] == pytest.approx(140)
    assert large.size == pytest.approx(150)
    assert large.angle == pytest.approx(1.2)


def test_crop_turns_the_short_way_round():
    turned = smooth_crop(Crop((0.0, 0.0), 10.0, math.pi - 0.05), Crop((0.0, 0.0), 10.0, -math.pi + 0.05))
    assert abs(turned.angle) > math.pi - 0.06


def test_two_tracks_on_one_hand_leave_the_better_score():
    tracks = [HandTrack(1, _joints(), "right", 1.0), HandTrack(2, _joints(), "right", 1.0)]
    joints = [_joints(), _joints(203, 199)]
    assert tracks_to_drop(tracks, joints, [0.5, 0.95]) == {0}
    assert tracks_to_drop(tracks, joints, [0.95, 0.5]) == {1}
    tracks[0].age = 50
    assert tracks_to_drop(tracks, joints, [0.9, 0.93]) == {1}, "between equals the older stays"


def test_a_track_that_came_over_to_the_hand_of_another_goes_whatever_its_score():
    tracks = [HandTrack(1, _joints(), "right", 1.0), HandTrack(2, _joints(290), "left", 1.0)]
    for track, x in zip(tracks, (200, 290), strict=True):
        track.follow(_joints(x), None, 0.0)
    assert tracks_to_drop(tracks, [_joints(283), _joints(285)], [0.99, 0.7]) == {0}


def test_two_hands_side_by_side_are_both_kept():
    tracks = [HandTrack(1, _joints(), "right", 1.0), HandTrack(2, _joints(), "left", 1.0)]
    assert tracks_to_drop(tracks, [_joints(), _joints(260)], [0.9, 0.9]) == set()


def test_search_is_quick_without_hands_and_rarer_and_rarer_with_one():
    schedule = SearchSchedule(0.5)
    searched = []
    for frame in range(600):
        now = frame / 30
        tracked = 0 if frame < 30 else 1
        if schedule.due(now, tracked, 2):
            searched.append(now)
            schedule.searched(now, found_new=frame == 30)
    assert 8 <= sum(t < 1.0 for t in searched) <= 11
    later = np.diff([t for t in searched if t > 1.1])
    assert (np.diff(later) > -0.05).all()
    assert later[-1] == pytest.approx(1.0, abs=0.05)


def test_no_search_while_all_hands_are_tracked_and_at_once_after_a_loss():
    schedule = SearchSchedule(0.5)
    assert schedule.due(0.0, 0, 1)
    schedule.searched(0.0, found_new=True)
    assert not schedule.due(100.0, 1, 1)
    schedule.hand_lost(100.0)
    assert schedule.due(100.0, 0, 1)


def searches_after_a_loss(lost_at: float, frames: int, followed: int, wanted: int) -> list[float]:
    """When is searched, at 30 frames a second and always in vain."""
    schedule = SearchSchedule(0.5)
    schedule.hand_lost(lost_at)
    searched = []
    for frame in range(frames):
        now = lost_at + frame / 30
        if schedule.due(now, followed, wanted):
            searched.append(now)
            schedule.searched(now, found_new=False)
    return searched


def test_a_lost_hand_is_looked_for_in_every_frame_of_a_second():
    searched = searches_after_a_loss(10.0, frames=60, followed=0, wanted=1)
    assert sum(now < 10.99 for now in searched) == 30
    assert 7 <= sum(now > 11.01 for now in searched) <= 11


def test_a_hand_that_stays_covered_for_a_second_is_not_searched_more_rarely_for_it():
    searched = searches_after_a_loss(10.0, frames=90, followed=1, wanted=2)
    later = [now for now in searched if now > 10.99]
    assert later[0] < 11.55, "after the usual interval, not after the longest"
    assert np.diff(later)[-1] == pytest.approx(1.0, abs=0.05)


def test_the_colour_of_a_palm_is_the_mean_of_what_was_seen_beyond_doubt():
    def lightness_of(seen: Sighting | None) -> float:
        assert seen is not None
        assert seen.colour is not None
        return float(seen.colour[0])

    track = HandTrack(1, _joints(), "right", 1.0)
    for lightness, sure in ((100.0, True), (110.0, True), (250.0, False)):
        track.note(track.seen_as(_joints(), 0.0, np.full(3, lightness)), sure)
    assert lightness_of(track.last_sure) == pytest.approx(102.0)
    assert lightness_of(track.latest) == 250.0
    track.note(track.seen_as(_joints(), 0.0, None), True)
    assert lightness_of(track.last_sure) == pytest.approx(102.0), "nobody looked"


def test_what_is_seen_of_the_side_follows_the_last_frames_sooner_than_the_vote():
    track = HandTrack(1, _joints(), "right", 1.0)
    for _ in range(20):
        track.vote_handedness(0.99)
    for _ in range(4):
        track.vote_handedness(0.01)
    assert track.handedness == "right"
    assert track.seen_as(_joints(), 0.0, None).right < -1


def _followed(positions: list[float], step_s: float = 1 / 30) -> HandTrack:
    """A track that saw its hand, of 100 pixels, at these x."""
    track = HandTrack(1, _joints(positions[0]), "right", 1.0)
    for number, x in enumerate(positions):
        track.follow(_joints(x), None, number * step_s)
    return track


def test_a_fast_hand_is_looked_for_where_it_will_be():
    track = _followed([200, 230, 260])
    track.predict(3 / 30)
    wanted = track.crop_of(_joints(290)).centre
    assert track.crop.centre == pytest.approx(wanted, abs=1.5)


def test_a_slow_hand_is_looked_for_where_it_was():
    track = _followed([200, 203, 206])
    before = track.crop
    track.predict(3 / 30)
    assert track.crop == before


def test_nobody_knows_how_a_hand_moved_that_was_seen_once_or_long_ago():
    for track in (_followed([200]), _followed([200, 300], step_s=1.0)):
        before = track.crop
        track.predict(10.0)
        assert track.crop == before


def test_a_hand_is_not_looked_for_far_away():
    track = _followed([200, 300, 400])
    before = track.crop
    track.predict(1.0)
    assert math.dist(track.crop.centre, before.centre) < 0.4 * before.size
