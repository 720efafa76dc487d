"""The colours of both themes: readable, and told apart by people who see fewer colours."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from app.palettes import DARK, LIGHT, Palette, contrast
from handtrack.skeleton import FINGER_COLOURS_RGB, HAND_COLOURS_RGB

# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
LINES_APART, FINGERS_APART, WORDS_APART = 60.0, 15.0, 20.0
"""CIELAB distances (1976); about 2.3 can just be seen side by side."""
BOTH = pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
ANY_SIGHT = pytest.mark.parametrize("sight", SIGHTS.values(), ids=SIGHTS)


def lab(colour: str, sight: np.ndarray) -> np.ndarray:
    """CIELAB of "#rrggbb" as somebody with that sight sees it."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(sight @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: str, other: str, sight: np.ndarray) -> float:
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def test_the_simulation_knows_what_is_confused() -> None:
    red, green = "#b00000", "#6a6a00"
    assert apart(red, green, SIGHTS["normal"]) > 60
    assert apart(red, green, SIGHTS["deuteranopia"]) < 15


@BOTH
@ANY_SIGHT
def test_lines_and_signs_are_told_apart_by_everybody(palette: Palette, sight: np.ndarray) -> None:
    pairs = {
        "the two hands": (palette.right, palette.left),
        "an error and a notice": (palette.error, palette.accent),
        "recording and what is chosen": (palette.record, palette.accent),
    }
    assert {
        what: apart(*pair, sight) for what, pair in pairs.items() if apart(*pair, sight) < LINES_APART
    } == {}
    assert apart(palette.accent, palette.muted, sight) > WORDS_APART
    assert apart(palette.error, palette.muted, sight) > WORDS_APART


@BOTH
@ANY_SIGHT
def test_fingers_are_told_apart_by_everybody(palette: Palette, sight: np.ndarray) -> None:
    near = [pair for pair in itertools.combinations(palette.inks, 2) if apart(*pair, sight) < FINGERS_APART]
    assert near == []


@BOTH
def test_words_can_be_read_and_lines_be_seen(palette: Palette) -> None:
    for behind in (palette.background, palette.panel, palette.raised):
        assert contrast(palette.text, behind) >= 7
        assert contrast(palette.muted, behind) >= 4.5
        for line in (palette.accent, palette.record, palette.right, palette.left):
            assert contrast(line, behind) >= 3
    for ink in palette.inks:
        assert contrast(ink, palette.panel) >= 3
    assert contrast(palette.on_accent, palette.accent) >= 4.5, "the chosen entry of a list"
    for panel in (palette.error_panel, palette.record_panel):
        assert contrast(palette.text, panel) >= 7


def test_fingers_keep_their_own_colours_on_dark() -> None:
    assert DARK.inks[1:] == tuple("#{:02x}{:02x}{:02x}".format(*rgb) for rgb in FINGER_COLOURS_RGB.values())


def test_hands_in_space_have_the_colours_of_the_windows_lines() -> None:
    for side, colour in HAND_COLOURS_RGB.items():
        assert "#{:02x}{:02x}{:02x}".format(*colour) == getattr(DARK, side)
