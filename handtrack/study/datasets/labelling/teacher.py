"""MediaPipe's hand landmark network on its own, run in OpenVINO: the teacher of the labels.

It is shown any crop as often as wanted, which MediaPipe's graph does not allow.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from handtrack.cropping import apply_affine, crop_matrix, invert_affine, warp_crop
from handtrack.detectors.bundle import LANDMARK_MODEL, read_model
from handtrack.engines.openvino_package import make_requests
from handtrack.errors import ModelError
from handtrack.hand import Crop
from handtrack.skeleton import JOINT_COUNT

INPUT_PIXELS = 224


@dataclass(frozen=True, slots=True)
class TeacherPasses:
    """What the teacher says about P crops of one picture, in the picture's frame.

    joints_2d: (P, 21, 2) float32, pixels. z: (P, 21) float32, pixels, weak-perspective, away is positive.
    world: (P, 21, 3) float32, metres about the hand's centre, camera axes.
    presence: (P,) float32, probability of a hand. right: (P,) float32, of the person's right hand.
    """

    joints_2d: np.ndarray
    z: np.ndarray
    world: np.ndarray
    presence: np.ndarray
    right: np.ndarray


def joined_passes(passes: Sequence[TeacherPasses]) -> TeacherPasses:
    """All passes over the same hand as if one teacher had made them."""
    return TeacherPasses(
        **{
            field.name: np.concatenate([getattr(each, field.name) for each in passes])
            for field in fields(TeacherPasses)
        }
    )


def landmark_request(bundle: Path, threads: int = 1) -> Any:
    """OpenVINO's inference request of the landmark network of a hand bundle.

    Raises ModelError where the bundle or OpenVINO cannot be used.
    """
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    # OpenVINO reads this format from files only.
    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
        path = Path(folder) / LANDMARK_MODEL
        path.write_bytes(read_model(LANDMARK_MODEL, bundle))
        try:
            (request,) = make_requests(path, options)
        except RuntimeError as error:
            raise ModelError(
                f"the landmark network of {bundle} cannot be loaded "
                f"({' '.join(str(error).split())[:120]}); delete the bundle and run `handtrack models`"
            ) from None
    return request


class LandmarkTeacher:
    """The landmark network of a hand bundle."""

    def __init__(self, bundle: Path, threads: int = 1) -> None:
        """Compile the network. Raises ModelError where the bundle or OpenVINO cannot be used."""
        self._request = landmark_request(bundle, threads)
        if len(self._request.model_outputs) != 4:
            raise ModelError(f"the landmark network of {bundle} is of another kind; run `handtrack models`")

    def look(self, image: np.ndarray, crops: Sequence[Crop]) -> TeacherPasses:
        """One pass over each crop of the picture (H, W, 3) uint8 BGR.

        A mirrored crop shows the hand mirrored; what the teacher says is turned and mirrored back.
        """
        passes = [self._pass(image, crop) for crop in crops]
        joints, z, world, presence, right = (np.stack(column) for column in zip(*passes, strict=True))
        return TeacherPasses(joints, z, world, presence, right)

    def _pass(
        self, image: np.ndarray, crop: Crop
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.float32, np.float32]:
        shown = cv2.cvtColor(warp_crop(image, crop, INPUT_PIXELS), cv2.COLOR_BGR2RGB)
        outputs = self._request.infer([np.multiply(shown[None], np.float32(1 / 255), dtype=np.float32)])
        landmarks, presence, shown_right, world = (outputs[i][0] for i in range(4))
        landmarks, world = landmarks.reshape(JOINT_COUNT, 3), world.reshape(JOINT_COUNT, 3).copy()
        to_picture = invert_affine(crop_matrix(crop, INPUT_PIXELS))
        joints = apply_affine(to_picture, landmarks[:, :2].astype(np.float64))
        world[:, :2] = world[:, :2] @ _turn_back(crop).T
        right = 1 - shown_right[0] if crop.mirrored else shown_right[0]
        return (
            joints.astype(np.float32),
            (landmarks[:, 2] * (crop.size / INPUT_PIXELS)).astype(np.float32),
            world.astype(np.float32),
            np.float32(presence[0]),
            np.float32(right),
        )


def _turn_back(crop: Crop) -> np.ndarray:
    """Turn and mirroring (2, 2) from the crop's axes to the picture's."""
    cosine, sine = math.cos(crop.angle), math.sin(crop.angle)
    turn = np.array([[cosine, -sine], [sine, cosine]], np.float32)
    return turn * np.array([-1.0, 1.0], np.float32) if crop.mirrored else turn
