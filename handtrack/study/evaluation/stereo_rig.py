"""Two calibrated cameras that look at one scene: calibration files, epipolar lines, triangulation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from handtrack.errors import SourceError


@dataclass(frozen=True, slots=True)
class StereoCamera:
    """One camera of a pair.

    matrix: (3, 3) float64, pixels. distortion: (5,) float64, OpenCV's k1, k2, p1, p2, k3.
    rotation: (3, 3), translation: (3,) float64, from world to camera axes.
    """

    matrix: np.ndarray
    distortion: np.ndarray
    rotation: np.ndarray
    translation: np.ndarray

    @property
    def projection(self) -> np.ndarray:
        """Matrix (3, 4) from world points to pixels of the undistorted picture."""
        return self.matrix @ np.column_stack([self.rotation, self.translation])

    def undistort(self, image: np.ndarray) -> np.ndarray:
        """The picture (H, W, 3) as the pinhole camera `matrix` would have seen it, same size."""
        size = (image.shape[1], image.shape[0])
        x, y = cv2.initUndistortRectifyMap(
            self.matrix, self.distortion, np.eye(3), self.matrix, size, cv2.CV_32FC1
        )
        return cv2.remap(image, x, y, cv2.INTER_CUBIC)

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """World points (N, 3) in this camera's axes, same unit."""
        return points @ self.rotation.T + self.translation

    def project(self, points: np.ndarray) -> np.ndarray:
        """World points (N, 3) as pixels (N, 2) of the undistorted picture."""
        seen = self.to_camera(points) @ self.matrix.T
        return seen[:, :2] / seen[:, 2:]


@dataclass(frozen=True, slots=True)
class StereoRig:
    """Two cameras with a common world."""

    cameras: tuple[StereoCamera, StereoCamera]

    @property
    def fundamental(self) -> np.ndarray:
        """Matrix F (3, 3) with second^T F first = 0 for a point's pixels in both pictures."""
        first, second = self.cameras
        rotation = second.rotation @ first.rotation.T
        x, y, z = second.translation - rotation @ first.translation
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        return np.linalg.inv(second.matrix).T @ cross @ rotation @ np.linalg.inv(first.matrix)

    def epipolar_distance(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Distance in pixels (N,) of points from the line of their partner: the larger of both pictures'.

        first, second: (N, 2) pixels of the undistorted pictures.
        """
        ones = np.ones((len(first), 1))
        a, b = np.hstack([first, ones]), np.hstack([second, ones])
        lines_in_second, lines_in_first = a @ self.fundamental.T, b @ self.fundamental
        product = np.abs((lines_in_second * b).sum(axis=1))
        return np.maximum(
            product / np.linalg.norm(lines_in_second[:, :2], axis=1),
            product / np.linalg.norm(lines_in_first[:, :2], axis=1),
        )

    def triangulate(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """World points (N, 3) seen at pixels first and second (N, 2) of the undistorted pictures.

        The pixels are first moved as little as possible onto matching epipolar lines, after which
        their rays meet: Hartley and Sturm, "Triangulation" (1997).
        """
        moved = cv2.correctMatches(
            self.fundamental, first[None].astype(np.float64), second[None].astype(np.float64)
        )
        homogeneous = cv2.triangulatePoints(
            self.cameras[0].projection, self.cameras[1].projection, moved[0][0].T, moved[1][0].T
        )
        return (homogeneous[:3] / homogeneous[3]).T

    def reprojection_error(self, points: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Distance in pixels (2, N) between the pixels in each picture and the world points (N, 3)."""
        return np.stack(
            [
                np.linalg.norm(camera.project(points) - pixels, axis=1)
                for camera, pixels in zip(self.cameras, (first, second), strict=True)
            ]
        )


def load_rig(folder: Path) -> StereoRig:
    """The pair calibrated by c0.dat, c1.dat and rot_trans_c0.dat, rot_trans_c1.dat in a folder.

    Format of TemugeB/handpose3d. Raises SourceError naming the file that is missing or wrong.
    """
    cameras = []
    for number in (0, 1):
        lens = _read_blocks(folder / f"c{number}.dat", {"intrinsic": (3, 3), "distortion": (1, 5)})
        pose = _read_blocks(folder / f"rot_trans_c{number}.dat", {"R": (3, 3), "T": (3, 1)})
        cameras.append(
            StereoCamera(lens["intrinsic"], lens["distortion"].ravel(), pose["R"], pose["T"].ravel())
        )
    return StereoRig((cameras[0], cameras[1]))


def _read_blocks(path: Path, shapes: dict[str, tuple[int, int]]) -> dict[str, np.ndarray]:
    """The matrices that follow "name:" lines; what comes after the last one wanted is not read."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        raise SourceError(f"calibration file {path} is missing; copy the stereo folder again") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"calibration file {path} cannot be read ({error})") from None
    blocks = {}
    for name, shape in shapes.items():
        try:
            start = lines.index(f"{name}:") + 1
            block = np.array([[float(v) for v in line.split()] for line in lines[start : start + shape[0]]])
        except ValueError:
            block = np.empty(0)
        if block.shape != shape or not np.isfinite(block).all():
            rows, columns = shape
            raise SourceError(
                f"calibration file {path} has no {rows} x {columns} numbers after '{name}:'; copy it again"
            )
        blocks[name] = block
    return blocks
