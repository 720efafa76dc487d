"""What a webcam makes of light: blur, exposure, white balance, noise, tone curve, coarse pixels, JPEG."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from handtrack.hand import read_only
from handtrack.study.synthesis.looks.lighting import LUMINANCE
from handtrack.study.synthesis.rendering.renderer import SUPERSAMPLING, RenderedImage

_CURVE_STEPS: Final = 1024
_MAX_BLUR_STEPS: Final = 24


@dataclass(frozen=True, slots=True)
class CameraLook:
    """How one camera shows one moment. Lengths are shares of the hand's extent in the picture.

    exposure: mean brightness (linear, 0..1) that the camera aims at; hand_metering: 0..1, how much the hand
    and not the whole picture counts for it. white_balance: (3,) RGB gains.
    motion: (dx, dy) that the hand moves while the shutter is open; turn: radians that it turns meanwhile.
    shake: share of that motion that the background makes too. hand_blur, background_blur: radius of defocus.
    shot_noise, read_noise: standard deviation at full white and in the dark (linear, a captured pixel).
    grain: pixels that noise is smeared over. resolution: share of its pixels along a side that the camera
    really resolves.
    gamma: of the tone curve; contrast: its S shape; black: its lift; knee: where highlights are rounded off.
    sharpening: share. smear: 0 none, 1 a noise filter's median. quality: JPEG 1..100.
    """

    exposure: float = 0.2
    hand_metering: float = 0.3
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    motion: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    shake: float = 0.0
    hand_blur: float = 0.0
    background_blur: float = 0.0
    vignette: float = 0.0
    shot_noise: float = 0.01
    read_noise: float = 0.002
    grain: float = 0.0
    resolution: float = 1.0
    gamma: float = 2.2
    contrast: float = 0.2
    black: float = 0.0
    knee: float = 0.8
    saturation: float = 1.0
    sharpening: float = 0.0
    smear: bool = False
    quality: int = 90


def random_camera_look(rng: np.random.Generator) -> CameraLook:
    """A look between a good camera in good light and a poor webcam at night."""
    poor = float(rng.beta(1.1, 3.2))
    angle = rng.uniform(0, 2 * np.pi)
    speed = float(rng.exponential(0.05)) if rng.random() < 0.2 else float(rng.exponential(0.006))
    speed = min(speed, 0.14)
    cast = rng.normal(0, 0.03 + 0.06 * poor, 3)
    return CameraLook(
        exposure=float(np.clip(rng.lognormal(np.log(0.22), 0.25), 0.1, 0.45)),
        hand_metering=float(rng.uniform(0.4, 1.0)),
        white_balance=tuple(float(v) for v in np.exp(cast - cast[1])),  # type: ignore[arg-type]
        motion=(speed * float(np.cos(angle)), speed * float(np.sin(angle))),
        turn=float(rng.normal(0, 0.6 * speed)),
        shake=float(rng.choice([0.0, rng.uniform(0.0, 0.5)], p=[0.8, 0.2])),
        hand_blur=float(rng.exponential(0.004))
        + (float(rng.uniform(0.01, 0.03)) if rng.random() < 0.06 else 0.0),
        background_blur=float(rng.choice([0.0, rng.uniform(0.0, 0.05)], p=[0.5, 0.5])),
        vignette=float(rng.choice([0.0, rng.uniform(0.0, 0.4)], p=[0.5, 0.5])),
        shot_noise=float(rng.uniform(0.004, 0.02) + 0.03 * poor**2),
        read_noise=float(rng.uniform(0.0005, 0.002) + 0.008 * poor**2),
        grain=float(rng.choice([0.0, rng.uniform(0.4, 0.9)], p=[0.4, 0.6])),
        resolution=float(np.clip(rng.lognormal(-0.45 * poor, 0.25), 0.45, 1.0)),
        gamma=float(rng.uniform(2.0, 2.45)),
        contrast=float(rng.uniform(0.0, 0.45)),
        black=float(max(0.0, rng.normal(0.0, 0.02))),
        knee=float(rng.uniform(0.6, 0.97)),
        saturation=float(np.clip(rng.normal(1.0, 0.13), 0.5, 1.35)) if rng.random() > 0.01 else 0.0,
        sharpening=float(rng.choice([0.0, rng.uniform(0.1, 0.9)], p=[0.4, 0.6])),
        smear=bool(rng.random() < 0.35 * poor),
        quality=int(np.clip(rng.normal(87 - 33 * poor, 9), 35, 97)),
    )


def steady(look: CameraLook) -> CameraLook:
    """The look without motion blur, for a sequence that makes its own."""
    return replace(look, motion=(0.0, 0.0), turn=0.0)


def compose(rendered: RenderedImage, background: np.ndarray, look: CameraLook) -> np.ndarray:
    """The hand before its background (H, W, 3) float32, linear RGB, with motion blur and defocus."""
    layer = rendered.colour
    extent = hand_extent(rendered)
    shift = np.array(look.motion) * extent
    layer = _moved(_defocused(layer, look.hand_blur * extent), shift, look.turn, rendered)
    background = _defocused(background, look.background_blur * extent)
    if look.shake > 0.0:
        background = _moved(background, shift * look.shake, 0.0, rendered)
    return layer[..., :3] + background * (1.0 - layer[..., 3:])


def hand_extent(rendered: RenderedImage) -> float:
    """Size of the first hand's visible skin in picture pixels: the side of a square of twice its area."""
    return float(np.sqrt(2.0 * np.count_nonzero(rendered.labels == 1) / SUPERSAMPLING**2))


