"""What lies behind the hand: panoramas, hand-free parts of pictures, plain walls; each with its light."""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np

from handtrack.study.synthesis.looks.lighting import (
    Lighting,
    even_light,
    lighting_from,
    lighting_in_picture,
    no_lamp,
    random_lamp,
    white_balanced,
)
from handtrack.study.synthesis.looks.panoramas import load_panoramas, random_turn

log = logging.getLogger(__name__)

_LONGEST_SIDE: Final = 640
_LEAST_WINDOW: Final = 0.25  # of a picture's sides
_LEAST_PIXELS: Final = 100  # of a window's sides
_MOST_STRETCH: Final = 4.0
_BOX_GROWTH: Final = 0.2  # boxes are not exact

# sRGB to linear, as good as the cameras that took the pictures.
_LINEAR: Final = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)


class Backdrop(Protocol):
    """A background that can be seen through any camera matrix."""

    @property
    def lighting(self) -> Lighting:
        """The light that suits it, in camera axes."""
        ...

    def picture(self, camera: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Its picture (height, width, 3) float32, linear RGB, through a camera (3, 3)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PanoramaBackdrop:
    """A turned panorama (H, W, 3) float32, linear RGB; rotation takes camera axes to the panorama's."""

    panorama: np.ndarray
    rotation: np.ndarray
    lighting: Lighting

    def picture(self, camera: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """See `Backdrop`."""
        rays = _pixels(size) @ (self.rotation @ np.linalg.inv(camera)).T.astype(np.float32)
        x, y, z = (np.ascontiguousarray(rays[..., k]) for k in range(3))
        height, width = self.panorama.shape[:2]
        turn = cv2.phase(z, x)  # 0..2 pi
        drop = cv2.phase(cv2.magnitude(x, z), y)
        drop = np.where(drop > np.pi, drop - np.float32(2 * np.pi), drop)
        u = (turn * np.float32(1 / (2 * np.pi)) + np.float32(0.5)) * width - np.float32(0.5)
        v = (drop * np.float32(1 / np.pi) + np.float32(0.5)) * height - np.float32(0.5)
        return cv2.remap(self.panorama, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


@dataclass(frozen=True, slots=True, eq=False)
class PictureBackdrop:
    """A flat picture (H, W, 3) uint8 RGB; to_picture (3, 3) takes rays of the camera's axes to its pixels.

    tint: (3,) factor on its linear colours. Beyond its border it is reflected.
    """

    pixels: np.ndarray
    to_picture: np.ndarray
    tint: np.ndarray
    lighting: Lighting

    def picture(self, camera: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """See `Backdrop`."""
        matrix = self.to_picture @ np.linalg.inv(camera)
        source = self.pixels
        step = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))  # picture pixels a pixel
        if step > 1.99:
            factor = 1.0 / int(step + 0.01)
            source = cv2.resize(source, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            matrix = (
                np.array([[factor, 0, (factor - 1) / 2], [0, factor, (factor - 1) / 2], [0, 0, 1]]) @ matrix
            )
        warped = cv2.warpAffine(
            source,
            matrix[:2],
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
        return _LINEAR[warped] * self.tint.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class WallBackdrop:
    """A plain wall: colour (3,), and how much brighter it grows over one unit of a ray's x and y."""

    colour: np.ndarray
    slope: np.ndarray
    lighting: Lighting

    def picture(self, camera: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """See `Backdrop`."""
        rays = _pixels(size) @ np.linalg.inv(camera).T.astype(np.float32)
        share = np.exp(np.clip(rays[..., :2] @ self.slope.astype(np.float32), -1.5, 1.5))
        return share[..., None] * self.colour.astype(np.float32)


@dataclass(frozen=True, slots=True)
class HandPicture:
    """A real picture and where hands are in it: boxes (K, 4) of x0 y0 x1 y1 in pixels of the file."""

    path: Path
    boxes: tuple[tuple[float, float, float, float], ...]


class Backgrounds:
    """Backgrounds drawn at random from panoramas, pictures and plain walls.

    panoramas: folder of `.hdr` files (equirectangular), or None. pictures: real ones, of which the hand-free
    parts are used. limit: how many of the pictures are taken and kept in memory, chosen by seed.
    Raises SourceError naming a folder without panoramas or a panorama that cannot be read.
    """

    SHARES: Final = {"panorama": 0.36, "picture": 0.57, "wall": 0.07}

    def __init__(
        self,
        panoramas: Path | None = None,
        pictures: Sequence[HandPicture] = (),
        limit: int = 256,
        seed: int = 0,
    ) -> None:
        self._panoramas = load_panoramas(panoramas) if panoramas is not None else []
        self._folders = _by_folder(_by_turns(np.random.default_rng(seed), pictures)[:limit])
        self._windows: dict[Path, np.ndarray | None] = {}

    def random(self, rng: np.random.Generator, camera: np.ndarray, size: tuple[int, int]) -> Backdrop:
        """A background for a whole frame of size (width, height) pixels seen by camera (3, 3)."""
        shares = dict(self.SHARES)
        if not self._panoramas:
            shares["panorama"] = 0.0
        if not self._folders:
            shares["picture"] = 0.0
        weights = np.array(list(shares.values()))
        kind = list(shares)[rng.choice(len(shares), p=weights / weights.sum())]
        if kind == "panorama":
            return self._panorama(rng)
        if kind == "picture":
            backdrop = self._picture(rng, camera, size)
            if backdrop is not None:
                return backdrop
        return random_wall(rng)

    def _panorama(self, rng: np.random.Generator) -> PanoramaBackdrop:
        panorama, light = self._panoramas[rng.integers(len(self._panoramas))]
        rotation = random_turn(rng)
        return PanoramaBackdrop(panorama, rotation, lighting_from(light, rotation.T))

    def _picture(
        self, rng: np.random.Generator, camera: np.ndarray, size: tuple[int, int]
    ) -> PictureBackdrop | None:
        # A folder first: where few pictures have a part without a hand, other rooms must not prevail.
        folder = self._folders[rng.integers(len(self._folders))]
        number = int(rng.integers(len(folder)))
        zoom, flip, place = float(rng.uniform(1.0, 1.6)), bool(rng.random() < 0.5), rng.uniform(0, 1, 2)
        tint = np.exp(rng.normal(0, 0.08, 3) + rng.normal(0, 0.25))
        window = self._window_from(folder, number)
        if window is None:
            return None
        shape, frame = np.array(window.shape[1::-1], np.float64), np.array(size, np.float64)
        # A small window is stretched over the frame as far as it bears, then reflected.
        stretch = min(float((frame / shape).max()) * zoom, _MOST_STRETCH)
        spare = shape - frame / stretch
        start = np.where(spare > 0.0, spare * place, spare / 2)
        side = np.array([-1.0 if flip else 1.0, 1.0])
        scale = np.diag([*(side / stretch), 1.0])
        scale[:2, 2] = start + ((frame - 1) / stretch * (side < 0))
        seen = PictureBackdrop(window, scale @ camera, tint, Lighting(even_light(np.zeros(3)), no_lamp()))
        coarse = np.diag([16 / size[0], 16 / size[1], 1.0]) @ camera
        light = lighting_in_picture(rng, seen.picture(coarse, (16, 16)))
        return PictureBackdrop(window, scale @ camera, tint, light)

    def _window_from(self, folder: Sequence[HandPicture], number: int) -> np.ndarray | None:
        """The first window at or after a number among a folder's pictures; None where none has one."""
        for step in range(len(folder)):
            window = self._window(folder[(number + step) % len(folder)])
            if window is not None:
                return window
        return None

    def _window(self, picture: HandPicture) -> np.ndarray | None:
        """The largest hand-free part found of a picture, (H, W, 3) uint8 RGB; None where there is none."""
        if picture.path not in self._windows:
            self._windows[picture.path] = hand_free_window(picture)
        return self._windows[picture.path]


def hand_free_window(picture: HandPicture) -> np.ndarray | None:
    """The largest part (H, W, 3) uint8 RGB of a picture that no hand box touches; None where there is none.

    A picture that cannot be read counts as having none, with a warning.
    """
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        log.warning("%s cannot be read as a picture: left out of the backgrounds", picture.path)
        return None
    height, width = image.shape[:2]
    boxes = np.array(picture.boxes, np.float64).reshape(-1, 4)
    grow = _BOX_GROWTH * (boxes[:, 2:] - boxes[:, :2])
    low, high = boxes[:, :2] - grow, boxes[:, 2:] + grow
    # The forearm below a hand is part of it: nothing under a box is used.
    high[:, 1] = height
    edges_x = np.unique(np.clip([0.0, width, *low[:, 0], *high[:, 0]], 0, width))
    edges_y = np.unique(np.clip([0.0, height, *low[:, 1]], 0, height))
    best, area = None, 0.0
    for (x0, x1), (y0, y1) in itertools.product(
        itertools.combinations(edges_x, 2), itertools.combinations(edges_y, 2)
    ):
        if min((x1 - x0) / width, (y1 - y0) / height) < _LEAST_WINDOW or (x1 - x0) * (y1 - y0) <= area:
            continue
        touches = (low[:, 0] < x1) & (high[:, 0] > x0) & (low[:, 1] < y1) & (high[:, 1] > y0)
        if not touches.any():
            best, area = (int(x0), int(y0), int(x1), int(y1)), (x1 - x0) * (y1 - y0)
    if best is None:
        return None
    x0, y0, x1, y1 = best
    if min(x1 - x0, y1 - y0) < _LEAST_PIXELS:
        return None
    part = cv2.cvtColor(np.ascontiguousarray(image[y0:y1, x0:x1]), cv2.COLOR_BGR2RGB)
    shrink = _LONGEST_SIDE / max(part.shape[:2])
    if shrink < 1.0:
        part = cv2.resize(part, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return part


def random_wall(rng: np.random.Generator) -> WallBackdrop:
    """A plain wall, cloth or dark room, light and dark, near grey or painted, in plain room light."""
    colour = rng.beta(2.4, 1.4) ** 1.5 * 0.85 * np.exp(rng.normal(0, 0.12, 3))
    level = float(rng.uniform(0.5, 1.2))
    light = white_balanced(float(rng.uniform(3500, 7500))) * level
    lighting = Lighting(
        (even_light(light * rng.uniform(0.3, 0.8))).astype(np.float32), random_lamp(rng, level)
    )
    return WallBackdrop(np.clip(colour, 0.01, 0.9) * light, rng.normal(0, 0.5, 2), lighting)


@functools.lru_cache(maxsize=4)
def _pixels(size: tuple[int, int]) -> np.ndarray:
    """Homogeneous pixel coordinates (height, width, 3) float32."""
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    return np.stack([x, y, np.ones_like(x)], axis=-1)


def _by_turns(rng: np.random.Generator, pictures: Sequence[HandPicture]) -> list[HandPicture]:
    """The pictures shuffled, one of each folder in turn, so that no collection's rooms prevail."""
    shuffled = [pictures[number] for number in rng.permutation(len(pictures))]
    turns = itertools.zip_longest(*_by_folder(shuffled))
    return [picture for turn in turns for picture in turn if picture is not None]


def _by_folder(pictures: Sequence[HandPicture]) -> list[list[HandPicture]]:
    """The pictures of each folder, in their own order; folders by name."""
    folders: dict[Path, list[HandPicture]] = {}
    for picture in pictures:
        folders.setdefault(picture.path.parent, []).append(picture)
    return [folders[name] for name in sorted(folders)]
