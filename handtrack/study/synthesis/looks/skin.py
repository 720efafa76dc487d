"""Skin of one person: colours from the Monk scale, roughness, creases, blotches, hair and nails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

MONK_TONES: Final = np.array(
    [
        (0xF6, 0xED, 0xE4),
        (0xF3, 0xE7, 0xDB),
        (0xF7, 0xEA, 0xD0),
        (0xEA, 0xDA, 0xBA),
        (0xD7, 0xBD, 0x96),
        (0xA0, 0x7E, 0x56),
        (0x82, 0x5C, 0x43),
        (0x60, 0x41, 0x34),
        (0x3A, 0x31, 0x2A),
        (0x29, 0x24, 0x20),
    ]
)
"""sRGB swatches of the Monk Skin Tone scale, 1 to 10 (Monk 2019, skintone.google)."""

SHEETS: Final = 6
"""Different sheets of creases, palm lines and nails that skins draw from."""

# The swatches are colours of lit skin as it is perceived. As reflectances of a hand they are too bright in
# the light tones and too grey at both ends: factors on linear RGB, set by eye beside photographs of hands.
_TONE_FACTORS: Final = {
    1.0: np.array([0.82, 0.55, 0.46]),
    6.0: np.array([1.00, 0.80, 0.88]),
    10.0: np.array([2.60, 1.65, 1.15]),
}
_PALM_WITHOUT_PIGMENT: Final = np.array([0.60, 0.37, 0.28])
_VARNISHES: Final = np.array(
    [
        (0.45, 0.02, 0.03),
        (0.20, 0.01, 0.03),
        (0.75, 0.30, 0.33),
        (0.80, 0.55, 0.48),
        (0.02, 0.02, 0.02),
        (0.80, 0.78, 0.75),
        (0.03, 0.10, 0.30),
        (0.02, 0.22, 0.18),
        (0.35, 0.10, 0.40),
        (0.45, 0.45, 0.47),
    ]
)


@dataclass(frozen=True, slots=True)
class Skin:
    """How a person's skin looks; colours are linear RGB reflectances (3,).

    sheet: which painted creases. crease_depth: metres. crease_shade: 0..1, darkness of lines. mottle: 0..1.
    hair: 0..1 on the forearm. roughness: of the gloss, 0.3 (oily) to 0.6 (dry). reflectance: facing gloss.
    knuckle_colour, blood_colour: factors on the skin's colour. nail_cover: 0 bare to 1 varnished.
    scatter: (3,), how far red, green and blue light pass the border of light and shade.
    """

    tone: float
    back_colour: np.ndarray
    palm_colour: np.ndarray
    knuckle_colour: np.ndarray
    blood_colour: np.ndarray
    nail_colour: np.ndarray
    nail_cover: float
    sheet: int
    crease_depth: float
    crease_shade: float
    mottle: float
    hair: float
    roughness: float
    reflectance: float
    scatter: np.ndarray


def random_skin(rng: np.random.Generator, tone: float | None = None) -> Skin:
    """Skin drawn at random; tone: its place on the Monk scale, 1..10, evenly drawn where it is not given."""
    if tone is None:
        tone = float(rng.uniform(0.7, 10.3))
    tone = float(np.clip(tone, 1.0, 10.0))
    darkness = (tone - 1.0) / 9.0
    back = _tone_colour(tone)
    # People of one tone differ in warmth (melanin's kind, blood) as much as neighbours on the scale do.
    warmth = rng.normal(0.0, 0.07)
    blood = rng.normal(0.0, 0.06)
    back = back * np.exp(np.array([0.3 * warmth + 0.3 * blood, -0.4 * blood, -1.4 * warmth - 0.5 * blood]))
    palm_share = np.interp(darkness, [0.0, 0.4, 0.7, 1.0], [0.12, 0.35, 0.6, 0.68]) * rng.uniform(0.8, 1.15)
    flushed = np.array([1.0, 1.0 - rng.uniform(0.0, 0.10), 1.0 - rng.uniform(0.0, 0.10)])
    palm = np.exp((1 - palm_share) * np.log(back) + palm_share * np.log(_PALM_WITHOUT_PIGMENT)) * flushed
    redness = rng.uniform(0.3, 1.0)
    return Skin(
        tone=tone,
        back_colour=back,
        palm_colour=palm,
        knuckle_colour=np.array([1.0, 1.0 - 0.14 * redness, 1.0 - 0.14 * redness])
        * (1.0 - darkness * rng.uniform(0.15, 0.45)),
        blood_colour=np.array([1.0, 1.0 - 0.30 * redness, 1.0 - 0.26 * redness]),
        **_random_nails(rng, palm, back),
        sheet=int(rng.integers(SHEETS)),
        crease_depth=float(rng.uniform(0.0004, 0.0013)),
        crease_shade=float(rng.uniform(0.2, 0.5) + 0.2 * darkness),
        mottle=float(rng.uniform(0.15, 0.55) * (1.0 - 0.4 * darkness)),
        hair=float(max(0.0, rng.normal(0.1, 0.35))),
        roughness=float(rng.uniform(0.38, 0.62)),
        reflectance=float(rng.uniform(0.02, 0.045)),
        scatter=np.array([0.32, 0.14, 0.09]) * rng.uniform(0.7, 1.2) * (1.0 - 0.55 * darkness),
    )


def _tone_colour(tone: float) -> np.ndarray:
    swatches = np.log((MONK_TONES / 255.0) ** 2.2)
    factors = np.log(list(_TONE_FACTORS.values()))
    steps, knots = np.arange(1.0, 11.0), list(_TONE_FACTORS)
    return np.exp(
        [np.interp(tone, steps, swatches[:, k]) + np.interp(tone, knots, factors[:, k]) for k in range(3)]
    )


def _random_nails(rng: np.random.Generator, palm: np.ndarray, back: np.ndarray) -> dict[str, Any]:
    if rng.random() < 0.25:
        colour = _VARNISHES[rng.integers(len(_VARNISHES))] * rng.uniform(0.7, 1.1)
        return {"nail_colour": colour, "nail_cover": 1.0}
    bed = np.exp(0.55 * np.log(palm) + 0.25 * np.log(back) + 0.2 * np.log([0.80, 0.52, 0.46]))
    return {"nail_colour": bed * rng.uniform(0.9, 1.15), "nail_cover": 0.0}