def exposure_for(linear: np.ndarray, rendered: RenderedImage, look: CameraLook) -> float:
    """Factor by which the camera multiplies light to reach the brightness that it aims at."""
    luminance = cv2.transform(linear, LUMINANCE[None])
    # Cameras let a lamp in the picture burn out rather than darken all else for it.
    scene = float(np.minimum(luminance, 4.0 * float(luminance.mean()) + 1e-9).mean())
    cover = rendered.colour[..., 3]
    total = float(cover.sum())
    hand = float((luminance * cover).sum()) / total if total > 1.0 else scene
    meter = np.exp((1 - look.hand_metering) * np.log(scene + 1e-5) + look.hand_metering * np.log(hand + 1e-5))
    return look.exposure / float(meter)


def captured_size(look: CameraLook, size: tuple[int, int], resolution: float = 1.0) -> tuple[int, int]:
    """Pixels (width, height) in which the camera captures what becomes a picture of the given size.

    resolution: captured pixels a picture pixel if the camera were perfect (a crop's side over its pixels). A
    small hand is captured coarsely and enlarged afterwards: render the scene in this size, then `develop` it.
    """
    share = min(1.0, resolution * look.resolution)
    if share > 0.97:
        return size
    return max(8, round(size[0] * share)), max(8, round(size[1] * share))


def develop(
    linear: np.ndarray,
    look: CameraLook,
    rng: np.random.Generator,
    exposure: float,
    size: tuple[int, int] | None = None,
    resolution: float = 1.0,
) -> np.ndarray:
    """The camera's picture (H, W, 3) uint8 BGR of linear RGB light (h, w, 3) float32 as captured.

    exposure: factor on the light, see `exposure_for`. size: (W, H) of the picture, if it is not that of the
    captured light (see `captured_size`). resolution: as there; above 1 the picture is a reduced one and has
    less noise.
    """
    gains = np.asarray(look.white_balance) * exposure
    signal = linear * gains.astype(np.float32)
    if look.vignette > 0.0:
        signal *= _vignette(signal.shape[1::-1])[..., None] ** np.float32(look.vignette)
    # Reduction averages captured pixels and with them their noise.
    signal = _noisy(signal, look, rng, 1.0 / max(resolution * look.resolution, 1.0))
    steps = np.sqrt(np.clip(signal, 0.0, 1.0)) * np.float32(_CURVE_STEPS - 1)
    picture = _tone_curve(look)[steps.astype(np.int32)]
    if look.saturation != 1.0:
        grey = cv2.transform(picture, LUMINANCE[None])[..., None]
        picture = grey + (picture - grey) * np.float32(look.saturation)
    if look.sharpening > 0.0:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
        picture = cv2.addWeighted(picture, 1.0 + look.sharpening, soft, -look.sharpening, 0.0)
    finished = cv2.cvtColor(np.clip(picture, 0.0, 255.0).astype(np.uint8), cv2.COLOR_RGB2BGR)
    if look.smear:
        finished = cv2.medianBlur(finished, 3)
    finished = _compressed(finished, look.quality)
    if size is not None and finished.shape[1::-1] != tuple(size):
        finished = cv2.resize(finished, size, interpolation=cv2.INTER_LINEAR)
    return finished


