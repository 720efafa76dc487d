"""The examples do what they say, on a session that is like a recorded one."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import handtrack
from handtrack.config import load_settings
from handtrack.hand import read_only
from handtrack.sessions import SessionRecorder
from tests.handtrack.exports.conftest import record
from tests.handtrack.sessions.conftest import hand_of, result_of

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
DOCUMENT = EXAMPLES.parent / "docs" / "exports.md"
UNSURE = (4, 7)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """90 seconds of a hand that moves at 0.1 m/s, then 0.2; two loops, and in the second minute four."""
    with SessionRecorder(tmp_path / "session", settings=load_settings()) as recorder:
        for second in range(90):
            hand = hand_of(1, 2 if second < 60 else 4)
            sigma = np.full(21, 0.02 if second in UNSURE else 0.002)
            hand = replace(
                hand,
                joints_3d=hand_of(1).joints_3d,
                raw_joints_3d=hand_of(1).joints_3d,
                sigma_3d=read_only(sigma, np.float32),
                wrist_position=read_only(
                    np.array([0.1 * second + 0.1 * max(second - 45, 0), 0, 0.5]), np.float32
                ),
            )
            recorder.write(result_of(second, (hand,), timestamp=1000.0 + second))
    return tmp_path / "session"


def run(name: str, session: Path, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py", session],
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "agg", "PYTHONPATH": str(EXAMPLES.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_index_tip_speed_is_plotted(session, tmp_path):
    run("index_tip_speed", session, tmp_path)
    picture = np.asarray(cv2.imread(str(tmp_path / "index_tip_speed.png")))
    blue = picture[..., 0].astype(int) - picture[..., 2] > 60
    assert blue.any(axis=0).sum() > 0.6 * picture.shape[1]
    rows, columns = np.nonzero(blue)
    slow, fast = rows[columns < 250].mean(), rows[columns > 400].mean()
    axis = 427  # row of zero in a picture of matplotlib's usual size
    assert (axis - fast) / (axis - slow) == pytest.approx(2, abs=0.05)


def test_joints_for_a_robots_hand_are_in_the_axes_that_retargeting_wants(tmp_path):
    """As dex-retargeting's own example has it: a plane through three joints, and fixed axes of a side."""
    record(tmp_path / "moving")
    printed = run("robot_hand_joints", tmp_path / "moving", tmp_path).splitlines()
    assert [line.split(":")[0] for line in printed] == ["right", "left"]
    hands = handtrack.open_session(tmp_path / "moving").hands
    fixed = {
        "right": [[0, 0, -1], [-1, 0, 0], [0, 1, 0]],
        "left": [[0, 0, -1], [1, 0, 0], [0, -1, 0]],
    }
    for side, axes in fixed.items():
        written = np.load(tmp_path / f"{side}_joints.npz")
        chosen = hands[hands.handedness == side]
        np.testing.assert_array_equal(written["times"], chosen.timestamp)
        for joints, found in zip(chosen.joints_3d.astype(float), written["joints"], strict=True):
            joints = joints - joints[0]
            toward_wrist = joints[0] - joints[9]
            plane = joints[[0, 5, 9]]
            normal = np.linalg.svd(plane - plane.mean(axis=0))[2][2]
            toward_wrist = toward_wrist / np.linalg.norm(toward_wrist)
            toward_index = np.cross(toward_wrist, normal)
            if toward_index @ (joints[5] - joints[9]) < 0:
                normal, toward_index = -normal, -toward_index
            frame = np.stack([toward_wrist, normal, toward_index], axis=1)
            np.testing.assert_allclose(found, joints @ frame @ np.array(axes), atol=1e-6)


def test_mean_loops_are_told_by_minute(session, tmp_path):
    printed = run("mean_loops_by_minute", session, tmp_path).splitlines()
    assert printed == ["minute 0: 2.00 loops, 60 hands", "minute 1: 4.00 loops, 30 hands"]


def test_pictures_with_an_unsure_thumb_are_saved(session, tmp_path):
    printed = run("unsure_thumb", session, tmp_path).splitlines()
    assert printed == [f"frame {number}: 20.0 mm" for number in UNSURE]
    assert sorted(path.name for path in tmp_path.glob("*.png")) == [f"unsure_{n}.png" for n in UNSURE]
    picture = np.asarray(cv2.imread(str(tmp_path / "unsure_7.png")))
    assert abs(int(picture[20, 20, 0]) - (20 + 3 * 7)) <= 3


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_every_example_is_short_and_documented(path):
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text), clean=False) or ""
    code = [line for line in text.replace(said, "").splitlines() if line and line[0] not in '"#']
    assert len([line for line in code if not line.startswith(("import", "from"))]) <= 20
    assert f"examples/{path.name}" in DOCUMENT.read_text(encoding="utf-8")
