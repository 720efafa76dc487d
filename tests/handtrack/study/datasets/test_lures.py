from __future__ import annotations

from typing import cast

import numpy as np
import torch

from handtrack.detectors.base import FoundPlace
from handtrack.hand import Crop
from handtrack.model.backbone import Features
from handtrack.model.estimate import Estimate, LoopOutput
from handtrack.model.network import Encoding, HandNetwork
from handtrack.study.datasets.lures import lures
from handtrack.study.datasets.patches import PATCH_PIXELS


class _TakesLightForHands(torch.nn.Module):
    """Sees a hand, always upright in the crop's middle, where the crop's middle is bright."""

    def forward(self, crops: torch.Tensor, loops: int):
        nothing = torch.zeros(len(crops), 1, 1, 1)
        bright = crops[:, :, 56:72, 56:72].mean(dim=(1, 2, 3))
        encoding = Encoding(Features(nothing, nothing, nothing), 8 * bright, bright)
        line = torch.linspace(0.3, 0.7, 21)
        xy = torch.stack([line, 1 - line], dim=-1).expand(len(crops), -1, -1)
        estimate = Estimate(xy, torch.zeros(len(crops), 21), torch.zeros(len(crops), 21, 2))
        return encoding, [LoopOutput(estimate, bright, bright[:, None])]


class _Names:
    """A finder that names given places in every picture."""

    max_hands = 2

    def __init__(self, *centres: tuple[float, float]) -> None:
        self._centres = centres

    def detect(self, image_bgr: np.ndarray) -> list[FoundPlace]:
        return [FoundPlace(0.9, Crop(centre, 90.0, 0.0), "right", 0.5) for centre in self._centres]

    def close(self) -> None:
        """Nothing to free."""


def _picture() -> np.ndarray:
    """Black, with a light at (100, 100) and one at (300, 100)."""
    picture = np.zeros((200, 400, 3), np.uint8)
    picture[70:130, 70:130] = 255
    picture[70:130, 270:330] = 255
    return picture


def _lures(*centres: tuple[float, float], hands: list[np.ndarray] | None = None) -> np.ndarray:
    return lures(cast(HandNetwork, _TakesLightForHands()), _Names(*centres), [(_picture(), hands or [])])


def test_every_look_of_both_sides_at_what_is_taken_for_a_hand_is_kept():
    found = _lures((100, 100))
    assert found.shape == (6, PATCH_PIXELS, PATCH_PIXELS, 3)
    middle = PATCH_PIXELS // 2
    assert (found[:, middle, middle] > 200).all(), "each about a crop that was asked for"


def test_what_the_network_is_not_taken_in_by_teaches_nothing():
    assert len(_lures((200, 40))) == 0


def test_hands_are_no_lures():
    hand = np.array([[280.0, 80], [320, 120]])
    assert len(_lures((100, 100), (300, 100), hands=[hand])) == 6
    assert len(_lures((300, 100), hands=[hand])) == 0