def _defocused(picture: np.ndarray, radius: float) -> np.ndarray:
    if radius < 0.35:
        return picture
    if radius > 6.0:  # a wide blur needs no fine picture
        small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return cv2.resize(_defocused(small, radius / 2), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.filter2D(picture, -1, _disc(round(radius * 4) / 4), borderType=cv2.BORDER_REPLICATE)


@functools.lru_cache(maxsize=32)
def _disc(radius: float) -> np.ndarray:
    """A lens's disc of confusion with a soft rim, sum 1."""
    reach = int(np.ceil(radius + 0.5))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0.0, 1.0)
    return (disc / disc.sum()).astype(np.float32)


def _moved(picture: np.ndarray, shift: np.ndarray, turn: float, rendered: RenderedImage) -> np.ndarray:
    """The mean of the picture over a motion that is half done now; turns are about the hand's middle."""
    height, width = picture.shape[:2]
    way = float(np.hypot(*shift)) + abs(turn) * hand_extent(rendered) / 2
    if way < 0.5:
        return picture
    steps = int(min(_MAX_BLUR_STEPS, np.ceil(way) + 1))
    rows, columns = np.nonzero(rendered.colour[..., 3] > 0.5)
    middle = (columns.mean(), rows.mean()) if len(rows) else (width / 2, height / 2)
    total = np.zeros_like(picture)
    for time in np.linspace(-0.5, 0.5, steps):
        matrix = cv2.getRotationMatrix2D(middle, float(np.degrees(turn)) * time, 1.0)
        matrix[:, 2] = matrix[:, 2] + shift * time
        warped = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        cv2.accumulate(warped, total)
    return total / np.float32(steps)


def _noisy(signal: np.ndarray, look: CameraLook, rng: np.random.Generator, share: float) -> np.ndarray:
    pool = _noise_pool()
    # A picture larger than the pool repeats it from a new place.
    start = int(rng.integers(pool.size))
    noise = np.take(pool, np.arange(start, start + signal.size), mode="wrap").reshape(signal.shape)
    if look.grain > 0.0:
        noise = cv2.GaussianBlur(noise, (3, 3), look.grain)
        noise = noise * np.float32(1.0 / _grain_gain(look.grain))
    level = np.sqrt(np.maximum(signal, 0.0) * np.float32(look.shot_noise**2) + np.float32(look.read_noise**2))
    return signal + noise * level * np.float32(share)


@functools.cache
def _noise_pool() -> np.ndarray:
    """Standard normal numbers (2^21,) float32: each picture takes a stretch, as drawing them is slow."""
    return read_only(np.random.default_rng(0).standard_normal(1 << 21, np.float32))


@functools.lru_cache(maxsize=64)
def _grain_gain(sigma: float) -> float:
    """What is left of white noise's deviation by the blur that makes grain."""
    kernel = cv2.getGaussianKernel(3, sigma)
    return float(np.sqrt(((kernel @ kernel.T) ** 2).sum()))


@functools.lru_cache(maxsize=4)
def _vignette(size: tuple[int, int]) -> np.ndarray:
    x = (np.arange(size[0], dtype=np.float32) + 0.5) / size[0] * 2 - 1
    y = (np.arange(size[1], dtype=np.float32) + 0.5) / size[1] * 2 - 1
    return 1.0 / (1.0 + 0.5 * (x[None] ** 2 + y[:, None] ** 2)) ** 2


def _tone_curve(look: CameraLook) -> np.ndarray:
    """Picture values 0..255 (float32) of light from 0 to 1, at even steps of its square root."""
    light = np.linspace(0.0, 1.0, _CURVE_STEPS) ** 2
    knee = look.knee
    above = np.maximum(light - knee, 0.0) / (1.0 - knee)
    light = np.where(
        light > knee, knee + (1.0 - knee) * (1.0 - np.exp(-1.6 * above)) / (1.0 - np.exp(-1.6)), light
    )
    value = light ** (1.0 / look.gamma)
    value += look.contrast * (value * value * (3.0 - 2.0 * value) - value)
    return ((look.black + (1.0 - look.black) * value) * 255.0).astype(np.float32)


def _compressed(picture: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None  # what was just encoded can be decoded
    return decoded
