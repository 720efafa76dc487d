"""The three rigged hands of a data folder: bare, with nails, and in a fingerless glove.

They are M. Sejic's hands of GodotVR/godot-xr-tools (CC0), `meshes/xr_hands` below the data folder: a body of
one shape on OpenXR's joints, with places in photographs of skin and gloves.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.reading import read_limited
from handtrack.study.synthesis.body.bones import FOREARM, JOINT_COUNT
from handtrack.study.synthesis.body.finger_joints import mend_finger
from handtrack.study.synthesis.body.gltf import RawHand, accessor, bone_frames
from handtrack.study.synthesis.body.nails import with_nail_plates
from handtrack.study.synthesis.body.subjects import MESH_HAND_LENGTH
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS

BARE, NAILS, GLOVE = "hand_r", "Hand_Nails_R", "Hand_Glove_R"
XR_HANDS: Final[tuple[str, ...]] = (BARE, NAILS, GLOVE)
"""Names of the meshes, those of their files."""

_FOLDER: Final = "meshes/xr_hands"
_SHA256: Final = {
    BARE: "eb8d9765dcb7dcb67928f90e5fbad6ae1f7705043ab900dbe4a43b68a2721d37",
    NAILS: "88e6d161e997ffb9f8c98d56496671c3811c2e94abaa8d154708ad506db4d96e",
    GLOVE: "921be5c8095500818e8647dc9258552eaf5cdfcf54f71c7122dd7ffbe9180012",
}
_MOST_BYTES: Final = 1_000_000

# glTF's hand: thumb towards y, fingers towards -z, palm towards -x.
_TO_HAND_SPACE: Final = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
# The file's thumb bones are turned as the palm is; its nail faces this far to the side (mesh NAILS).
_THUMB_ROLL: Final = np.radians(75.7)
# Places of the two outer joints on a finger from its knuckle to its end. The file has them at about 0.40 and
# 0.69, some millimetres short of the creases in its own photographs, and fists then close into the palm.
_OUTER_JOINTS: Final = (0.48, 0.755)
_CAP_UV: Final = (0.479, 0.186)  # the closed end at the wrist lies in this corner of the photographs


def xr_hands_folder(data: Path) -> Path | None:
    """Where the meshes lie below a data folder, or None where it has none."""
    folder = data / _FOLDER
    return folder if folder.is_dir() else None


def read_xr_hand(folder: Path, name: str) -> RawHand:
    """One of XR_HANDS, scaled to the size of the other mesh. Raises SourceError naming the file."""
    import pygltflib

    path = folder / f"{name}.gltf"
    try:
        data = read_limited(path, _MOST_BYTES)
    except OSError as error:
        raise SourceError(
            f"the hand mesh {path} cannot be read ({error.strerror or error}); "
            "bring it back, or render without the meshes of the data folder (--meshes 0)"
        ) from None
    if hashlib.sha256(data).hexdigest() != _SHA256[name]:
        raise SourceError(
            f"{path} is not the hand mesh of that name of godot-xr-tools (wrong SHA-256); "
            "bring it back, or render without the meshes of the data folder (--meshes 0)"
        )
    gltf = pygltflib.GLTF2.from_json(data.decode())
    blob = gltf.get_data_from_buffer_uri(gltf.buffers[0].uri)
    primitive, skin = gltf.meshes[0].primitives[0], gltf.skins[0]
    inverse_binds = accessor(gltf, blob, skin.inverseBindMatrices).astype(np.float64).reshape(-1, 4, 4)
    binds = np.linalg.inv(inverse_binds.transpose(0, 2, 1))[:JOINT_COUNT]

    points = accessor(gltf, blob, primitive.attributes.POSITION).astype(np.float64)
    _, first, weld = np.unique(points.round(6), axis=0, return_index=True, return_inverse=True)
    corners = accessor(gltf, blob, primitive.indices).reshape(-1, 3)
    faces = weld.ravel()[corners]
    corner_uv = accessor(gltf, blob, primitive.attributes.TEXCOORD_0)[corners]
    weights = np.zeros((len(first), FOREARM + 1))
    sparse_bones = accessor(gltf, blob, primitive.attributes.JOINTS_0)[first]
    sparse_weights = accessor(gltf, blob, primitive.attributes.WEIGHTS_0)[first]
    np.add.at(weights, (np.arange(len(first))[:, None], sparse_bones), sparse_weights)
    # Its last bone is the palm, which moves with the wrist.
    weights[:, 0] += weights[:, FOREARM]
    weights[:, FOREARM] = 0.0

    origin = binds[0, :3, 3]
    points, joints = ((values - origin) @ _TO_HAND_SPACE.T for values in (points[first], binds[:, :3, 3]))
    size = MESH_HAND_LENGTH / -points[:, 1].min()
    points, joints = points * size, joints * size
    weights /= weights.sum(axis=1, keepdims=True)
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        mend_finger(points, weights, joints, list(chain), _OUTER_JOINTS if finger else None)
    # OpenXR as Blender writes it: y along the bone, x out of the back of the hand.
    palmar = -(_TO_HAND_SPACE @ binds[:, :3, :3])[:, :, 0]
    frames = bone_frames(joints, palmar)
    thumb = list(FINGER_BONE_CHAINS[0])
    palmar[thumb] = np.cos(_THUMB_ROLL) * frames[thumb, :, 2] - np.sin(_THUMB_ROLL) * frames[thumb, :, 0]
    hand = RawHand(
        points=points,
        faces=faces,
        weights=weights,
        joints=np.vstack([joints, np.zeros(3)]),
        frames=bone_frames(joints, palmar),
        cap=np.asarray((corner_uv < _CAP_UV).all(axis=(1, 2))),
        corner_uv=corner_uv,
    )
    return with_nail_plates(hand)
