"""Light on the hand: the surroundings as spherical harmonics, and the lamp that casts shadows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from handtrack.hand import read_only

_LAMP_REACH: Final = np.cos(np.radians(22.0))
"""Cosine of the angle around a panorama's brightest point that counts as its lamp."""
_MAX_LAMP_SHARE: Final = 0.7
"""The sun is never more than this share of all light, or the hand burns out as no one would film it."""
LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)

# Ramamoorthi and Hanrahan (2001): basis constants times the cosine lobe, over pi, in the shader's order.
_BASIS: Final = np.array(
    [0.282095, 0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274]
)
_LOBE: Final = np.array([1.0, *[2.0 / 3.0] * 3, *[0.25] * 5])


@dataclass(frozen=True, slots=True)
class Lamp:
    """Light from one direction.

    direction: (3,) unit vector to the lamp, camera axes. colour: (3,) radiance of a white matt surface that
    faces it, linear RGB. softness: angular radius of the lamp, radians.
    """

    direction: np.ndarray
    colour: np.ndarray
    softness: float = 0.05


@dataclass(frozen=True, slots=True)
class Lighting:
    """All light of a scene, in camera axes (x right, y down, z away).

    ambient: (9, 3) float32, the surroundings' light on a white matt surface as a polynomial of its normal, in
    the order of `shaders/lighting.glsl`. key: the lamp that casts shadows; other lamps are part of ambient.
    """

    ambient: np.ndarray
    key: Lamp


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A panorama reduced to its light, in the panorama's axes (x right, y down, z to its middle).

    directions: (K, 3) unit vectors. light: (K, 3) float32, radiance times solid angle, without the lamp's.
    """

    directions: np.ndarray
    light: np.ndarray
    lamp: Lamp


def panorama_directions(height: int, width: int) -> np.ndarray:
    """Unit vectors (height, width, 3) float32 of an equirectangular picture's pixels; z is its middle."""
    azimuth = ((np.arange(width, dtype=np.float32) + 0.5) / width - 0.5) * (2 * np.pi)
    polar = (np.arange(height, dtype=np.float32) + 0.5) / height * np.pi
    sine = np.sin(polar)[:, None]
    x, z = sine * np.sin(azimuth), sine * np.cos(azimuth)
    y = np.broadcast_to(-np.cos(polar)[:, None], x.shape)
    return np.stack([x, y, z], axis=-1).astype(np.float32)


def surroundings(panorama: np.ndarray) -> Surroundings:
    """The light of an equirectangular panorama (H, W, 3) float32, linear RGB."""
    small = cv2.resize(panorama, (64, 32), interpolation=cv2.INTER_AREA).astype(np.float64)
    directions = panorama_directions(32, 64).reshape(-1, 3).astype(np.float64)
    area = np.sqrt(1.0 - directions[:, 1] ** 2)
    light = small.reshape(-1, 3) * (area / area.sum() * 4 * np.pi)[:, None]
    weight = light @ LUMINANCE
    blurred = cv2.GaussianBlur((small @ LUMINANCE), (0, 0), 1.0).ravel()
    peak = directions[int(blurred.argmax())]
    near = directions @ peak > _LAMP_REACH
    lamp_light = light[near] - np.median(light[~near], axis=0)
    lamp_light = np.clip(lamp_light, 0.0, None)
    total, taken = weight.sum(), lamp_light.sum(axis=0)
    excess = float(taken @ LUMINANCE) / total
    rest = light.copy()
    rest[near] -= lamp_light
    centre = (directions[near] * (lamp_light @ LUMINANCE)[:, None]).sum(axis=0)
    spread = 1.0 - np.linalg.norm(centre) / max(float((lamp_light @ LUMINANCE).sum()), 1e-9)
    direction = centre / max(float(np.linalg.norm(centre)), 1e-9)
    if excess > _MAX_LAMP_SHARE:
        taken = (
            taken * (_MAX_LAMP_SHARE / (1.0 - _MAX_LAMP_SHARE)) * (total * (1.0 - excess)) / (total * excess)
        )
    lamp = Lamp(read_only(direction), read_only(taken / np.pi), float(np.sqrt(np.maximum(2 * spread, 1e-4))))
    # Without its lamp the rest is smooth enough for a quarter of the directions.
    blocks = (16, 2, 32, 2, 3)
    rest = rest.reshape(blocks).sum(axis=(1, 3)).reshape(-1, 3)
    directions = directions.reshape(blocks).mean(axis=(1, 3)).reshape(-1, 3)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return Surroundings(read_only(directions), read_only(rest, np.float32), lamp)


def lighting_from(source: Surroundings, camera_from_panorama: np.ndarray) -> Lighting:
    """Light of a panorama on a hand before a camera that is turned in it by a rotation (3, 3)."""
    ambient = ambient_terms(source.directions @ camera_from_panorama.T, source.light)
    lamp = source.lamp
    key = Lamp(camera_from_panorama @ lamp.direction, lamp.colour, lamp.softness)
    return Lighting(ambient, key)


def ambient_terms(directions: np.ndarray, light: np.ndarray) -> np.ndarray:
    """`Lighting.ambient` (9, 3) float32 from directions (K, 3) and radiance times solid angle (K, 3)."""
    return ((_polynomials(directions) * (_BASIS**2 * _LOBE)).T @ light).astype(np.float32)


def even_light(colour: np.ndarray) -> np.ndarray:
    """Terms (9, 3) float32 of light of one colour (3,) from everywhere."""
    terms = np.zeros((9, 3), np.float32)
    terms[0] = colour
    return terms


