"""One hand followed over time: its crop, its handedness by vote, its smoothing, its patience."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.cropping import crop_from_joints
from handtrack.hand import Crop, Hand, Handedness
from handtrack.model.constants import CROP_MARGIN
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.one_euro import HAND_LENGTH_M, OneEuroFilter
from handtrack.tracking.sighting import Sighting, log_odds

_VOTE_RATE = 0.1
_VOTE_LIMIT = 4.0
_LATEST_SIDE = 0.3
"""Share of the newest frame in what the last frames say of the side."""
_SWITCH_AT = 0.7
"""Log-odds against the present handedness at which it changes: a few clear frames, not one."""
_LEAST_STEP, _MOST_STEP = 0.06, 0.35
"""Of the crop's side: a slower hand is where it was, a faster one turns back as likely as not."""
_NEWEST = 0.6
"""Share of the newest motion in the joints' velocity."""
_NEW_COLOUR = 0.2
"""Share of the newest frame in what is known of a palm's colour."""
_LEAP = 0.1
"""Of the crop's side: mean motion of the joints in a frame from which on the frame before may mislead."""
_LOW_PRESENCE = 0.9
"""Of some 4,000 frames of followed hands, fast and blurred ones too, 2 were below it twice in a row."""
_GAPS_S = 0.002, 0.2
"""Between two sights of a hand that tell how it moves."""


def own_crop(joints_2d: np.ndarray, handedness: Handedness) -> Crop:
    """The network's crop of a hand with joints (21, 2) in pixels."""
    return crop_from_joints(joints_2d, CROP_MARGIN, mirrored=handedness == "left")


