"""Stereo hands on disk, as validation samples: `hands.json` and a cut-out picture for each view."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.geometry import hand_extent
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.sample import HandSample, depth_in_pixels
from handtrack.study.evaluation.stereo import StereoHand, frame_images, metres_per_unit
from handtrack.study.evaluation.stereo_rig import StereoRig

INDEX: Final = "hands.json"
FORMAT: Final = "handtrack-stereo-1"
_WINDOW = 3.2  # side of a cut-out over the hand's extent: room for any estimator's turned crop
_QUALITY = 97


def save_stereo_hands(out: Path, folder: Path, rig: StereoRig, hands: Sequence[StereoHand]) -> None:
    """Write hands, and their pictures from the videos in folder, to the folder out.

    The index comes last, so a folder with an index is whole. Raises SourceError for a folder that
    cannot be written.
    """
    scale = metres_per_unit(hands)
    by_frame = {hand.frame: hand for hand in hands}
    rows = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / INDEX).unlink(missing_ok=True)
        for frame, images in frame_images(folder, rig, list(by_frame)):
            hand = by_frame[frame]
            views = []
            for number, image in enumerate(images):
                name = f"{frame:04d}-{number}.jpg"
                x, y, window = _cut_out(image, hand.joints_2d[number])
                (out / name).write_bytes(_jpeg(window))
                views.append({"picture": name, **_view(rig, hand, number, scale, x, y)})
            rows.append(
                {
                    "frame": frame,
                    "handedness": hand.handedness,
                    "known": hand.known.tolist(),
                    "views": views,
                }
            )
        part = out / (INDEX + ".part")
        part.write_text(json.dumps({"format": FORMAT, "hands": rows}), encoding="utf-8")
        part.replace(out / INDEX)
    except OSError as error:
        raise SourceError(f"cannot write stereo hands to {out}: {error.strerror or error}") from None


def _jpeg(image: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def _cut_out(image: np.ndarray, joints_2d: np.ndarray) -> tuple[int, int, np.ndarray]:
    middle = (joints_2d.min(axis=0) + joints_2d.max(axis=0)) / 2
    reach = hand_extent(joints_2d) * _WINDOW / 2
    limit = np.array([image.shape[1], image.shape[0]])
    x0, y0 = np.clip(np.floor(middle - reach), 0, limit - 1).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(middle + reach), 1, limit).astype(int).tolist()
    return x0, y0, image[y0:y1, x0:x1]


def _view(
    rig: StereoRig, hand: StereoHand, number: int, scale: float, x: int, y: int
) -> dict[str, list[Any]]:
    """Values of one view in pixels of its cut-out, whose corner lies at (x, y), and metres."""
    camera = rig.cameras[number]
    matrix = camera.matrix - np.array([[0, 0, x], [0, 0, y], [0, 0, 0]])
    # An unknown joint is where this view's teacher saw it; only the others have a place in space.
    joints_2d = np.where(hand.known[:, None], camera.project(hand.points), hand.joints_2d[number])
    return {
        "camera": matrix.round(6).tolist(),
        "joints_2d": (joints_2d - [x, y]).round(3).tolist(),
        "joints_3d": (camera.to_camera(hand.points) * scale).round(6).tolist(),
        "reprojection": hand.reprojection[number].round(3).tolist(),
    }


class StereoHands:
    """A data set of one sample a view, for validation only.

    Joints without agreement have an infinite spread; the others' spread is their reprojection error.
    Raises SourceError for a folder without a whole index, or when a picture cannot be read.
    """

    name = "stereo"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / INDEX
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SourceError(
                f"there are no stereo hands in {folder} ({INDEX} is missing); "
                "make them with `handtrack stereo`"
            ) from None
        except (OSError, ValueError) as error:
            raise SourceError(f"{path} cannot be read ({error}); {_AGAIN}") from None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise SourceError(f"{path} is not of the format {FORMAT}; {_AGAIN}")
        try:
            self._rows = [(hand, view) for hand in content["hands"] for view in hand["views"]]
        except (KeyError, TypeError):
            raise SourceError(f"{path} is damaged; {_AGAIN}") from None

    def __len__(self) -> int:
        """Number of hands, twice that of the frames kept."""
        return len(self._rows)

    def __getitem__(self, index: int) -> HandSample:
        """Sample number index. Raises SourceError naming a file that cannot be read."""
        hand, view = self._rows[index]
        try:
            known = np.array(hand["known"], bool).reshape(JOINT_COUNT)
            joints_2d = np.array(view["joints_2d"], np.float32).reshape(JOINT_COUNT, 2)
            joints_3d = np.array(view["joints_3d"], np.float32).reshape(JOINT_COUNT, 3)
            camera = np.array(view["camera"], np.float64).reshape(3, 3)
            spread = np.array(view["reprojection"], np.float32).reshape(JOINT_COUNT)
            picture, handedness = str(view["picture"]), hand["handedness"]
        except (KeyError, TypeError, ValueError):
            raise SourceError(f"hand {index} in {self._folder / INDEX} is damaged; {_AGAIN}") from None
        return HandSample(
            image=read_picture(self._folder, picture),
            joints_2d=joints_2d,
            depth=depth_in_pixels(joints_3d, camera),
            spread=np.where(known, spread, np.inf).astype(np.float32),
            handedness="right" if handedness == "right" else "left",
            source=self.name,
            key=picture,
            joints_3d=joints_3d,
            camera=camera,
        )


_AGAIN = "make it again with `handtrack stereo`"
