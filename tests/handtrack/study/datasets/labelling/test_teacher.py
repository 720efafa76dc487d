from __future__ import annotations

import importlib.util
import math
import subprocess
import sys

import cv2
import numpy as np
import pytest

from handtrack.cropping import crop_from_joints
from handtrack.errors import ModelError
from handtrack.hand import Crop
from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.datasets.labelling.teacher_passes import PASSES, look_carefully

# Tips of thumb and index, and a box, that were measured by hand in this picture of a right hand.
PICTURE = "images/ti1k/TI1K_IMAGE_0001.jpg"
TIPS = np.array([(0.51961, 0.61275), (0.46732, 0.39379)]) * [400, 300]
BOX = np.array([58.8, 92.2, 241.2, 264.7])
# From a collection that records the side: the back of a right hand, and of a left one.
SIDES = [
    ("Hand_0000002.jpg", (0.2, 0.12, 0.72, 1.0), True),
    ("Hand_0000412.jpg", (0.3, 0.05, 0.75, 1.0), False),
]


def needs_openvino() -> None:
    """Skip where OpenVINO is not installed; importing it here would send its telemetry."""
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("needs openvino, which the extra [train] brings")


@pytest.fixture(scope="module")
def teacher(hand_bundle) -> LandmarkTeacher:
    needs_openvino()
    return LandmarkTeacher(hand_bundle)


def read(path) -> np.ndarray:
    image = cv2.imread(str(path))
    assert image is not None
    return image


def settled(teacher: LandmarkTeacher, image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Joints after three looks that begin at a box."""
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    crop = Crop(centre, 1.4 * float((box[2:] - box[:2]).max()), 0.0)
    for _ in range(3):
        joints = teacher.look(image, [crop]).joints_2d[0]
        crop = crop_from_joints(joints, 1.7)
    return joints


def test_turned_and_mirrored_crops_say_the_same_of_the_picture(teacher, shared_data):
    image = read(shared_data / PICTURE)
    joints = settled(teacher, image, BOX)
    plain = crop_from_joints(joints, 1.7)
    turned = Crop(plain.centre, plain.size * 1.1, plain.angle + math.radians(20))
    mirrored = Crop(plain.centre, plain.size, plain.angle, mirrored=True)
    seen = teacher.look(image, [plain, turned, mirrored])
    extent = float(np.ptp(joints, axis=0).max())

    for other in (1, 2):
        assert np.linalg.norm(seen.joints_2d[other] - seen.joints_2d[0], axis=1).mean() < 0.05 * extent
        assert np.linalg.norm(seen.world[other] - seen.world[0], axis=1).mean() < 0.02
        assert seen.right[other] == pytest.approx(seen.right[0], abs=0.25)
    assert (seen.presence > 0.8).all()
    # World and image show the palm in the same direction.
    palm = seen.joints_2d[0, MIDDLE_MCP] - seen.joints_2d[0, WRIST]
    deep = seen.world[0, MIDDLE_MCP, :2] - seen.world[0, WRIST, :2]
    assert palm @ deep > 0.8 * np.linalg.norm(palm) * np.linalg.norm(deep)


def test_many_passes_find_measured_finger_tips(teacher, shared_data):
    image = read(shared_data / PICTURE)
    passes = look_carefully(teacher, image, settled(teacher, image, BOX))
    middle = np.median(passes.joints_2d, axis=0)
    extent = float(np.ptp(middle, axis=0).max())

    assert len(passes.presence) == PASSES
    assert (np.linalg.norm(middle[[4, 8]] - TIPS, axis=1) < 0.08 * extent).all()


@pytest.mark.parametrize(("file", "box", "right"), SIDES)
def test_the_side_is_the_persons_own(teacher, shared_data, file, box, right):
    image = read(shared_data / "images/subhih_webcam" / file)
    height, width = image.shape[:2]
    passes = look_carefully(
        teacher, image, settled(teacher, image, np.array(box) * [width, height, width, height])
    )
    assert (passes.right.mean() > 0.7) == right
    assert (passes.right.mean() < 0.3) != right


def test_there_is_no_hand_in_a_plain_wall(teacher):
    wall = np.full((200, 200, 3), 127, np.uint8)
    assert teacher.look(wall, [Crop((100.0, 100.0), 120.0, 0.0)]).presence[0] < 0.3


def test_a_bundle_that_is_none_is_refused(tmp_path):
    needs_openvino()
    (tmp_path / "x.task").write_bytes(b"not a bundle")
    with pytest.raises(ModelError, match=r"x\.task"):
        LandmarkTeacher(tmp_path / "x.task")


def test_openvino_is_loaded_without_its_telemetry(hand_bundle):
    needs_openvino()
    program = (
        "import sys, threading, pathlib; "
        "from handtrack.study.datasets.labelling.teacher import LandmarkTeacher; "
        f"LandmarkTeacher(pathlib.Path({str(hand_bundle)!r})); "
        "raise SystemExit(1 if sys.modules['openvino_telemetry'] or threading.active_count() > 1 else 0)"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
