"""Photographs of skin and gloves, for the meshes that have places in them.

A photograph gives the pattern, not the person: its skin is brought to the tone of the person's own, its cloth
to any colour.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import read_only
from handtrack.reading import read_limited
from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.surface import FOREARM_PART
from handtrack.study.synthesis.body.xr_hands import BARE, GLOVE
from handtrack.study.synthesis.looks.skin import Skin
from handtrack.study.synthesis.looks.solids import dye

FINGERLESS: Final = (
    "glove_african_dark_camo",
    "glove_african_green_camo",
    "glove_caucasian_dark_camo",
    "glove_caucasian_green_camo",
)
WHOLE_GLOVES: Final = ("cleaning_glove_baseColor", "labglove_baseColor")
DARK_SKINS: Final = ("african_baseColor", "african_realistic_baseColor")
LIGHT_SKINS: Final = ("caucasian_baseColor", "caucasian_realistic_baseColor")

SHARES: Final = {"photo": 0.7, "whole_glove": 0.12, "own_cloth": 0.35}
"""Of hands with places in photographs: those that show one; of bare ones, those in a glove; of gloves, those
in the colour that was photographed."""

_PIXELS: Final = 1024
_MOST_BYTES: Final = 2_000_000
# Red over blue in sRGB: cloth below the first, skin above the second.
_CLOTH_HUE, _SKIN_HUE = 1.22, 1.5
_CLEAR, _POWERS = 0.4, (0.3, 1.0)  # log of palm over back that counts, and the range of its contrast
_GREY: Final = np.array([0.3, 0.6, 0.1])  # as in the shader
NO_CUFF: Final = -1.0
_DARK_TONE: Final = 5.8  # on the Monk scale: palms lighter than backs from about here on


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photograph wrapped about a mesh, read-only.

    colours: (N, N, 4) uint8, sRGB and 255 where it shows skin, 0 where cloth. relief: (N, N, 3) uint8,
    normals in tangent space. skin_level, palm_level, cloth_level: (3,), mean linear colour of the skin on the
    back of the hand and on the palm, and of the cloth; 1 where there is none. nails: whether it shows nails.
    """

    name: str
    colours: np.ndarray
    relief: np.ndarray
    skin_level: np.ndarray
    palm_level: np.ndarray
    cloth_level: np.ndarray
    nails: bool


@dataclass(frozen=True, slots=True, eq=False)
class Covering:
    """How a photograph is shown.

    skin, cloth: (3,), factors on its linear colours. skin_power: (3,), contrast of its skin. toned, dyed:
    whether skin and cloth have the shades of grey of the photograph alone. cloth_colour: (3,), of the glove
    on the arm. cuff: metres from the wrist towards the elbow where the glove ends. cloth_roughness: as
    `skin.Skin.roughness`.
    """

    photo: Photo
    skin: np.ndarray
    skin_power: np.ndarray
    toned: bool
    cloth: np.ndarray
    dyed: bool
    cloth_colour: np.ndarray
    cuff: float
    cloth_roughness: float


def random_covering(rng: np.random.Generator, mesh: HandMesh, folder: Path, skin: Skin) -> Covering | None:
    """What a hand of a mesh of the folder shows; None for skin without a photograph.

    Raises SourceError naming a photograph that cannot be read.
    """
    gloved = rng.random() < SHARES["whole_glove"] and mesh.name == BARE
    if mesh.name == GLOVE:
        names: tuple[str, ...] = FINGERLESS
    elif gloved:
        names = WHOLE_GLOVES
    else:
        names = DARK_SKINS if skin.tone + rng.normal(0.0, 0.8) > _DARK_TONE else LIGHT_SKINS
        if rng.random() >= SHARES["photo"]:
            return None
    photo = load_photo(folder, names[rng.integers(len(names))], mesh)
    dyed = None if rng.random() < SHARES["own_cloth"] else dye(rng)
    cuff = float(rng.uniform(0.01, 0.12) if gloved else rng.uniform(0.0, 0.03))
    roughness = float(rng.uniform(0.3, 0.6) if gloved else rng.uniform(0.7, 1.0))
    return covering(photo, skin, dyed, cuff if gloved or mesh.name == GLOVE else NO_CUFF, roughness)


