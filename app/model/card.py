# SPDX-License-Identifier: GPL-3.0-or-later
"""A palm's length from a bank card beside the hand, in the same plane; no Qt in here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.words import translate
from handtrack.errors import HandtrackError
from handtrack.geometry import Intrinsics, palm_scale
from handtrack.hand import FrameResult, Hand
from handtrack.measures import palm_normals
from handtrack.skeleton import INDEX_MCP, LITTLE_MCP, MIDDLE_MCP, RING_MCP, WRIST

CARD_LENGTH_MM: Final = 85.60
"""The long edge of a card ID-1 (ISO/IEC 7810)."""
_PALM = (WRIST, INDEX_MCP, MIDDLE_MCP, RING_MCP, LITTLE_MCP)
_MOST_TURNED: Final = 30.0
"""Degrees by which a palm may be turned from the camera: then its own depth counts too much."""
_CLICK_SIGMA: Final = 1.5
"""Pixels by which a person misses a corner, about."""
_SHORTEST: Final = 40.0
"""Pixels of a card's edge, below which two clicks say too little."""


class CardError(HandtrackError):
    """The palm cannot be measured like this."""


@dataclass(frozen=True, slots=True)
class MeasuredPalm:
    """millimetres: wrist to middle knuckle. sigma: one standard deviation of it, if the plane is right."""

    millimetres: float
    sigma: float


def hand_beside_card(result: FrameResult | None) -> Hand:
    """The one hand of a frame that a card can be held beside. Raises CardError."""
    hands = () if result is None else result.hands
    if len(hands) != 1 or hands[0].wrist_position is None:
        raise CardError(
            translate(
                "CardDialog",
                "a frame with exactly one hand is needed; pause at one, with a card held beside the palm",
            )
        )
    hand = hands[0]
    seen = hand.wrist_position + hand.joints_3d[MIDDLE_MCP]
    cosine = abs(float(_normal(hand) @ seen)) / max(float(np.linalg.norm(seen)), 1e-9)
    turned = math.degrees(math.acos(min(cosine, 1.0)))
    if turned > _MOST_TURNED:
        words = translate(
            "CardDialog",
            "the palm is turned by {turned:.0f}° from the camera; hold hand and card flat before it, at most"
            " {most:.0f}°",
        )
        raise CardError(words.format(turned=turned, most=_MOST_TURNED))
    return hand


def palm_beside_card(hand: Hand, ends: np.ndarray, camera: Intrinsics) -> MeasuredPalm:
    """The palm's length from the two ends (2, 2) of the card's long edge, pixels of the frame.

    Both ends are put on the palm's plane as the tracker sees it, so that perspective and tilt count. What is
    measured is in proportion to how long the card is there. Raises CardError.
    """
    assert hand.wrist_position is not None
    length = float(np.linalg.norm(ends[1] - ends[0]))
    if length < _SHORTEST:
        words = translate(
            "CardDialog",
            "the card's edge is {length:.0f} pixels long; bring hand and card nearer, to at least"
            " {least:.0f}",
        )
        raise CardError(words.format(length=length, least=_SHORTEST))
    normal = _normal(hand)
    height = normal @ (hand.wrist_position + hand.joints_3d[list(_PALM)].mean(axis=0))
    rays = np.column_stack([(ends - camera.centre) / camera.focal, np.ones(2)])
    points = rays * (height / (rays @ normal))[:, None]
    card = float(np.linalg.norm(points[1] - points[0]))
    palm = palm_scale(hand.joints_3d) / card * CARD_LENGTH_MM
    relative = math.sqrt(2) * _CLICK_SIGMA / length
    if hand.sigma_position is not None:
        relative = math.hypot(relative, float(hand.sigma_position[2] / hand.wrist_position[2]))
    return MeasuredPalm(palm, palm * relative)


def _normal(hand: Hand) -> np.ndarray:
    return palm_normals(hand.joints_3d[None].astype(np.float64), np.array([hand.handedness == "right"]))[0]
