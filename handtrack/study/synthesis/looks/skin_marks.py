"""The marks of a hand's skin, painted flat: palm lines, creases, knuckles, tendons, veins, nails.

The sheet has one side for the palm and one for the back. Both share the coordinates of `FlatHand`: the hand
at rest seen along the palm's normal, with the thumb rolled flat beside it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from handtrack.hand import read_only
from handtrack.study.synthesis.body.mesh import MESH_COUNT, HandMesh
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS

SHEET_PIXELS: Final = 768
SHEET_CORNER: Final = (-0.100, -0.200)
"""Flat coordinates (x, y) in metres of the sheet's first corner."""
SHEET_SIDE: Final = 0.225
"""Metres that the sheet spans."""

_PIXELS_PER_METRE: Final = SHEET_PIXELS / SHEET_SIDE
_SUBPIXEL_BITS: Final = 4
_THUMB_BONES: Final = slice(1, 5)

# Main palm lines as flat (x, y) in millimetres, then half-width in mm and darkness.
_PALM_LINES: Final = (
    ("distal transverse", ((-40, -73), (-28, -78), (-15, -85), (-4, -92), (2, -98)), 0.55, 0.85),
    ("proximal transverse", ((27, -85), (12, -81), (-5, -73), (-20, -64), (-30, -56)), 0.55, 0.8),
    ("thenar", ((27, -85), (17, -76), (9, -63), (4, -48), (2, -34), (4, -20)), 0.6, 0.9),
    ("middle", ((-2, -22), (-5, -44), (-8, -64)), 0.45, 0.4),
    ("wrist", ((22, -12), (-1, -9), (-26, -12)), 0.5, 0.55),
    ("wrist", ((21, -6), (-3, -3), (-25, -6)), 0.45, 0.4),
)


@dataclass(frozen=True, slots=True, eq=False)
class FlatHand:
    """The mesh at rest with its thumb rolled flat, read-only, metres.

    vertices: (V, 3) float32. joints: (26, 3) float64. across: (26, 2) float64, unit vectors towards the
    thumb's side of each bone; along: (26, 2), unit vectors to each bone's end. widths: (26,), half width of
    the finger at each joint.
    """

    vertices: np.ndarray
    joints: np.ndarray
    across: np.ndarray
    along: np.ndarray
    widths: np.ndarray


def flat_hand(mesh: HandMesh) -> FlatHand:
    """The coordinates that skin is painted in."""
    return _flat_hand(mesh.original or mesh)


@functools.lru_cache(maxsize=2 * MESH_COUNT)
def _flat_hand(mesh: HandMesh) -> FlatHand:
    axis, palmar = mesh.frames[1, :, 1], mesh.frames[1, :, 2]
    target = np.array([0.0, 0.0, -1.0])
    target = target - axis * (axis @ target)
    angle = np.arctan2(np.cross(palmar, target) @ axis, palmar @ target)
    roll, _ = cv2.Rodrigues(axis * angle)
    origin = mesh.joints[1]
    share = (mesh.smooth @ mesh.weights)[:, _THUMB_BONES].sum(axis=1)[:, None]
    rest = mesh.rest.astype(np.float64)
    vertices = rest + share * ((rest - origin) @ roll.T + origin - rest)
    joints, frames = mesh.joints.copy(), mesh.frames.copy()
    joints[_THUMB_BONES] = (joints[_THUMB_BONES] - origin) @ roll.T + origin
    frames[_THUMB_BONES] = roll @ frames[_THUMB_BONES]
    across, along = (
        frames[:, :2, k] / np.linalg.norm(frames[:, :2, k], axis=1, keepdims=True) for k in (0, 1)
    )
    widths = np.full(len(joints), 0.009)
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        mine = vertices[mesh.surface.part == finger, :2]
        for joint in chain[1:]:
            off = mine - joints[joint, :2]
            away = np.abs(off @ along[joint])
            near = away < max(0.003, np.partition(away, 7)[7])  # a coarse mesh may have none so near
            widths[joint] = np.percentile(np.abs(off[near] @ across[joint]), 95)
    return FlatHand(
        read_only(vertices, np.float32),
        read_only(joints),
        read_only(across),
        read_only(along),
        read_only(widths),
    )


