"""Makes the pictures of the examples in docs/cookbook.md: each is run as a person does, on the shipped clip.

`make pictures`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np

from handtrack.config import load_settings
from handtrack.processing import process_source
from handtrack.skeleton import BONES

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SHOWN = 4
"""Pictures of unsure thumbs, and moments of joints, beside each other."""


def main() -> None:
    """Make the pictures."""
    with tempfile.TemporaryDirectory() as home:
        session = Path(home) / "session"
        process_source("demo", session, load_settings())
        for name in ("index_tip_speed", "unsure_thumb", "robot_hand_joints"):
            done = subprocess.run(
                [sys.executable, ROOT / "examples" / f"{name}.py", session],
                cwd=home,
                env=os.environ | {"MPLBACKEND": "agg"},
                check=True,
                capture_output=True,
                text=True,
            )
            print(f"{name}: {done.stdout.splitlines()[:SHOWN]}")
        _keep("index_tip_speed", cv2.imread(str(Path(home) / "index_tip_speed.png")))
        _keep("unsure_thumb", _beside(sorted(Path(home).glob("unsure_*.png"), key=_number)))
        _keep("robot_hand_joints", _joints(np.load(next(Path(home).glob("*_joints.npz")))["joints"]))


def _number(path: Path) -> int:
    return int(path.stem.rpartition("_")[2])


def _beside(paths: list[Path]) -> np.ndarray:
    """Some of the pictures in a row, each with its name."""
    chosen = [paths[index] for index in np.linspace(0, len(paths) - 1, SHOWN).astype(int)]
    row = []
    for path in chosen:
        picture = np.asarray(cv2.imread(str(path)))
        picture = cv2.resize(picture, (300, round(300 * len(picture) / picture.shape[1])), interpolation=3)
        cv2.putText(
            picture, path.name, (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA
        )
        row.append(picture)
    return np.hstack(row)


def _joints(joints: np.ndarray) -> np.ndarray:
    """The joints in the palm's axes at some moments, seen from the palm's side."""
    figure = plt.figure(figsize=(12, 3.4), dpi=100)
    for column, frame in enumerate(np.linspace(0, len(joints) - 1, SHOWN).astype(int), 1):
        axes = figure.add_subplot(1, SHOWN, column, projection="3d")
        for bone in BONES:
            axes.plot(*joints[frame][list(bone)].T, color="#3b78c2", marker="o", markersize=3)
        axes.set(xlim=(-0.1, 0.1), ylim=(-0.1, 0.1), zlim=(-0.02, 0.18), title=f"frame {frame}")
        axes.set(xlabel="x", ylabel="y", zlabel="z")
        axes.tick_params(labelsize=0, length=0)
        axes.view_init(elev=12, azim=20)
    figure.subplots_adjust(left=0.02, right=0.96, bottom=0.04, top=0.92, wspace=0.12)
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[..., 2::-1]  # type: ignore[attr-defined]
    return np.ascontiguousarray(picture)


def _keep(name: str, picture: np.ndarray | None) -> None:
    assert picture is not None
    cv2.imwrite(str(PICTURES / f"{name}.png"), picture)


if __name__ == "__main__":
    main()
