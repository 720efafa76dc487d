"""HandTracker: pictures in, hands with uncertainty out."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.detectors.base import FoundHand, HandFinder
from handtrack.engines import Engine, create_engine
from handtrack.hand import Crop, Frame, FrameResult, Hand, Still, read_only
from handtrack.model.operating_table import OperatingTable
from handtrack.position import with_position
from handtrack.tracking.arguments import check_picture, checked_field_of_view, settings_from
from handtrack.tracking.duplicates import SAME_HAND, joints_distance, tracks_to_drop
from handtrack.tracking.estimation import CropEstimate, cut_crops, unsmoothed_hand
from handtrack.tracking.finding import find_hands
from handtrack.tracking.frame_view import FrameView
from handtrack.tracking.identity import Identities
from handtrack.tracking.leaps import estimate_followed
from handtrack.tracking.live_settings import LiveSettings
from handtrack.tracking.recropping import estimate_again
from handtrack.tracking.scene_cuts import SceneCuts
from handtrack.tracking.search import SearchSchedule
from handtrack.tracking.settling import SettledHand, is_borne_out, look_afresh
from handtrack.tracking.shape import is_impossible
from handtrack.tracking.sighting import Sighting, log_odds, palm_colour
from handtrack.tracking.stills import hands_of_still
from handtrack.tracking.track import HandTrack

_NEAR = 0.2
"""Of the crop's side: what is found so near to a followed hand's middle is that hand."""
_NEAR_CROP = 0.35
"""Of the frame's shorter side: a hand in a larger crop is of a person before the camera."""