def covering(photo: Photo, skin: Skin, dyed: np.ndarray | None, cuff: float, roughness: float) -> Covering:
    """The photograph in a person's tone: the back gets the skin's own colour.

    So does the palm where the photograph's own is much lighter than its back; its hue would be far off.

    dyed: (3,), linear colour of the cloth, None for that of the photograph.
    """
    back, palm = _GREY @ photo.skin_level, _GREY @ photo.palm_level
    lighter = float(np.log(palm / back))
    toned = lighter > _CLEAR
    power = np.clip(np.log(skin.palm_colour / skin.back_colour) / lighter, *_POWERS) if toned else np.ones(3)
    return Covering(
        photo,
        skin=skin.back_colour / (np.full(3, back) if toned else photo.skin_level) ** power,
        skin_power=power,
        toned=toned,
        cloth=np.ones(3) if dyed is None else dyed / float(_GREY @ photo.cloth_level),
        dyed=dyed is not None,
        cloth_colour=photo.cloth_level if dyed is None else dyed,
        cuff=cuff,
        cloth_roughness=roughness,
    )


@functools.cache
def load_photo(folder: Path, name: str, mesh: HandMesh) -> Photo:
    """A photograph of the folder, measured on the mesh. Raises SourceError naming a file that is amiss."""
    colours = _picture(folder / "textures" / f"{name}.jpg")
    kind = "glove_fingerless" if name in FINGERLESS else "glove" if name in WHOLE_GLOVES else "hands"
    relief = _picture(folder / "textures" / f"{kind}_normal.jpg")
    is_skin = np.full((_PIXELS, _PIXELS), float(name not in WHOLE_GLOVES))
    if name in FINGERLESS:
        hue = (colours[..., 0] + 8.0) / (colours[..., 2] + 8.0)
        is_skin = np.clip((hue - _CLOTH_HUE) / (_SKIN_HUE - _CLOTH_HUE), 0.0, 1.0)
        is_skin = np.asarray(cv2.GaussianBlur(is_skin, (0, 0), 1.0))

    assert mesh.texture is not None
    shown = mesh.texture.vertex
    pixel = np.clip((mesh.texture.uv * _PIXELS).astype(int), 0, _PIXELS - 1)
    linear = (colours[pixel[:, 1], pixel[:, 0]] / 255.0) ** 2.2
    share = is_skin[pixel[:, 1], pixel[:, 0]]
    on_hand = mesh.surface.part[shown] != FOREARM_PART
    palmar = mesh.surface.palmar[shown]
    back, palm = (on_hand & (share > 0.9) & side for side in (palmar < -0.4, palmar > 0.5))
    cloth = on_hand & (share < 0.1)
    levels = [linear[part].mean(axis=0) if part.any() else np.ones(3) for part in (back, palm, cloth)]
    return Photo(
        name,
        read_only(np.dstack([colours, np.rint(255 * is_skin)]), np.uint8),
        read_only(relief),
        read_only(levels[0]),
        read_only(levels[1]),
        read_only(levels[2]),
        nails=mesh.name != BARE,
    )


def _picture(path: Path) -> np.ndarray:
    """A photograph (N, N, 3) uint8 RGB."""
    mend = "bring it back, or render without the meshes of the data folder (--meshes 0)"
    try:
        image = cv2.imdecode(np.frombuffer(read_limited(path, _MOST_BYTES), np.uint8), cv2.IMREAD_COLOR)
    except OSError as error:
        raise SourceError(
            f"the photograph {path} cannot be read ({error.strerror or error}); {mend}"
        ) from None
    except cv2.error:
        image = None
    if image is None or image.shape != (_PIXELS, _PIXELS, 3):
        raise SourceError(f"{path} is no picture of {_PIXELS} x {_PIXELS} pixels; {mend}")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
