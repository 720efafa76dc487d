# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of both hands over time; the joints are kept, and figures are made of them when asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from app.history import TimeHistory
from app.model.deck import moment_of
from app.model.recorded_columns import hand_rows
from app.words import name_of, translate
from handtrack.hand import FrameResult, Hand
from handtrack.measures import MEASURES, measures, measures_of_joints
from handtrack.skeleton import JOINT_COUNT

if TYPE_CHECKING:
    from handtrack.sessions import Session

SIDES: Final = ("left", "right")
"""From left to right, as a person sees the own hands."""
_WIDTH = 3 * JOINT_COUNT + 3
_NOTHING = np.full(_WIDTH, np.nan, np.float32)


class MeasuresHistory:
    """Joints and wrists of both hands by their moments, of each side the hand that is known longest."""

    def __init__(self, seconds: float) -> None:
        self.joints = TimeHistory(seconds, len(SIDES) * _WIDTH)
        self._hands: dict[str, Hand] = {}

    @property
    def hands(self) -> dict[str, Hand]:
        """The hands of the frame that came last, by their sides."""
        return self._hands

    def append(self, result: FrameResult) -> None:
        """Know a frame; nothing is computed yet."""
        hands = sorted(result.hands, key=lambda hand: -hand.track_id)
        self._hands = {hand.handedness: hand for hand in hands}
        self.joints.append(moment_of(result.frame), np.concatenate([self._row(side) for side in SIDES]))

    def fill(self, session: Session) -> None:
        """Know all frames of a session, and after them the one that came last."""
        from handtrack.sessions.schema import array_column  # Arrow takes a while, and the window shows first

        cursor = self.joints.cursor
        rows, frame, side = hand_rows(session)
        values = np.full((len(session), len(SIDES), _WIDTH), np.nan, np.float32)
        column = 1 - side  # there the right hand is first
        joints = array_column(session.table, "joints_3d")[rows]
        wrists = array_column(session.table, "wrist_position")[rows]
        values[frame, column] = np.concatenate([joints, wrists], axis=1)
        self.joints.fill(session.positions(), values.reshape(len(session), -1))
        row = self.joints.nearest(cursor, 1e-3) if np.isfinite(cursor) else None
        if row is not None:
            self.joints.append(cursor, row.copy())

    def clear(self) -> None:
        """Forget all frames."""
        self._hands = {}
        self.joints.clear()

    def now(self, side: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Values (M,) and sigmas (M,) of the frame that came last; None without a hand of that side."""
        hand = self._hands.get(side)
        return None if hand is None else measures(hand)

    def over_time(self) -> tuple[np.ndarray, np.ndarray]:
        """Moments (N,) and values (N, 2, M) of the frames inside the window, by SIDES."""
        return self.joints.times, _measured(self.joints.values)

    def at(self, moment: float, within: float) -> np.ndarray | None:
        """Values (2, M) of the frame nearest to a moment; None if none is within so many seconds."""
        row = self.joints.nearest(moment, within)
        return None if row is None else _measured(row[None])[0]

    def _row(self, side: str) -> np.ndarray:
        hand = self._hands.get(side)
        if hand is None:
            return _NOTHING
        position = _NOTHING[:3] if hand.wrist_position is None else hand.wrist_position
        return np.concatenate([hand.joints_3d.ravel(), position])


def _measured(rows: np.ndarray) -> np.ndarray:
    """Values (N, 2, M) of rows (N, 2 * 66)."""
    hands = rows.reshape(-1, _WIDTH).astype(np.float64)
    right = np.tile([side == "right" for side in SIDES], len(rows))
    joints = hands[:, : 3 * JOINT_COUNT].reshape(-1, JOINT_COUNT, 3)
    return measures_of_joints(joints, right, hands[:, -3:]).reshape(len(rows), len(SIDES), len(MEASURES))


def palm_words(turned_right: float, turned_up: float) -> str:
    """Where a palm faces (degrees), such as "to the camera, 12° right, 30° up"; "" where it is not known."""
    if not math.isfinite(turned_right + turned_up):
        return ""
    up = name_of("up" if turned_up > 0 else "down")
    across = abs(turned_right)
    if abs(turned_up) > 60:
        words = "{up} ({height:.0f}° {up})"
    elif across <= 45:
        words = translate("Measures", "to the camera, {across:.0f}° {side}, {height:.0f}° {up}")
    elif across < 135:
        words = translate("Measures", "to the {side} ({across:.0f}°), {height:.0f}° {up}")
    else:
        words = translate("Measures", "away from the camera, {across:.0f}° {side}, {height:.0f}° {up}")
        across = 180 - across
    side = name_of("right" if turned_right > 0 else "left")
    return words.format(across=across, side=side, height=abs(turned_up), up=up)