def broad_light(direction: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Terms (9, 3) float32 of a large, soft source in one direction, as a window, a ceiling or a screen.

    colour: (3,) radiance of a white matt surface that faces the source.
    """
    # The expansion 1/4 + 1/2 P1 + 5/16 P2 of a source that shines as a cosine lobe, seen by a cosine lobe.
    second = 5 / 64
    weights = np.array([1 / 4, *[1 / 3] * 3, *[3 * second] * 2, second / 4, 3 * second, 3 * second / 4])
    terms = _polynomials(direction[None])[0] * weights / (1 / 4 + 1 / 3 + second)
    return (terms[:, None] * np.asarray(colour)[None]).astype(np.float32)


def no_lamp() -> Lamp:
    """A lamp that is off."""
    return Lamp(np.array([0.0, -1.0, 0.0]), np.zeros(3))


def white_balanced(kelvin: float) -> np.ndarray:
    """Colour (3,) linear RGB of a lamp of a colour temperature under a camera set to 5500 K, unit luminance.

    Source: Tanner Helland's fit to the CIE daylight and black-body loci, in linear light.
    """
    colour = _black_body(kelvin) / _black_body(5500.0)
    return colour / float(colour @ LUMINANCE)


def random_lamp(rng: np.random.Generator, brightness: float) -> Lamp:
    """A lamp anywhere, warm to cold; brightness: mean radiance of a white surface that faces it."""
    direction = rng.standard_normal(3)
    direction[1] = direction[1] * 0.8 - 0.5  # lamps hang high more often than they stand low
    direction[2] -= 0.6  # and light the side that the camera sees
    direction /= np.linalg.norm(direction)
    colour = white_balanced(float(np.exp(rng.uniform(np.log(2800.0), np.log(9000.0)))))
    return Lamp(direction, colour * brightness * rng.lognormal(0.0, 0.4), float(rng.uniform(0.02, 0.35)))


def random_lighting(rng: np.random.Generator, base: Lighting) -> Lighting:
    """The given light with lamps added, dimmed or swapped, so that one panorama serves for many scenes."""
    ambient, key = base.ambient, base.key
    level = float(ambient[0] @ LUMINANCE)
    draw = rng.random()
    if draw < 0.45:  # a room lamp or window outshines what the panorama has
        key = random_lamp(rng, level * rng.uniform(0.4, 2.5))
    elif draw < 0.65:  # no hard light at all: an overcast day or a white ceiling
        key = Lamp(key.direction, key.colour * rng.uniform(0.0, 0.25), 0.3)
    if rng.random() < 0.35:  # a screen or second lamp
        second = random_lamp(rng, level * rng.uniform(0.1, 0.8))
        ambient = ambient + ambient_terms(second.direction[None], np.pi * second.colour[None])
    if rng.random() < 0.30:  # light of the monitor that the camera stands on
        screen = np.array([rng.normal(0, 0.2), rng.normal(0.15, 0.1), -1.0])
        colour = white_balanced(rng.uniform(5500.0, 9000.0)) * level * rng.uniform(0.1, 0.9)
        ambient = ambient + broad_light(screen / np.linalg.norm(screen), colour)
    if rng.random() < 0.25:
        ambient = ambient * float(rng.uniform(0.25, 0.7))  # darker shadows
    return Lighting(ambient.astype(np.float32), key)


def lighting_in_picture(rng: np.random.Generator, linear: np.ndarray) -> Lighting:
    """Light to suit a picture (H, W, 3) float32, linear RGB: in its colour, most from its brighter side."""
    tiny = cv2.resize(linear, (4, 4), interpolation=cv2.INTER_AREA).astype(np.float64)
    mean = tiny.mean(axis=(0, 1))
    grey = float(mean @ LUMINANCE)
    # A room's own colour is mostly that of its things, only in part that of its light.
    tint = (mean / max(grey, 1e-4)) ** 0.2
    tint /= float(tint @ LUMINANCE)
    weight = tiny @ LUMINANCE
    tilt_x = (weight[:, 2:].sum() - weight[:, :2].sum()) / max(weight.sum(), 1e-6)
    tilt_y = (weight[2:].sum() - weight[:2].sum()) / max(weight.sum(), 1e-6)
    direction = np.array(
        [tilt_x + rng.normal(0, 0.4), tilt_y - 0.6 + rng.normal(0, 0.3), rng.normal(-0.4, 0.5)]
    )
    direction /= np.linalg.norm(direction)
    level = max(grey, 0.02) / 0.35  # rooms reflect about a third of their light
    ambient = even_light(tint * level * 0.45)
    ambient = ambient + broad_light(direction, tint * level * rng.uniform(0.3, 0.9))
    key = random_lamp(rng, level * rng.uniform(0.1, 1.2))
    return Lighting(ambient.astype(np.float32), Lamp(key.direction, key.colour * tint, key.softness))


def _polynomials(directions: np.ndarray) -> np.ndarray:
    x, y, z = directions[:, 0], directions[:, 1], directions[:, 2]
    return np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], axis=1)


def _black_body(kelvin: float) -> np.ndarray:
    t = kelvin / 100.0
    red = 255.0 if t <= 66 else 329.699 * (t - 60) ** -0.1332
    green = 99.4708 * np.log(t) - 161.1196 if t <= 66 else 288.1222 * (t - 60) ** -0.0755
    blue = 255.0 if t >= 66 else 138.5177 * np.log(t - 10) - 305.0448
    return (np.clip([red, green, blue], 1.0, 255.0) / 255.0) ** 2.2