class HandTrack:
    """State of one tracked hand between frames."""

    def __init__(self, track_id: int, joints_2d: np.ndarray, handedness: Handedness, trust: float) -> None:
        """Begin from a detection: joints (21, 2) pixels and how sure (0..1) its handedness is."""
        self.track_id = track_id
        self.handedness: Handedness = handedness
        self._vote = (1.0 if handedness == "right" else -1.0) * (0.5 + 1.5 * trust)
        self.crop = own_crop(joints_2d, handedness)
        self._cropped: tuple[np.ndarray, Handedness, Crop] | None = None
        self.misses = 0
        self._in_doubt = 0  # frames in a row
        self.age = 0
        self.joints_2d: np.ndarray | None = None
        self.carried: CarriedEstimate | None = None
        self.leaps = False  # it moves so far by the frame that comes that the one before may mislead
        self._centre = np.zeros(2)
        self._velocity: np.ndarray | None = None  # of the crop's centre (2,), pixels a second
        self._joint_velocity: np.ndarray | None = None  # (21, 2), pixels a second
        self.seen_at: float | None = None  # seconds; None while it is new
        self.latest: Sighting | None = None  # as it was last seen
        self.last_sure: Sighting | None = None  # as it was last seen beyond doubt
        self._looks_right = 0.0  # log-odds by the last frames alone
        self._filter_2d: OneEuroFilter | None = None
        self._filter_3d: OneEuroFilter | None = None

    def vote_handedness(self, right_probability: float) -> None:
        """Add one frame's opinion that this is a right hand."""
        odds = min(max(log_odds(right_probability), -_VOTE_LIMIT), _VOTE_LIMIT)
        self._looks_right += _LATEST_SIDE * (odds - self._looks_right)
        self._vote += _VOTE_RATE * odds
        self._vote = float(np.clip(self._vote, -_VOTE_LIMIT, _VOTE_LIMIT))
        if self.handedness == "right" and self._vote < -_SWITCH_AT:
            self.handedness = "left"
        elif self.handedness == "left" and self._vote > _SWITCH_AT:
            self.handedness = "right"

    def crop_of(self, joints_2d: np.ndarray) -> Crop:
        """The hand's own crop around joints (21, 2) in pixels."""
        # It is asked for several times a frame.
        if self._cropped is None or self._cropped[0] is not joints_2d or self._cropped[1] != self.handedness:
            self._cropped = joints_2d, self.handedness, own_crop(joints_2d, self.handedness)
        return self._cropped[-1]

    def predict(self, timestamp: float) -> None:
        """Move crop and estimate to where the hand will be at the time of the frame that comes."""
        self.leaps = False
        if self.crop.mirrored != (self.handedness == "left"):
            self.crop, self.carried = replace(self.crop, mirrored=not self.crop.mirrored), None
        if self.seen_at is None or self._velocity is None:
            return
        passed = timestamp - self.seen_at
        if self._joint_velocity is not None:
            speed = float(np.linalg.norm(self._joint_velocity, axis=1).mean())
            self.leaps = speed * passed > _LEAP * self.crop.size
            if self.carried is not None:
                self.carried = self.carried.moved(self._joint_velocity, passed, self.crop.size)
        step = self._velocity * passed
        length = float(np.linalg.norm(step)) / self.crop.size
        if length > _LEAST_STEP:
            x, y = np.asarray(self.crop.centre) + step * min(1.0, _MOST_STEP / length)
            self.crop = replace(self.crop, centre=(float(x), float(y)))

    def follow(self, joints_2d: np.ndarray, carried: CarriedEstimate | None, timestamp: float) -> None:
        """Place the next frame's crop from this frame's joints (21, 2), in pixels.

        carried: what the next frame's loops may begin from; nothing while the hand is new to its crop, as it
        is when the crop is mirrored for the other hand.
        """
        seen = self.crop_of(joints_2d)
        self.carried = carried if seen.mirrored == self.crop.mirrored else None
        self.crop = smooth_crop(self.crop, seen)
        centre = np.asarray(seen.centre)
        passed = timestamp - self.seen_at if self.seen_at is not None else 0.0
        tells = self.joints_2d is not None and _GAPS_S[0] < passed <= _GAPS_S[1]
        self._velocity = (centre - self._centre) / passed if tells else None
        moved = (joints_2d - self.joints_2d) / passed if tells else None
        if moved is not None and self._joint_velocity is not None:
            moved = _NEWEST * moved + (1 - _NEWEST) * self._joint_velocity
        self._joint_velocity = moved
        self._centre, self.seen_at = centre, timestamp
        self.joints_2d = joints_2d
        self.misses = 0
        self.age += 1

    def seen_as(self, joints_2d: np.ndarray, timestamp: float, colour: np.ndarray | None) -> Sighting:
        """What joints (21, 2) in pixels and a palm's colour show of it; its side as in the last frames."""
        moved = self._joint_velocity
        velocity = (0.0, 0.0) if moved is None else (float(moved[:, 0].mean()), float(moved[:, 1].mean()))
        return Sighting(self.crop_of(joints_2d), timestamp, velocity, self._looks_right, colour)

    def note(self, seen: Sighting, sure: bool) -> None:
        """Remember what was seen of it. sure: beyond doubt the joints are right, and this hand's."""
        self.latest = seen
        if not sure:
            return
        colour, known = seen.colour, None if self.last_sure is None else self.last_sure.colour
        if known is not None:
            colour = known if colour is None else known + _NEW_COLOUR * (colour - known)
        self.last_sure = replace(seen, right=self._vote, colour=colour)

    def become(self, track_id: int, known: Sighting) -> None:
        """Be another hand, which is known: the track was on that one while it was taken for its own."""
        self.track_id, self.last_sure = track_id, known
        self._vote = known.right / 2
        self.handedness = "right" if known.right > 0 else "left"

    def is_long_in_doubt(self, presence: float) -> bool:
        """Count a frame by its probability that there is a hand; whether it was low for two in a row."""
        self._in_doubt = self._in_doubt + 1 if presence < _LOW_PRESENCE else 0
        return self._in_doubt > 1

    def miss(self) -> None:
        """Count a frame in which the hand was not seen; what was believed of its joints is forgotten."""
        self.misses += 1
        self.carried = None

    def smooth(
        self, seen: Hand, timestamp: float, settings: TrackerSettings
    ) -> tuple[np.ndarray, np.ndarray]:
        """Smoothed joints (21, 2) in pixels and (21, 3) in metres of the hand that was seen.

        The beta of the settings is in hand sizes, so that it means the same near and far.
        """
        beta = settings.one_euro_beta
        if self._filter_2d is None or self._filter_3d is None:
            cutoff, noise = settings.one_euro_min_cutoff, settings.one_euro_noise
            self._filter_2d = OneEuroFilter(cutoff, beta, noise)
            self._filter_3d = OneEuroFilter(cutoff, beta / HAND_LENGTH_M, noise)
        # The joints themselves stay in pixels: divided by a size that follows the crop, they would move at
        # rest.
        self._filter_2d.beta = beta * CROP_MARGIN / self.crop.size
        flat = self._filter_2d(seen.raw_joints_2d.astype(np.float64), timestamp, seen.sigma_2d)
        space = self._filter_3d(seen.raw_joints_3d.astype(np.float64), timestamp, seen.sigma_3d)
        return flat.astype(np.float32), space.astype(np.float32)

    def forget_motion(self) -> None:
        """Start smoothing anew (after smoothing was off, or time jumped)."""
        self._filter_2d = self._filter_3d = None


def smooth_crop(old: Crop, new: Crop) -> Crop:
    """A crop between the old and the new one: calm for small changes, immediate for large ones."""
    shift = math.dist(old.centre, new.centre) / old.size
    growth = math.log(new.size / old.size)
    turn = math.remainder(new.angle - old.angle, 2 * math.pi)
    move = min(1.0, 0.5 + 5.0 * shift)
    scale = min(1.0, 0.3 + 3.0 * abs(growth))
    spin = min(1.0, 0.3 + 1.5 * abs(turn))
    return Crop(
        (
            old.centre[0] + move * (new.centre[0] - old.centre[0]),
            old.centre[1] + move * (new.centre[1] - old.centre[1]),
        ),
        old.size * math.exp(scale * growth),
        math.remainder(old.angle + spin * turn, 2 * math.pi),
        new.mirrored,
    )
