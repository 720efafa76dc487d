"""A hand, two cameras around it with videos and calibration files, and data sets made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack.study.datasets.sample import HandSample, depth_in_pixels, project
from handtrack.study.evaluation.stereo_rig import StereoCamera, StereoRig
from tests.handtrack.open_hand import FINGERS

SIZE = (320, 240)
UNIT = 25.0  # of the cameras' length, in mm


def spread_hand() -> np.ndarray:
    """A right hand with bent fingers, (21, 3) metres, wrist at the origin."""
    points = [(0.0, 0.0, 0.0)]
    for x, base, bones in FINGERS:
        y, z = -base, 0.0
        points.append((x, y, z))
        for bend, bone in zip((0.3, 0.9, 1.2), bones, strict=True):
            y -= bone * np.cos(bend)
            z -= bone * np.sin(bend)
            points.append((x * 1.2, y, z))
    return np.array(points)


def make_rig() -> StereoRig:
    """Two cameras 0.6 m from the hand and 70 degrees apart, with slight distortion."""
    cameras = []
    for degrees in (-35, 35):
        rotation = cv2.Rodrigues(np.array([0.1, np.radians(degrees), 0.2]))[0]
        cameras.append(
            StereoCamera(
                np.array([[400.0, 0, 158], [0, 402.0, 122], [0, 0, 1]]),
                np.array([-0.05, 0.02, 0.001, -0.001, 0.0]),
                rotation,
                np.array([0.0, 0.0, 600 / UNIT]),
            )
        )
    return StereoRig((cameras[0], cameras[1]))


@pytest.fixture
def rig() -> StereoRig:
    return make_rig()


def write_rig(folder: Path, rig: StereoRig) -> None:
    def rows(matrix: np.ndarray) -> str:
        return "\n".join(" ".join(map(str, row)) for row in np.atleast_2d(matrix))

    for number, camera in enumerate(rig.cameras):
        lens = f"intrinsic:\n{rows(camera.matrix)}\ndistortion:\n{rows(camera.distortion)}\n"
        (folder / f"c{number}.dat").write_text(lens)
        pose = f"R:\n{rows(camera.rotation)}\nT:\n{rows(camera.translation[:, None])}\n"
        (folder / f"rot_trans_c{number}.dat").write_text(pose)


def write_video(path: Path, frames: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for index in range(frames):
            picture = np.full((SIZE[1], SIZE[0], 3), 20 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())


@dataclass
class StereoScene:
    """A folder as `load_rig` reads it, and the world joints (N, 21, 3) that its N frames show."""

    folder: Path
    rig: StereoRig
    joints: np.ndarray


@pytest.fixture
def stereo_scene(tmp_path: Path) -> StereoScene:
    """Six frames of a hand that turns and moves."""
    folder = tmp_path / "stereo"
    folder.mkdir()
    rig = make_rig()
    write_rig(folder, rig)
    joints = []
    for frame in range(6):
        turn = cv2.Rodrigues(np.array([0.1 * frame, 0.2 * frame, 0.0]))[0]
        hand = (spread_hand() - spread_hand().mean(axis=0)) @ turn.T + np.array([0.005 * frame, 0, 0])
        joints.append(hand * 1000 / UNIT)
    for number in (0, 1):
        write_video(folder / f"cam{number}.mp4", len(joints))
    return StereoScene(folder, rig, np.stack(joints))


MakeSample = Callable[..., HandSample]


@pytest.fixture
def make_sample() -> MakeSample:
    """Makes samples of the hand in a picture with a dot on each joint; arguments replace fields."""

    def make(**fields: object) -> HandSample:
        camera = np.array([[300.0, 0, 160], [0, 300, 120], [0, 0, 1]])
        joints_3d = (spread_hand() + np.array([0.02, 0.05, 0.4])).astype(np.float32)
        joints_2d = project(joints_3d, camera)
        image = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
        for point in joints_2d:
            cv2.circle(image, (round(float(point[0])), round(float(point[1]))), 2, (255, 255, 255), -1)
        values: dict[str, object] = {
            "image": image,
            "joints_2d": joints_2d,
            "depth": depth_in_pixels(joints_3d, camera),
            "spread": np.zeros(21, np.float32),
            "handedness": "right",
            "source": "made",
            "key": "made/0",
            "joints_3d": joints_3d,
            "camera": camera,
        }
        return HandSample(**{**values, **fields})  # type: ignore[arg-type] # checked where they are used

    return make
