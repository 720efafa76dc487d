"""The tracker with the shipped weights and real MediaPipe on real clips."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack import Frame, FrameResult, HandTracker
from handtrack.config import TrackerSettings
from handtrack.errors import ConfigError


def _frames(clip: Path, count: int, start: int = 0) -> list[Frame]:
    frames = []
    with av.open(str(clip)) as container:
        for index, picture in enumerate(container.decode(video=0)):
            if index >= start + count:
                break
            if index >= start:
                frames.append(Frame(picture.to_ndarray(format="bgr24"), index / 30, index))
    return frames


@pytest.fixture(scope="module")
def clip_frames(counting_clip: Path) -> list[Frame]:
    return _frames(counting_clip, 60)


def _track(tracker: HandTracker, frames: list[Frame]) -> list[FrameResult]:
    return [tracker.process_frame(frame) for frame in frames]


def test_results_keep_the_contract(tracker, clip_frames):
    result = _track(tracker, clip_frames[:5])[-1]
    (hand,) = result.hands
    assert hand.joints_2d.shape == (21, 2)
    assert hand.joints_3d.shape == (21, 3)
    assert hand.sigma_2d.shape == hand.sigma_3d.shape == (21,)
    for array in (hand.joints_2d, hand.joints_3d, hand.sigma_2d, hand.sigma_3d, hand.raw_joints_2d):
        assert array.dtype == np.float32
        assert not array.flags.writeable
    assert not hand.joints_3d[0].any(), "the wrist is the origin"
    assert 0.05 < np.linalg.norm(hand.joints_3d[9]) < 0.13, "metres"
    assert (hand.sigma_2d > 0).all()
    assert (hand.sigma_3d > 0).all()
    assert 1 <= hand.iterations <= tracker.max_iterations
    assert len(hand.trace) == hand.iterations
    assert np.array_equal(hand.trace[-1].joints_2d, hand.raw_joints_2d)
    assert hand.exit_probability == hand.trace[-1].exit_probability
    assert hand.handedness in ("left", "right")
    assert result.frame is clip_frames[4]


def test_the_detector_rests_while_the_hand_is_followed(tracker, clip_frames):
    results = _track(tracker, clip_frames)
    assert results[0].detector_ran
    assert sum(result.detector_ran for result in results) <= 4, "of 60, while a second hand may come"
    assert all(len(result.hands) == 1 for result in results)
    assert len({result.hands[0].track_id for result in results}) == 1, "one identity throughout"
    assert len({result.hands[0].handedness for result in results}) == 1


def test_joints_follow_the_moving_hand(tracker, counting_clip):
    """Against MediaPipe run on every frame, and against a pose that never changes."""
    from handtrack.detectors import landmark_detector

    frames = _frames(counting_clip, 40, start=150)
    reference = landmark_detector(1)
    errors, frozen = [], []
    first = None
    for result in _track(tracker, frames):
        seen = reference.detect(result.frame.image)
        if not seen or not result.hands:
            continue
        truth, hand = seen[0].joints_2d, result.hands[0].raw_joints_2d
        extent = np.ptp(truth, axis=0).max()
        errors.append(np.linalg.norm(hand - truth, axis=1).mean() / extent)
        first = hand - hand[0] if first is None else first
        frozen.append(np.linalg.norm(first + truth[0] - truth, axis=1).mean() / extent)
    reference.close()
    assert len(errors) > 30
    assert np.mean(errors) < 0.07, "7 % of the hand's size"
    assert np.mean(errors) < 0.6 * np.mean(frozen), "much better than carrying the first pose along"


def test_threshold_sets_the_number_of_loops(tracker, clip_frames):
    def loops(threshold: float) -> list[int]:
        tracker.reset()
        tracker.gate_threshold = threshold
        return [result.hands[0].iterations for result in _track(tracker, clip_frames[:12])]

    assert set(loops(0.0)) == {1}
    assert set(loops(1.0)) == {tracker.max_iterations}


def test_raising_the_threshold_never_lowers_the_loops_of_an_input(tracker, clip_frames):
    counts = []
    for threshold in np.linspace(0, 1, 11):
        tracker.reset()
        tracker.gate_threshold = float(threshold)
        counts.append(tracker.process_frame(clip_frames[0]).hands[0].iterations)
    assert counts == sorted(counts)


def test_new_threshold_holds_from_the_next_frame(tracker, clip_frames):
    assert tracker.process_frame(clip_frames[0]).gate_threshold == 0.5
    tracker.gate_threshold = 1.0
    result = tracker.process_frame(clip_frames[1])
    assert result.gate_threshold == 1.0
    assert result.hands[0].iterations == tracker.max_iterations


def test_a_hand_that_leaves_is_noticed_within_three_frames_and_found_again(tracker, clip_frames):
    _track(tracker, clip_frames[:5])
    empty = np.full_like(clip_frames[0].image, 90)
    gone = [tracker.process(empty, timestamp=1.0 + i / 30) for i in range(6)]
    assert all(not result.hands for result in gone[2:])
    assert any(result.detector_ran for result in gone), "it is searched for"
    searches = sum(tracker.process(empty, timestamp=2.0 + i / 30).detector_ran for i in range(30))
    assert 5 <= searches <= 12, "at a limited rate"
    back = [tracker.process(frame.image, timestamp=4.0 + frame.index / 30) for frame in clip_frames[:5]]
    assert back[-1].hands


def test_two_hands_are_tracked_with_their_sides(tracker, counting_clip):
    picture = _frames(counting_clip, 1, start=180)[0].image
    both = np.ascontiguousarray(np.concatenate([picture, picture[:, ::-1]], axis=1))
    results = [tracker.process(both, timestamp=i / 30) for i in range(20)]
    hands = results[-1].hands
    assert len(hands) == 2
    assert {hand.handedness for hand in hands} == {"left", "right"}
    assert len({hand.track_id for hand in hands}) == 2
    by_side = sorted(hands, key=lambda hand: float(hand.joints_2d[:, 0].mean()))
    mirrored = by_side[1].raw_joints_2d * [-1, 1] + [both.shape[1] - 1, 0]
    extent = np.ptp(by_side[0].raw_joints_2d, axis=0).max()
    assert np.abs(by_side[0].raw_joints_2d - mirrored).mean() / extent < 0.03, "mirror images alike"
    tracker.max_hands = 1
    assert len(tracker.process(both, timestamp=2.0).hands) == 1


def test_a_hand_that_another_one_covered_is_searched_for_until_it_is_seen_again(tracker, counting_clip):
    picture = _frames(counting_clip, 1, start=180)[0].image
    height, width = picture.shape[:2]
    moves = [*np.linspace(width, 0, 16), *[0] * 4, *np.linspace(0, width, 16)]
    counts = []
    for index, left in enumerate(np.round(moves).astype(int)):
        both = np.full((height, 2 * width, 3), 90, np.uint8)
        both[:, :width] = picture
        both[:, left : left + width] = picture[:, ::-1]
        counts.append(len(tracker.process(both, timestamp=index / 30).hands))
    assert 2 in counts[:6]
    assert 1 in counts[16:20], "one covers the other"
    assert counts[-1] == 2, counts


def test_smoothing_can_be_switched_while_tracking(tracker, clip_frames):
    smoothed = _track(tracker, clip_frames[:20])[-1].hands[0]
    assert not np.array_equal(smoothed.joints_2d, smoothed.raw_joints_2d)
    tracker.smoothing = False
    raw = tracker.process_frame(clip_frames[20]).hands[0]
    assert np.array_equal(raw.joints_2d, raw.raw_joints_2d)


def test_time_that_falls_back_starts_anew(tracker, clip_frames):
    first = _track(tracker, clip_frames[:3])[-1].hands[0]
    again = tracker.process(clip_frames[0].image, timestamp=0.0)
    assert again.detector_ran
    assert again.hands[0].track_id != first.track_id


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((1, 10, 3), np.uint8),
    ],
)
def test_pictures_of_another_kind_are_refused(tracker, picture):
    with pytest.raises(ValueError, match="picture must be"):
        tracker.process(picture, timestamp=0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_hands": 0}, "max_hands"),
        ({"gate_threshold": 1.5}, "gate_threshold"),
        ({"engine": "abacus"}, "engine"),
        ({"detector": "crystal-ball"}, "detector"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        HandTracker.load(**arguments)


def test_settings_may_come_as_one_value(hand_bundle):
    tracker = HandTracker.load(settings=TrackerSettings(max_hands=1, gate_threshold=0.25, smoothing=False))
    assert (tracker.max_hands, tracker.gate_threshold, tracker.smoothing) == (1, 0.25, False)
    tracker.close()


@pytest.fixture(scope="module")
def two_hands(counting_clip: Path) -> np.ndarray:
    picture = _frames(counting_clip, 1, start=180)[0].image
    return np.ascontiguousarray(np.concatenate([picture, picture[:, ::-1]], axis=1))


def test_more_hands_wanted_while_tracking_are_found(hand_bundle, two_hands):
    """The detector must hear of it, and the search must not wait for its long pause to end."""
    with HandTracker.load(max_hands=1) as tracker:
        for index in range(10):
            assert len(tracker.process(two_hands, timestamp=index / 30).hands) == 1
        tracker.max_hands = 2
        assert len(tracker.process(two_hands, timestamp=11 / 30).hands) == 2
        tracker.max_hands = 1
        assert len(tracker.process(two_hands, timestamp=12 / 30).hands) == 1
        assert len(tracker.detect(two_hands).hands) == 1
        tracker.max_hands = 2
        assert len(tracker.detect(two_hands).hands) == 2


def test_one_more_hand_wanted_is_searched_for_at_once(hand_bundle, clip_frames):
    with HandTracker.load(max_hands=2) as tracker:
        for second in range(20):  # in vain each time, so that the pauses grow to four seconds
            tracker.process(clip_frames[0].image, timestamp=float(second))
        assert not tracker.process(clip_frames[0].image, timestamp=19.1).detector_ran
        tracker.max_hands = 3
        assert tracker.process(clip_frames[0].image, timestamp=19.2).detector_ran


def test_eight_hands_are_tracked(hand_bundle, counting_clip):
    picture = _frames(counting_clip, 1, start=180)[0].image[213:947]
    square = cv2.copyMakeBorder(picture, 0, 0, 96, 94, cv2.BORDER_REPLICATE)
    hand = cv2.resize(square, (320, 320), interpolation=cv2.INTER_AREA)
    row = np.concatenate([hand, hand[:, ::-1], hand, hand[:, ::-1]], axis=1)
    eight = np.ascontiguousarray(np.concatenate([row, row], axis=0))
    with HandTracker.load(max_hands=8) as tracker:
        results = [tracker.process(eight, timestamp=index) for index in range(4)]
        assert len(results[-1].hands) == 8
        assert len({hand.track_id for hand in results[-1].hands}) == 8
        assert len(tracker.detect(eight).hands) == 8


def test_a_picture_of_another_size_starts_anew(tracker, clip_frames):
    first = _track(tracker, clip_frames[:3])[-1].hands[0]
    half = np.ascontiguousarray(clip_frames[3].image[::2, ::2])
    result = tracker.process(half, timestamp=0.1)
    assert result.detector_ran
    assert result.hands[0].track_id != first.track_id
    tracker.reset()
    fresh = tracker.process(half, timestamp=0.0)
    assert np.array_equal(result.hands[0].joints_2d, fresh.hands[0].joints_2d), "nothing is carried over"


@pytest.mark.parametrize("timestamp", [float("nan"), float("inf"), None, "1", 1j, True])
def test_a_timestamp_that_is_no_number_is_refused_and_harms_nothing(tracker, clip_frames, timestamp):
    _track(tracker, clip_frames[:3])
    with pytest.raises(ValueError, match="timestamp must be a finite number"):
        tracker.process(clip_frames[3].image, timestamp)
    hand = tracker.process_frame(clip_frames[3]).hands[0]
    assert np.isfinite(hand.joints_2d).all()
    assert np.isfinite(hand.joints_3d).all()


def test_times_that_hardly_differ_do_no_harm(tracker, clip_frames):
    for index, frame in enumerate(clip_frames[:8]):
        hand = tracker.process(frame.image, index * 5e-324 if index < 6 else index / 30).hands[0]
        assert np.isfinite(hand.joints_2d).all()
        assert np.isfinite(hand.joints_3d).all()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("gate_threshold", [float("nan"), -0.1, 1.1, None, "0.5", 1j, True]),
        ("max_hands", [0, 9, 1.5, float("nan"), None, "2", True]),
        ("smoothing", [0, 1, None, "off"]),
    ],
)
def test_live_settings_refuse_what_is_not_allowed(tracker, name, values):
    before = getattr(tracker, name)
    for value in values:
        with pytest.raises(ValueError, match=name):
            setattr(tracker, name, value)
        assert getattr(tracker, name) == before