class HandTracker(LiveSettings):
    """Follows hands from frame to frame; the whole-frame detector works only to find them.

    `gate_threshold` (0 to 1), `max_hands` (1 to 8) and `smoothing` may be set at any time, also from another
    thread, and take effect on the next frame; other values raise ValueError. All other calls belong to one
    thread. weights_sha256: hash of the weights file, for the record; None for a tracker that was built from
    parts.
    """

    def __init__(
        self, engine: Engine, detector: HandFinder, settings: TrackerSettings, field_of_view: float = 60.0
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
        self._identities = Identities()
        self._scenes = SceneCuts()
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
        detector: str = "auto",
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
        self._forget_hands()
        self._scenes.clear()
        self._last_time = self._last_size = None

    def _forget_hands(self) -> None:
        self._tracks.clear()
        self._identities.clear()
        self._search.reset()

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

        A timestamp that falls back starts anew, as after `reset`, and so does a picture of another size, or
        of another scene after a cut. Raises ValueError for other arrays, and for a timestamp that is no
        finite number.
        """
        frame = Frame(image_bgr, timestamp, self._next_index)
        return self.process_frame(frame)

    def detect(self, image_bgr: np.ndarray) -> FrameResult:
        """Hands in a picture (H, W, 3) uint8 BGR that stands alone, such as a photo, not mirrored.

        Nothing is smoothed, nothing is known from before and nothing is kept: hands that are followed
        meanwhile with `process` stay as they are. See `handtrack.tracking.settling`. Raises ValueError for
        other arrays.
        """
        return self.process_frame(Frame(image_bgr, 0.0, 0, still=Still("", 1, 1)))

    def process_frame(self, frame: Frame) -> FrameResult:
        """As `process` for a frame, whose index is kept; one with a `still` as `detect`."""
        check_picture(frame.image)
        if frame.still is not None:
            return hands_of_still(self._view(frame, self.gate_threshold), self._detector, self.max_hands)
        falls_back = self._last_time is not None and frame.timestamp < self._last_time
        if frame.cut or falls_back or self._last_size not in (None, frame.size):
            self.reset()
        if self._scenes.is_cut(frame.image, frame.timestamp):
            self._forget_hands()
            self._search.hand_lost(frame.timestamp)
        self._last_time, self._last_size = frame.timestamp, frame.size
        self._next_index = frame.index + 1
        threshold, wanted = self.gate_threshold, self.max_hands
        del self._tracks[wanted:]
        if wanted > self._last_wanted:
            self._search.hand_lost(frame.timestamp)
        self._last_wanted = wanted

        started = time.perf_counter()
        view = self._view(frame, threshold)
        detector_ran = self._search.due(frame.timestamp, len(self._tracks), wanted)
        if detector_ran:
            self._find_hands(view, wanted)
        found = time.perf_counter()
        for track in self._tracks:
            track.predict(frame.timestamp)
        pictures = cut_crops(frame.image, [track.crop for track in self._tracks])
        cut = time.perf_counter()
        estimates, believed, looked = self._estimate_followed(view, pictures)
        estimated = time.perf_counter()
        hands = self._update_tracks(view, estimates, believed, looked)
        ended = time.perf_counter()
        timings = {
            "detect": (found - started) * 1e3,
            "crop": (cut - found) * 1e3,
            "estimate": (estimated - cut) * 1e3,
            "smooth": (ended - estimated) * 1e3,
            "total": (ended - started) * 1e3,
        }
        return FrameResult(frame, hands, detector_ran, threshold, self.max_iterations, timings)

    def _view(self, frame: Frame, threshold: float) -> FrameView:
        return FrameView(frame, self._engine, self._settings, threshold, self._field_of_view)

    def _estimate_followed(
        self, view: FrameView, pictures: np.ndarray
    ) -> tuple[list[CropEstimate], list[bool], list[int]]:
        """Estimates of the tracks' hands, whether each is believed, and how many crops it took."""
        tracks = self._tracks
        estimates, carried = estimate_followed(tracks, pictures, view.is_hand, view.estimate)
        first = list(estimates)
        looked = estimate_again(tracks, estimates, view.is_hand, view.estimate_afresh)
        held = [
            start is not None and now is then
            for start, then, now in zip(carried, first, estimates, strict=True)
        ]
        look_afresh([track.crop for track in tracks], estimates, held, view.estimate_afresh)
        believed = [
            view.is_hand(seen)
            and not (
                track.is_long_in_doubt(seen.presence)
                and not is_borne_out(track.crop, seen, view.estimate_afresh)
            )
            for track, seen in zip(tracks, estimates, strict=True)
        ]
        return estimates, believed, looked

    def _find_hands(self, view: FrameView, wanted: int) -> None:
        self._detector.max_hands = wanted
        frame = view.frame
        is_near = any(track.crop.size > _NEAR_CROP * min(frame.size) for track in self._tracks)
        parts = self._search.parts(frame.timestamp, is_near)
        settle = functools.partial(self._settle_new, view)
        new = find_hands(self._detector, frame.image, parts, wanted - len(self._tracks), settle)
        for one in new:
            joints = one.answer.trace[-1].joints_2d
            track_id = self._identities.of_found(self._sighting(frame, one), self._tracks)
            track = HandTrack(track_id, joints, one.handedness, abs(2 * one.estimate.right - 1))
            track.carried = one.answer.carried if self._settings.warm_start else None
            self._tracks.append(track)
        self._search.searched(frame.timestamp, bool(new))

    def _settle_new(self, view: FrameView, found: Sequence[FoundHand]) -> list[SettledHand]:
        """The hands among what was found that are not followed, best first."""
        settled = view.settle([each for each in found if not self._is_near_a_track(each.crop)])
        return [one for one in settled if not self._is_tracked(one.answer.trace[-1].joints_2d)]

    def _sighting(self, frame: Frame, found: SettledHand) -> Sighting:
        right = log_odds(found.estimate.right)
        side = 1.0 if found.handedness == "right" else -1.0
        colour = palm_colour(frame.image, found.estimate.trace[-1].joints_2d)
        return Sighting(found.crop, frame.timestamp, (0.0, 0.0), side * max(1.0, side * right), colour)

    def _is_near_a_track(self, crop: Crop) -> bool:
        return any(math.dist(track.crop.centre, crop.centre) < _NEAR * crop.size for track in self._tracks)

    def _is_tracked(self, joints_2d: np.ndarray) -> bool:
        return any(
            joints_distance(track.joints_2d, joints_2d) < 2 * SAME_HAND
            for track in self._tracks
            if track.joints_2d is not None
        )

    def _update_tracks(
        self, view: FrameView, estimates: list[CropEstimate], believed: list[bool], looked: list[int]
    ) -> tuple[Hand, ...]:
        frame, tracks = view.frame, self._tracks
        joints = [estimate.trace[-1].joints_2d for estimate in estimates]
        doubled = tracks_to_drop(tracks, joints, [estimate.presence for estimate in estimates])
        seen = [
            self._seen(frame, track, estimate) if is_hand else None
            for track, estimate, is_hand in zip(tracks, estimates, believed, strict=True)
        ]
        sure = self._identities.tell_apart(tracks, estimates, seen, frame.timestamp)
        hands, kept = [], []
        for position, (track, estimate) in enumerate(zip(tracks, estimates, strict=True)):
            if position in doubled:
                self._identities.give_up(track, frame.timestamp)
                continue
            look = seen[position]
            if look is not None:
                hand = with_position(self._make_hand(track, estimate, frame.timestamp), view.camera)
                hands.append(replace(hand, crops=looked[position]))
                track.vote_handedness(estimate.right)
                carried = estimate.carried if self._settings.warm_start else None
                track.follow(joints[position], carried, frame.timestamp)
                track.note(look, sure[position])
                kept.append(track)
            else:
                track.miss()
                # A hand that reaches over two is given up at once: its crop is of neither.
                if track.misses < self._settings.lost_after and not is_impossible(estimate):
                    kept.append(track)
                else:
                    self._identities.give_up(track, frame.timestamp)
        # Also one that came to lie on another: it may be covered, and comes out again.
        if len(kept) < len(tracks):
            self._search.hand_lost(frame.timestamp)
        self._tracks = kept
        return tuple(hands)

    def _seen(self, frame: Frame, track: HandTrack, estimate: CropEstimate) -> Sighting:
        joints = estimate.trace[-1].joints_2d
        told_by_colour = self._identities.needs_colours(self._tracks)
        colour = palm_colour(frame.image, joints) if told_by_colour else None
        return track.seen_as(joints, frame.timestamp, colour)

    def _make_hand(self, track: HandTrack, estimate: CropEstimate, timestamp: float) -> Hand:
        hand = unsmoothed_hand(estimate, track.crop, track.handedness, track.track_id, estimate.presence)
        if not self.smoothing:
            track.forget_motion()
            return hand
        flat, space = track.smooth(hand, timestamp, self._settings)
        return replace(hand, joints_2d=read_only(flat), joints_3d=read_only(space))
