# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's colours, dark and light; no Qt in here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for, each as "#rrggbb".

    background: behind everything. panel: behind a view. raised: controls. border: lines that divide.
    edge: of a box to tick. text, muted, disabled: words. shadow: of a hand on the floor. accent: what is
    chosen, has the keyboard, or is measured; on_accent: words on it. record, record_panel: a recording.
    error, error_panel: what went wrong. unsure: moments of large sigma. right, left: the lines of the two
    hands in plots. inks: wrist and five fingers as words and bars on a panel.

    tests/app/test_palettes.py holds that what must be told apart is, also for the colour-blind.
    """

    background: str
    panel: str
    raised: str
    border: str
    edge: str
    text: str
    muted: str
    disabled: str
    shadow: str
    accent: str
    on_accent: str
    record: str
    record_panel: str
    error: str
    error_panel: str
    unsure: str
    right: str
    left: str
    inks: tuple[str, ...]


DARK = Palette(
    background="#12151a",
    panel="#191d24",
    raised="#242a34",
    border="#2f3743",
    edge="#566273",
    text="#dbe1e8",
    muted="#8e99a8",
    disabled="#5b6573",
    shadow="#0b0d11",
    accent="#5aa9f0",
    on_accent="#12151a",
    record="#e5534b",
    record_panel="#5b2425",
    error="#e5534b",
    error_panel="#4a2324",
    unsure="#ffc857",
    right="#7fc4ff",
    left="#ffb07c",
    inks=("#ebebeb", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7"),
)

LIGHT = Palette(
    background="#e4e8ed",
    panel="#f7f9fb",
    raised="#ffffff",
    border="#c9d0d9",
    edge="#8b96a5",
    text="#1b222b",
    muted="#566170",
    disabled="#9aa4b1",
    shadow="#b4bcc6",
    accent="#1668b8",
    on_accent="#ffffff",
    record="#c9302c",
    record_panel="#fbdcda",
    error="#c9302c",
    error_panel="#fde6e4",
    unsure="#a86a00",
    right="#1769b9",
    left="#b4540a",
    inks=("#30363d", "#7d4300", "#0063b8", "#0aa06c", "#8f8200", "#cf6aa7"),
)

SCENE = DARK
"""The picture and the hands in space stand on dark in every theme, as pictures do in players."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours "#rrggbb" from 1 to 21, as WCAG 2 defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
