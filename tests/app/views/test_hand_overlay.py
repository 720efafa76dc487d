from __future__ import annotations

import numpy as np
from PyQt6.QtGui import QColor, QImage, QPainter

from app import theme
from app.views.hand_overlay import UNSURE, draw_hand, unsure_joints
from handtrack.geometry import hand_extent
from tests.app.sample_results import sample_hand


def drawn(sigma: np.ndarray) -> QImage:
    image = QImage(640, 480, QImage.Format.Format_RGB32)
    image.fill(QColor(90, 90, 90))
    painter = QPainter(image)
    draw_hand(painter, sample_hand().joints_2d.astype(float), sigma)
    painter.end()
    return image


def middle(image: QImage, joint: int) -> QColor:
    x, y = sample_hand().joints_2d[joint].round().astype(int).tolist()
    return image.pixelColor(x, y)


def test_joints_beyond_a_share_of_the_hand_are_hollow():
    hand = sample_hand()
    sigma = np.full(21, 1.0)
    sigma[8] = 1.05 * UNSURE * hand_extent(hand.joints_2d)
    assert np.flatnonzero(unsure_joints(hand.joints_2d, sigma)).tolist() == [8]

    sure, unsure = drawn(np.full(21, 1.0)), drawn(sigma)
    assert middle(sure, 8).name() == theme.JOINT_COLOURS[8].name()
    assert middle(unsure, 8).lightness() < 30, "nothing but the outline's dark is in it"
    assert middle(unsure, 12).name() == theme.JOINT_COLOURS[12].name()
