"""Scenes for the finder: pictures seen from nearer and farther, and hands put before other things."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import torch

from handtrack.cropping import invert_affine
from handtrack.study.datasets.hand_rows import COLUMNS, SIZE, TAUGHT, X, Y, hand_of_joints, moved, no_hands
from handtrack.study.datasets.patches import Patches
from handtrack.study.datasets.sample import RENDERED
from handtrack.study.datasets.whole_pictures import WholePictures
from handtrack.study.training import distributed
from handtrack.study.training.augment_settings import AugmentSettings
from handtrack.study.training.finder.settings import FinderSettings
from handtrack.study.training.lens import blur, compress, noise
from handtrack.study.training.lights import colour, shade

MOST_HANDS: Final = 8
SMALLEST: Final = 7.0  # pixels of a scene that a hand to be found has at least
_SIZES: Final = (9.0, 140.0)  # of hands, pixels of a scene, every size of which comes as often as its double
_WHOLE, _RENDERED = 0.55, 0.15  # of the scenes; the others are hand-free pictures with hands put before them
_PUT: Final = (0.35, 0.35, 0.2, 0.1)  # none, one, two, three of them
_MORE: Final = 0.25  # of the other scenes get one more hand
_LARGEST_SCALE: Final = 2.2
_FILLING, _FILLED = 0.8, 0.8  # of the pictures fill a scene: small ones would make any frame a sign of a hand
_NEAR: Final = 0.4  # of a hand's size over its picture's: a close-up; other pictures may be half as large
_WINDOWS: Final = 0.25  # of the scenes have hand-free pictures hung in them
_CUT: Final = 0.2  # of the hands may reach out of the scene
_SOURCE_CAP: Final = 600
_COVERED: Final = 0.1  # of a hand's middle by another's picture at most
_RIM: Final = 12  # pixels of a patch over which what is cut out fades at its border
_COLOUR_SPACE: Final = 255.0

LOOKS: Final = AugmentSettings(
    grey_share=0.15, blur_share=0.15, motion=9.0, noise_share=0.4, compression_share=0.2, night_share=0.03
)


class Scenes:
    """Batches of scenes, each determined by the seed and its step."""

    def __init__(
        self, settings: FinderSettings, whole: WholePictures, patches: Sequence[Patches], empty: np.ndarray
    ) -> None:
        """patches: of real and rendered hands. empty: (N, P, P, 3) uint8 without a hand."""
        self._seed, self._pixels = settings.seed, settings.pixels
        self.size = settings.batch // distributed.world_size()
        self._whole, self._empty = whole, empty
        self._real = [part for part in patches if part.source[0] != RENDERED]
        self._rendered = [part for part in patches if part.source[0] == RENDERED]
        _, inverse, counts = np.unique(whole.source, return_inverse=True, return_counts=True)
        weight = (np.minimum(counts, _SOURCE_CAP) / counts)[inverse]
        self._chances = weight / weight.sum()

    def at(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Network input (B, 3, S, S), and hands (B, MOST_HANDS, 7) with NaN beyond those that there are."""
        rng = np.random.default_rng((self._seed, distributed.rank(), step))
        pictures = np.empty((self.size, self._pixels, self._pixels, 3), np.uint8)
        hands = np.full((self.size, MOST_HANDS, COLUMNS), np.nan, np.float32)
        for row in range(self.size):
            rows = self._compose(pictures[row], rng)[:MOST_HANDS]
            hands[row, : len(rows)] = rows
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        return self._looks(torch.from_numpy(pictures), generator), torch.from_numpy(hands)

    def _looks(self, pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        value = pictures.permute(0, 3, 1, 2).to(torch.float32) / _COLOUR_SPACE
        shade(value, LOOKS, generator)
        value, night = colour(value, LOOKS, generator)
        blur(value, LOOKS, generator)
        noise(value, night, LOOKS, generator)
        compress(value, LOOKS, generator)
        return value.clamp_(0, 1).mul_(_COLOUR_SPACE).sub_(127.5).div_(64.0)

    def _compose(self, scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw one scene (S, S, 3), and tell its hands (K, 7)."""
        kind = rng.random()
        if kind < _WHOLE:
            index = int(rng.choice(len(self._whole), p=self._chances))
            hands = self._show(scene, self._whole.picture(index), self._whole.hands[index], rng)
        elif kind < _WHOLE + _RENDERED and self._rendered:
            part, index = _one_of(self._rendered, rng)
            hand = hand_of_joints(part.joints[index, :, :2], "right")
            hands = self._show(scene, part.images[index], hand[None], rng)
        else:
            self._background(scene, rng)
            hands = no_hands()
            if rng.random() < _WINDOWS:
                self._hang(scene, rng)
            for _ in range(int(rng.choice(len(_PUT), p=_PUT))):
                hands = self._put(scene, hands, rng)
            return self._seen(hands)
        if rng.random() < _MORE:
            hands = self._put(scene, hands, rng)
        return self._seen(hands)

    def _show(
        self, scene: np.ndarray, picture: np.ndarray, hands: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """A picture with its hands at a random size, turned a little, before something else where it ends."""
        picture = np.ascontiguousarray(picture)
        height, width = picture.shape[:2]
        if len(hands):
            about = hands[rng.integers(len(hands))]
            middle, size = about[[X, Y]], float(about[SIZE])
            scale = min(_size(rng) / size, _LARGEST_SCALE)
            if rng.random() < _FILLING:
                filled = _FILLED if size > _NEAR * max(width, height) else _FILLED / 2
                scale = max(scale, filled * self._pixels / max(width, height))
            at = self._place(scale * size, rng)
        else:
            middle, at = np.array([width, height]) / 2, np.full(2, self._pixels / 2)
            scale = self._pixels / min(width, height) * rng.uniform(0.7, 1.6)
        matrix = _placed(middle, at, scale, _turn(rng, 0.2, 0.15), rng.random() < 0.5)
        kind = rng.random()
        if kind < 0.5:
            self._background(scene, rng)
        else:
            scene[:] = 0 if kind < 0.8 else rng.integers(256, size=3)
        if rng.random() < _WINDOWS:
            self._hang(scene, rng)
        _draw(scene, picture, matrix)
        return moved(hands, matrix)

    def _put(self, scene: np.ndarray, hands: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A hand cut out of its picture before the scene, where it covers no other."""
        part, index = _one_of(self._real if rng.random() < 0.5 and self._real else self._rendered, rng)
        matte = part.mattes[index]
        if not matte.any():
            return hands
        picture = part.images[index]
        hand = hand_of_joints(part.joints[index, :, :2], "right")
        scale = min(_size(rng) / float(hand[SIZE]), _LARGEST_SCALE)
        at = self._place(scale * float(hand[SIZE]), rng)
        matrix = _placed(hand[[X, Y]], at, scale, _turn(rng, 0.6, 0.4), rng.random() < 0.5)
        put = moved(hand[None], matrix)
        apart = np.hypot(hands[:, X] - at[0], hands[:, Y] - at[1]) > 0.4 * (hands[:, SIZE] + put[0, SIZE])
        if not apart.all():
            return hands
        side = len(picture)
        share = cv2.resize(matte, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
        share *= _fading(side)
        covered = np.zeros(scene.shape[:2], np.float32)
        _draw(covered, share, matrix)
        # A forearm reaches farther than its hand.
        places = np.clip(hands[:, [Y, X]], 0, self._pixels - 1).astype(int)
        if (covered[places[:, 0], places[:, 1]] > _COVERED).any():
            return hands
        cut = scene.copy()
        _draw(cut, np.ascontiguousarray(picture), matrix)
        scene[:] = (scene + (cut.astype(np.float32) - scene) * covered[..., None]).astype(np.uint8)
        return np.concatenate([hands, put])

    def _hang(self, scene: np.ndarray, rng: np.random.Generator) -> None:
        """Hand-free pictures as small as some that hands are shown in."""
        for _ in range(int(rng.integers(1, 3))):
            picture = np.ascontiguousarray(self._empty[int(rng.integers(len(self._empty)))])
            side = len(picture)
            at = rng.uniform(0, self._pixels, size=2)
            scale = float(rng.uniform(0.1, 0.5)) * self._pixels / side
            _draw(scene, picture, _placed(np.full(2, side / 2), at, scale, _turn(rng, 0.2, 0.15), False))

    def _background(self, scene: np.ndarray, rng: np.random.Generator) -> None:
        picture = self._empty[int(rng.integers(len(self._empty)))]
        side = len(picture)
        cut = round(side * rng.uniform(0.5, 1.0))
        x, y = rng.integers(side - cut + 1, size=2)
        part = picture[y : y + cut, x : x + cut]
        part = part[:, ::-1] if rng.random() < 0.5 else part
        scene[:] = cv2.resize(np.ascontiguousarray(part), (self._pixels, self._pixels))

    def _place(self, size: float, rng: np.random.Generator) -> np.ndarray:
        rim = 0.0 if rng.random() < _CUT else min(0.5 * size, 0.45 * self._pixels)
        return rng.uniform(rim, self._pixels - rim, size=2)

    def _seen(self, hands: np.ndarray) -> np.ndarray:
        """The hands that reach into the scene; nothing is learned of what is hardly there, or too small."""
        hands = hands.copy()
        out = np.maximum(np.maximum(-hands[:, [X, Y]], hands[:, [X, Y]] - self._pixels).max(axis=1), 0)
        hands[(out > 0) | (hands[:, SIZE] < SMALLEST), TAUGHT] = 0
        hands[hands[:, SIZE] > 1.4 * self._pixels, TAUGHT] = 0
        return hands[out < 0.5 * hands[:, SIZE]]


def _one_of(parts: Sequence[Patches], rng: np.random.Generator) -> tuple[Patches, int]:
    ends = np.cumsum([len(part) for part in parts])
    number = int(rng.integers(ends[-1]))
    part = int(np.searchsorted(ends, number, side="right"))
    return parts[part], number - (int(ends[part - 1]) if part else 0)


def _size(rng: np.random.Generator) -> float:
    low, high = _SIZES
    return float(low * (high / low) ** rng.random())


def _turn(rng: np.random.Generator, spread: float, any_share: float) -> float:
    return float(rng.uniform(-math.pi, math.pi) if rng.random() < any_share else rng.normal(0, spread))


def _placed(middle: np.ndarray, at: np.ndarray, scale: float, turn: float, mirrored: bool) -> np.ndarray:
    """Map (2, 3) that scales and turns, may mirror, and brings the middle to a place."""
    cosine, sine = scale * math.cos(turn), scale * math.sin(turn)
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([-1.0 if mirrored else 1.0, 1.0])
    return np.column_stack([linear, at - linear @ middle])


def _draw(scene: np.ndarray, picture: np.ndarray, matrix: np.ndarray) -> None:
    """Draw a mapped picture over a scene, in place; the scene stays where the picture ends."""
    while abs(np.linalg.det(matrix[:, :2])) < 0.25 and min(picture.shape[:2]) >= 2:
        # Made small by whole steps first: a small picture would be a few of the large one's pixels.
        picture = cv2.resize(
            picture, (picture.shape[1] // 2, picture.shape[0] // 2), interpolation=cv2.INTER_AREA
        )
        matrix = np.column_stack([2 * matrix[:, :2], matrix[:, 2] + 0.5 * matrix[:, :2].sum(axis=1)])
    size = scene.shape[1], scene.shape[0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cv2.warpAffine(
        picture, invert_affine(matrix), size, dst=scene, flags=flags, borderMode=cv2.BORDER_TRANSPARENT
    )


def _fading(side: int) -> np.ndarray:
    """Shares (side, side) float32: 1, and down to 0 at the border, where a forearm is cut off."""
    line = np.minimum(np.arange(side), np.arange(side)[::-1]) / _RIM
    return np.minimum(np.minimum(line[:, None], line), 1.0).astype(np.float32)
