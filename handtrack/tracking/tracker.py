"""HandTracker: pictures in, hands with uncertainty out."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.detectors.base import DetectedHand, HandDetector
from handtrack.engines import Engine, create_engine
from handtrack.geometry import Intrinsics
from handtrack.hand import Crop, Frame, FrameResult, Hand, Still, read_only
from handtrack.model.operating_table import OperatingTable
from handtrack.tracking.arguments import check_picture, checked_field_of_view, settings_from
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.duplicates import SAME_HAND, joints_distance, tracks_to_drop
from handtrack.tracking.estimation import CropEstimate, cut_crops, estimate_crops, unsmoothed_hand
from handtrack.tracking.live_settings import LiveSettings
from handtrack.tracking.search import SearchSchedule
from handtrack.tracking.stills import is_sure_enough, presence_of_stills, settle_hands, without_doubles
from handtrack.tracking.track import HandTrack

logger = logging.getLogger(__name__)

_MIN_CROP_PIXELS = 16.0


class HandTracker(LiveSettings):
    """Follows hands from frame to frame; the whole-frame detector works only to find them.

    `gate_threshold` (0 to 1), `max_hands` (1 to 8) and `smoothing` may be set at any time, also from another
    thread, and take effect on the next frame; other values raise ValueError. All other calls belong to one
    thread. weights_sha256: hash of the weights file, for the record; None for a tracker that was built from
    parts.
    """

    def __init__(
        self, engine: Engine, detector: HandDetector, settings: TrackerSettings, field_of_view: float = 60.0
    ) -> None:
        """Build from parts; `load` is the usual way.

        field_of_view: degrees along the longer side, 10 to 150. Raises ConfigError for another one.
        """
        super().__init__(settings.gate_threshold, settings.max_hands, settings.smoothing)
        self._settings = settings
        self._engine = engine
        self._detector = detector
        self._field_of_view = checked_field_of_view(field_of_view)
        self._search = SearchSchedule(settings.redetect_interval)
        self._tracks: list[HandTrack] = []
        self._next_id = 1
        self._last_time: float | None = None
        self._last_size: tuple[int, int] | None = None
        self._last_wanted = self.max_hands
        self._next_index = 0
        self.weights_sha256: str | None = None

    @classmethod
    def load(
        cls,
        weights: str | Path | None = None,
        engine: str = "auto",
        detector: str = "mediapipe",
        max_hands: int = 2,
        gate_threshold: float = 0.5,
        *,
        settings: TrackerSettings | None = None,
        field_of_view: float = 60.0,
    ) -> HandTracker:
        """Tracker with trained weights; `settings`, if given, replaces all other arguments but the last.

        weights: a .safetensors file, or None for the shipped ones. Raises ModelError when weights or
        the detector's models cannot be had, ConfigError for values out of range.
        """
        from handtrack.detectors import create_detector
        from handtrack.model.weights_file import shipped_weights, weights_digest

        checked_field_of_view(field_of_view)
        if settings is None:
            settings = settings_from(weights, engine, detector, max_hands, gate_threshold)
        path = settings.weights or shipped_weights()
        built = create_engine(settings.engine, path)
        finder = create_detector(settings.detector, settings.max_hands, settings.detection_confidence)
        tracker = cls(built, finder, settings, field_of_view)
        tracker.weights_sha256 = weights_digest(path)
        return tracker

    def prepare(self) -> None:
        """Do now what the first hands would have to wait for: compile the network, within about a second."""
        self._engine.prepare()

    @property
    def engine(self) -> str:
        """Name of the engine that runs the network."""
        return self._engine.name

    @property
    def max_iterations(self) -> int:
        """Most loops the network may use."""
        return self._engine.max_iterations

    @property
    def weights_metadata(self) -> dict[str, Any]:
        """What the weights file says of itself: architecture, training data, joint groups, measures."""
        return self._engine.metadata

    @property
    def operating_table(self) -> OperatingTable | None:
        """What each gate threshold costs and gives, as measured with the weights; None if they do not say."""
        return OperatingTable.from_metadata(self._engine.metadata)

    def reset(self) -> None:
        """Forget all tracked hands."""
        self._tracks.clear()
        self._search.reset()
        self._last_time = self._last_size = None

    def close(self) -> None:
        """Free the detector and what the engine has compiled; belongs in the thread that tracked."""
        self._engine.close()
        self._detector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def process(self, image_bgr: np.ndarray, timestamp: float) -> FrameResult:
        """Hands in the next picture (H, W, 3) uint8 BGR, not mirrored; timestamp in seconds, rising.

        A timestamp that falls back starts anew, as after `reset`, and so does a picture of another size.
        Raises ValueError for other arrays, and for a timestamp that is no finite number.
        """
        frame = Frame(image_bgr, timestamp, self._next_index)
        return self.process_frame(frame)

    def detect(self, image_bgr: np.ndarray) -> FrameResult:
        """Hands in a picture (H, W, 3) uint8 BGR that stands alone, such as a photo, not mirrored.

        Nothing is smoothed, nothing is known from before and nothing is kept: hands that are followed
        meanwhile with `process` stay as they are. See `handtrack.tracking.stills`. Raises ValueError for
        other arrays.
        """
        return self.process_frame(Frame(image_bgr, 0.0, 0, still=Still("", 1, 1)))

    def process_frame(self, frame: Frame) -> FrameResult:
        """As `process` for a frame, whose index is kept; one with a `still` as `detect`."""
        check_picture(frame.image)
        if frame.still is not None:
            return self._process_still(frame)
        falls_back = self._last_time is not None and frame.timestamp < self._last_time
        if falls_back or self._last_size not in (None, frame.size):
            self.reset()
        self._last_time, self._last_size = frame.timestamp, frame.size
        self._next_index = frame.index + 1
        threshold, wanted = self.gate_threshold, self.max_hands
        del self._tracks[wanted:]
        if wanted > self._last_wanted:
            self._search.hand_lost()
        self._last_wanted = wanted

        started = time.perf_counter()
        detector_ran = self._search.due(frame.timestamp, len(self._tracks), wanted)
        if detector_ran:
            self._find_hands(frame, wanted)
        found = time.perf_counter()
        crops = [track.crop for track in self._tracks]
        pictures = cut_crops(frame.image, crops)
        cut = time.perf_counter()
        carried = [track.carried for track in self._tracks]
        estimates = self._estimate(frame, pictures, crops, threshold, carried)
        estimated = time.perf_counter()
        hands = self._update_tracks(frame, estimates)
        ended = time.perf_counter()
        timings = {
            "detect": (found - started) * 1e3,
            "crop": (cut - found) * 1e3,
            "estimate": (estimated - cut) * 1e3,
            "smooth": (ended - estimated) * 1e3,
            "total": (ended - started) * 1e3,
        }
        return FrameResult(frame, hands, detector_ran, threshold, self.max_iterations, timings)

    def _process_still(self, frame: Frame) -> FrameResult:
        threshold, started = self.gate_threshold, time.perf_counter()
        detections = self._detect(frame, self.max_hands)
        found = time.perf_counter()

        def estimate(crops: list[Crop]) -> list[CropEstimate]:
            return self._estimate(frame, cut_crops(frame.image, crops), crops, threshold)

        settled = settle_hands(detections, estimate)
        least = presence_of_stills(self._settings.presence_threshold)
        seen = [
            one
            for one in settled
            if one.presence >= least
            and self._is_followable(frame, one.estimate)
            and is_sure_enough(one.estimate)
        ]
        hands = [
            unsmoothed_hand(one.estimate, one.crop, one.handedness, number, one.presence)
            for number, one in enumerate(without_doubles(seen), 1)
        ]
        ended = time.perf_counter()
        # Crops are cut between the estimates, and are counted with them.
        timings = {"detect": (found - started) * 1e3, "crop": 0.0, "estimate": (ended - found) * 1e3}
        timings |= {"smooth": 0.0, "total": (ended - started) * 1e3}
        return FrameResult(frame, tuple(hands), True, threshold, self.max_iterations, timings)

    def _detect(self, frame: Frame, wanted: int) -> list[DetectedHand]:
        self._detector.max_hands = wanted
        return self._detector.detect(frame.image)

    def _find_hands(self, frame: Frame, wanted: int) -> None:
        detections = self._detect(frame, wanted)
        new = [hand for hand in detections if not self._is_tracked(hand)][: wanted - len(self._tracks)]
        for hand in new:
            self._tracks.append(
                HandTrack(self._next_id, hand.joints_2d, hand.handedness, hand.handedness_score)
            )
            self._next_id += 1
        self._search.searched(frame.timestamp, bool(new))

    def _is_tracked(self, hand: DetectedHand) -> bool:
        middle = (hand.joints_2d.min(axis=0) + hand.joints_2d.max(axis=0)) / 2
        size = float(np.ptp(hand.joints_2d, axis=0).max())
        for track in self._tracks:
            if track.joints_2d is not None:
                if joints_distance(track.joints_2d, hand.joints_2d) < 2 * SAME_HAND:
                    return True
            elif float(np.linalg.norm(middle - np.asarray(track.crop.centre))) < 0.5 * size:
                return True
        return False

    def _estimate(
        self,
        frame: Frame,
        pictures: np.ndarray,
        crops: list[Crop],
        threshold: float,
        carried: list[CarriedEstimate | None] | None = None,
    ) -> list[CropEstimate]:
        intrinsics = Intrinsics.from_field_of_view(*frame.size, self._field_of_view)
        return estimate_crops(
            self._engine, pictures, crops, threshold, intrinsics, self._settings.palm_length, carried
        )

    def _update_tracks(self, frame: Frame, estimates: list[CropEstimate]) -> tuple[Hand, ...]:
        tracks = self._tracks
        doubled = tracks_to_drop(
            tracks, [e.trace[-1].joints_2d for e in estimates], [e.presence for e in estimates]
        )
        hands, kept = [], []
        for position, (track, estimate) in enumerate(zip(tracks, estimates, strict=True)):
            if position in doubled:
                continue
            if self._is_hand(frame, estimate):
                hands.append(self._make_hand(track, estimate, frame.timestamp))
                track.vote_handedness(estimate.right)
                carried = estimate.carried if self._settings.warm_start else None
                track.follow(estimate.trace[-1].joints_2d, carried)
                kept.append(track)
            else:
                track.miss()
                if track.misses < self._settings.lost_after:
                    kept.append(track)
        if len(kept) < len(tracks) - len(doubled):
            self._search.hand_lost()
        self._tracks = kept
        return tuple(hands)

    def _is_hand(self, frame: Frame, estimate: CropEstimate) -> bool:
        seen = estimate.presence >= self._settings.presence_threshold
        return seen and self._is_followable(frame, estimate)

    def _is_followable(self, frame: Frame, estimate: CropEstimate) -> bool:
        joints = estimate.trace[-1].joints_2d
        if not np.isfinite(joints).all():
            return False
        # Joints that have all left the picture, or shrunk to a speck, cannot be followed.
        inside = ((joints >= 0) & (joints < np.asarray(frame.size))).all(axis=1)
        return bool(inside.sum() >= 5 and float(np.ptp(joints, axis=0).max()) >= _MIN_CROP_PIXELS / 2)

    def _make_hand(self, track: HandTrack, estimate: CropEstimate, timestamp: float) -> Hand:
        last = estimate.trace[-1]
        joints_2d, joints_3d = last.joints_2d, last.joints_3d
        if self.smoothing:
            s = self._settings
            flat, space = track.smooth(
                joints_2d, joints_3d, timestamp, s.one_euro_min_cutoff, s.one_euro_beta
            )
            joints_2d, joints_3d = read_only(flat), read_only(space)
        else:
            track.forget_motion()
        return replace(
            unsmoothed_hand(estimate, track.crop, track.handedness, track.track_id, estimate.presence),
            joints_2d=joints_2d,
            joints_3d=joints_3d,
        )