def paint_marks(rng: np.random.Generator, hand: FlatHand) -> np.ndarray:
    """One person's marks (2, N, N, 4) uint8, N = SHEET_PIXELS; the sides are palm and back.

    Channels: height (150 is level), dark lines, blood (on the back: stretched knuckle skin; on a nail: its
    white end), nail.
    """
    palm, back = _Side(rng), _Side(rng)
    _paint_palm(rng, palm)
    for number, chain in enumerate(FINGER_BONE_CHAINS):
        _paint_flexion_creases(rng, palm, hand, chain)
        _paint_knuckles(rng, back, hand, chain, thumb=number == 0)
        palm.spot(hand.joints[chain[3], :2] + 0.004 * hand.along[chain[3]], 0.0075, 0.75)
        if number:
            _paint_tendon_and_vein(rng, back, hand, chain[0])
    for x, y in ((0.022, -0.045), (-0.025, -0.035), (-0.002, -0.091), (-0.022, -0.085)):
        palm.spot(np.array((x, y)), 0.013, 0.45)
    nail, free_edge = _nails(rng, hand)
    nothing = np.zeros_like(nail)
    # The palm's skin is finely ridged; that of the back is folded across the hand and coarser.
    ridged = _relief((1.3, 1.3)) + 0.6 * _relief((4.0, 4.0))
    folded = 0.8 * _relief((2.6, 1.1)) + 1.1 * _relief((7.0, 2.6))
    reliefs = [
        np.roll(relief, tuple(rng.integers(SHEET_PIXELS, size=2)), axis=(0, 1)) for relief in (ridged, folded)
    ]
    for relief in reliefs:
        relief[[0, -1]] = relief[:, [0, -1]] = 0.0  # the arm continues the border
    return np.stack([palm.finished(reliefs[0], nothing, nothing), back.finished(reliefs[1], nail, free_edge)])


@functools.cache
def _relief(sizes: tuple[float, float]) -> np.ndarray:
    """Unevenness (N, N) float32 of unit deviation, blurred by sizes along x and y in sheet pixels."""
    white = np.random.default_rng(0).standard_normal((SHEET_PIXELS, SHEET_PIXELS), np.float32)
    noise = cv2.GaussianBlur(white, (0, 0), sizes[0], sigmaY=sizes[1])
    return noise / noise.std()


