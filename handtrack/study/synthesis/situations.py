"""Poses and views by plan: what people do before cameras, and random poses in random views seldom show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.skeleton import FINGERTIPS
from handtrack.study.synthesis.views import euler

Spread = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a hand does and how a camera sees it.

    share: of all planned hands. poses: names of keyposes, at and between which the pose is; none means any.
    yaw, pitch, roll: mean and standard deviation in degrees, see `views.euler`; a yaw of None is any.
    nearest: a joint that points at the camera: nearer to it than all others, and straight before the wrist.
    free_thumb: whether the thumb is anywhere within its limits, whatever the pose of the fingers.
    """

    name: str
    share: float
    poses: tuple[str, ...]
    yaw: Spread | None
    pitch: Spread
    roll: Spread
    nearest: int | None = None
    free_thumb: bool = False

    def rotation(self, rng: np.random.Generator, joints: np.ndarray) -> np.ndarray:
        """A rotation (3, 3) from hand space to camera axes for the hand with these joints (21, 3)."""
        while True:
            yaw = rng.uniform(-180, 180) if self.yaw is None else rng.normal(*self.yaw)
            rotation = euler(float(yaw), float(rng.normal(*self.pitch)), float(rng.normal(*self.roll)))
            if self.nearest is None or _points_at_camera(joints @ rotation.T, self.nearest):
                return rotation


def _points_at_camera(joints: np.ndarray, nearest: int) -> bool:
    ahead = joints[nearest] - joints[0]
    return bool(joints[:, 2].argmin() == nearest and -ahead[2] > _STRAIGHT * np.linalg.norm(ahead))


_STRAIGHT: Final = 0.6  # cosine of the angle between a joint's direction from the wrist and the camera's
_THUMB_TIP: Final = FINGERTIPS[0]
_POINTS: Final = (
    "point",
    "point_thumb_side",
    "letter_d",
    "letter_l",
    "gun",
    "trigger",
    "pinch_wide",
    "letter_g",
)
_THUMB_AWAY: Final = (
    *("point_thumb_away", "loose_point_thumb_away", "curled_thumb_away", "fist_thumb_away"),
    *("relaxed_thumb_away", "flat_thumb_away", "letter_l"),
)
_ANY_THUMB: Final = (
    *("point", "fist", "fist_loose", "hook_fist"),
    *("point_thumb_away", "relaxed_thumb_away", "pinch_wide"),
)
_PINCHES: Final = ("pinch_pads", "pinch_tips", "ok", "pinch_fist", "key_pinch", "pinch_wide", "letter_f")
_FISTS: Final = ("fist", "fist_tight", "fist_loose", "letter_a", "fist_thumb_inside", "hook_fist", "letter_e")
_THUMBS: Final = ("thumb_up", "letter_a", "bent_fingers_thumb_out", "gun", "letter_y", "three_thumb")
_HELD: Final = (
    *("pen_tripod", "phone_hold", "mouse_hold", "typing", "piano_index_down", "grasp_cup", "grasp_bottle"),
    *("grasp_handle", "key_pinch", "hook_bag", "tabletop", "three_jaw_chuck"),
)
# Yaw 180 shows the back; a negative pitch points the fingers away, as one sees one's own hand.
_OWN_BACK: Final[tuple[Spread, Spread, Spread]] = ((180.0, 42.0), (-33.0, 13.0), (0.0, 38.0))

SITUATIONS: Final = (
    Situation("own pointing hand", 0.10, _POINTS, *_OWN_BACK),
    Situation("own hand, thumb away", 0.10, _THUMB_AWAY, (180.0, 42.0), (-38.0, 14.0), (0.0, 38.0)),
    Situation("own hand, thumb anywhere", 0.18, _ANY_THUMB, *_OWN_BACK, free_thumb=True),
    Situation("own pinching hand", 0.08, _PINCHES, *_OWN_BACK),
    Situation("own hand, any pose", 0.08, (), *_OWN_BACK),
    Situation("own palm", 0.04, (), (0.0, 40.0), (-25.0, 15.0), (0.0, 40.0)),
    Situation("holding and typing", 0.10, _HELD, (180.0, 60.0), (-25.0, 25.0), (0.0, 60.0)),
    Situation("thumb out, from anywhere", 0.06, _THUMBS, None, (0.0, 45.0), (0.0, 60.0)),
    Situation("thumb to the camera", 0.08, _THUMBS, None, (0.0, 35.0), (0.0, 70.0), _THUMB_TIP),
    Situation("fist to the camera", 0.08, _FISTS, None, (72.0, 22.0), (0.0, 35.0)),
    Situation("fist from anywhere", 0.04, _FISTS, None, (0.0, 45.0), (0.0, 60.0)),
    Situation("pointing to the camera", 0.06, _POINTS, None, (70.0, 20.0), (0.0, 35.0)),
)
"""Chosen from where real pictures and random renders were few and the error was large; see docs/data.md."""


def random_situation(rng: np.random.Generator, planned: float) -> Situation | None:
    """One of the situations by its share, or None for a hand without a plan. planned: share of the others."""
    if rng.random() >= planned:
        return None
    return SITUATIONS[rng.choice(len(SITUATIONS), p=[each.share for each in SITUATIONS])]