class _Side:
    """One side of the sheet while it is being painted."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._lines = np.zeros((SHEET_PIXELS, SHEET_PIXELS), np.uint8)
        self._ridges = np.zeros_like(self._lines)
        self._tint = np.zeros_like(self._lines)
        self._blood = np.zeros_like(self._lines)

    def line(self, points: np.ndarray, half_width: float, strength: float) -> None:
        """A groove through points (K, 2) in metres."""
        self._stroke(self._lines, points, half_width, strength)

    def ridge(self, points: np.ndarray, half_width: float, strength: float, tint: float = 0.0) -> None:
        """A raised cord through points (K, 2) in metres, dark by tint."""
        self._stroke(self._ridges, points, half_width, strength)
        if tint > 0.0:
            self._stroke(self._tint, points, half_width, tint)

    def spot(self, centre: np.ndarray, radius: float, strength: float) -> None:
        """A round, soft patch of blood or stretched skin."""
        place, pixels = _sheet(centre), radius * _PIXELS_PER_METRE
        reach = int(3 * pixels)
        x0, y0 = np.maximum(place.astype(int) - reach, 0)
        x1, y1 = np.minimum(place.astype(int) + reach, SHEET_PIXELS)
        xs, ys = np.arange(x0, x1) - place[0], np.arange(y0, y1) - place[1]
        disc = np.exp(-(xs[None] ** 2 + ys[:, None] ** 2) / pixels**2) * (255.0 * strength)
        window = self._blood[y0:y1, x0:x1]
        np.maximum(window, disc.astype(np.uint8), out=window)

    def finished(self, relief: np.ndarray, nail: np.ndarray, free_edge: np.ndarray) -> np.ndarray:
        """The side's four channels (N, N, 4) uint8."""
        fine = cv2.GaussianBlur(self._lines, (0, 0), 1.2).astype(np.float32)
        wide = _blurred_wide(self._lines, 5.0)
        ridges = _blurred_wide(self._ridges, 6.0)
        tint = _blurred_wide(self._tint, 4.0)
        plate = cv2.GaussianBlur(nail, (0, 0), 1.2).astype(np.float32)
        rim = _blurred_wide(nail, 5.0)
        rim = np.clip(rim - plate, 0.0, 255.0) * 1.6
        bare = 1.0 - plate / 255.0
        height = (
            150.0 - 0.4 * fine - 0.3 * wide + 0.35 * ridges - 0.2 * rim + 0.05 * plate + 4.5 * relief * bare
        )
        dark = np.maximum(0.75 * fine + 0.45 * wide + tint - 3.0 * relief, 0.8 * rim) * bare
        blood = np.where(plate > 127.0, cv2.GaussianBlur(free_edge, (0, 0), 1.5), self._blood)
        channels = [height, dark, blood.astype(np.float32), plate]
        return np.clip(np.stack(channels, axis=-1), 0.0, 255.0).astype(np.uint8)

    def _stroke(self, canvas: np.ndarray, points: np.ndarray, half_width: float, strength: float) -> None:
        """Draw a line that comes and goes along its way and fades at both ends."""
        place = _sheet(points)
        thickness = max(1, round(2 * half_width * _PIXELS_PER_METRE))
        low = np.maximum(place.min(axis=0).astype(int) - thickness - 2, 0)
        high = np.minimum(place.max(axis=0).astype(int) + thickness + 3, SHEET_PIXELS)
        window = canvas[low[1] : high[1], low[0] : high[0]]
        stroke = np.zeros_like(window)
        pixels = np.round((place - low) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        steps = np.linspace(0.0, 1.0, len(pixels) - 1)
        press = np.minimum(1.0, 0.35 + 4.0 * np.minimum(steps, 1.0 - steps))
        press *= np.clip(
            self._rng.normal(1.0, 0.15) + 0.3 * np.sin(steps * 9.0 + self._rng.uniform(0, 6.3)), 0.4, 1.3
        )
        for start, end, share in zip(pixels[:-1], pixels[1:], press, strict=True):
            level = 255.0 * min(strength * float(share), 1.0)
            cv2.line(stroke, start, end, level, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
        np.maximum(window, stroke, out=window)


def _blurred_wide(canvas: np.ndarray, sigma: float) -> np.ndarray:
    """The canvas blurred, float32, at half resolution as nobody can tell."""
    half = cv2.resize(canvas, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    half = cv2.GaussianBlur(half.astype(np.float32), (0, 0), sigma / 2)
    return cv2.resize(half, canvas.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _sheet(points: np.ndarray) -> np.ndarray:
    """Sheet pixels of flat points (..., 2) in metres."""
    return (points - np.asarray(SHEET_CORNER)) * _PIXELS_PER_METRE - 0.5


def _curve(rng: np.random.Generator, points: np.ndarray, stray: float) -> np.ndarray:
    """A smooth line (K, 2) near corner points, each moved by about stray metres."""
    from scipy.interpolate import make_interp_spline

    moved = points + rng.normal(0.0, stray, points.shape)
    steps = np.linspace(0.0, 1.0, len(points))
    dense = make_interp_spline(steps, moved, k=min(3, len(points) - 1))(np.linspace(0.0, 1.0, 24))
    return dense + rng.normal(0.0, 0.00012, dense.shape)


def _paint_palm(rng: np.random.Generator, palm: _Side) -> None:
    for _name, points, half_width, strength in _PALM_LINES:
        drawn = strength * rng.uniform(0.5, 0.95)
        palm.line(_curve(rng, np.array(points) / 1000.0, 0.0015), half_width / 1000.0, drawn)
    for _ in range(int(rng.integers(10, 24))):  # the fine lines in which people differ
        centre = np.array([rng.uniform(-0.035, 0.03), rng.uniform(-0.092, -0.015)])
        angle, half = rng.uniform(0.0, np.pi), rng.uniform(0.004, 0.014)
        arm = half * np.array([np.cos(angle), np.sin(angle)])
        line = _curve(rng, np.stack([centre - arm, centre, centre + arm]), 0.001)
        palm.line(line, 0.0003, rng.uniform(0.1, 0.4))


def _paint_flexion_creases(
    rng: np.random.Generator, palm: _Side, hand: FlatHand, chain: tuple[int, ...]
) -> None:
    thumb = chain[0] == 1
    phalanx = float(np.linalg.norm(hand.joints[chain[1]] - hand.joints[chain[0]]))
    for number, joint in enumerate(chain[:3]):
        if thumb and number == 0:
            continue
        # A finger's skin folds where it leaves the palm, well past the knuckle itself.
        past = 0.48 * phalanx if number == 0 else 0.0
        double = number == 1 or (number == 0 and rng.random() < 0.6)
        for offset in (-0.0012, 0.0012) if double else (0.0,):
            middle = hand.joints[joint, :2] + (past + offset + rng.normal(0.0, 0.0004)) * hand.along[joint]
            arm = hand.across[joint] * hand.widths[joint] * 0.98
            bend = hand.along[joint] * rng.normal(0.0, 0.0008)
            line = _curve(rng, np.stack([middle - arm, middle + bend, middle + arm]), 0.0003)
            palm.line(line, 0.00045, rng.uniform(0.4, 0.8))


def _paint_knuckles(
    rng: np.random.Generator, back: _Side, hand: FlatHand, chain: tuple[int, ...], thumb: bool
) -> None:
    for number, joint in enumerate(chain[:3]):
        centre, along, across = hand.joints[joint, :2], hand.along[joint], hand.across[joint]
        back.spot(centre, 0.0095 if number == 0 else 0.006, rng.uniform(0.75, 1.0))
        if number == 0:
            continue
        strong = 1.0 if number == 1 and not thumb else 0.6
        for offset in np.array([-0.0045, -0.0030, -0.0012, 0.0007, 0.0024, 0.0040]):
            middle = centre + (offset + rng.normal(0.0, 0.0003)) * along
            arm = across * hand.widths[joint] * (0.8 - 85.0 * abs(offset)) * rng.uniform(0.8, 1.1)
            bend = along * (0.35 * offset)
            line = _curve(rng, np.stack([middle - arm, middle + bend, middle + arm]), 0.0002)
            back.line(line, 0.0003, strong * rng.uniform(0.25, 0.7))


def _paint_tendon_and_vein(rng: np.random.Generator, back: _Side, hand: FlatHand, knuckle: int) -> None:
    wrist, end = hand.joints[0, :2], hand.joints[knuckle, :2]
    back.ridge(np.stack([wrist + t * (end - wrist) for t in (0.25, 0.9)]), 0.0012, rng.uniform(0.2, 0.6))
    aside = hand.across[knuckle] * 0.010 * rng.choice((-1.0, 1.0))
    path = np.stack([wrist + t * (end - wrist) + aside for t in (0.15, 0.4, 0.65, 0.9)])
    back.ridge(_curve(rng, path, 0.003), 0.0011, rng.uniform(0.2, 0.7), tint=rng.uniform(0.05, 0.25))


def _nails(rng: np.random.Generator, hand: FlatHand) -> tuple[np.ndarray, np.ndarray]:
    """Nail plates (N, N) uint8, 255 inside, and the white part beyond the finger's flesh."""
    plates = np.zeros((SHEET_PIXELS, SHEET_PIXELS), np.uint8)
    beds = np.zeros_like(plates)
    slim = rng.uniform(0.88, 1.08)
    white = rng.uniform(0.03, 0.16)
    turn = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    # Between an ellipse and a box, as nails are.
    outline = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    outline /= (np.abs(outline) ** 3.2).sum(axis=1, keepdims=True) ** (1 / 3.2)
    for chain in FINGER_BONE_CHAINS:
        tip, base = chain[3], chain[2]
        half_width = hand.widths[tip] * 0.80 * slim
        half_length = 0.62 * hand.widths[base] / slim * (1.1 if chain[0] == 1 else 1.0)
        axes = np.stack([hand.across[tip] * half_width, hand.along[tip] * half_length])
        centre = hand.joints[tip, :2] - 0.0005 * hand.along[tip]
        for canvas, middle in ((plates, centre), (beds, centre - 2.0 * white * axes[1])):
            pixels = np.round(_sheet(middle + outline @ axes) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
            cv2.fillPoly(canvas, [pixels], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    return plates, cv2.subtract(plates, beds)
