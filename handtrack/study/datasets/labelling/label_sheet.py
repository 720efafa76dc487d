"""Contact sheets of labelled hands, to be looked at: joints over the pictures, with their noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.bone_drawing import SHIFT, draw_bones, draw_discs, joint_colours_bgr, places_of
from handtrack.cropping import apply_affine, crop_matrix, warp_crop
from handtrack.errors import SourceError
from handtrack.geometry import hand_extent
from handtrack.hand import Crop
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.labelling.pictures import read_picture, source_of
from handtrack.study.datasets.picture_sheet import write_sheet
from handtrack.study.datasets.turns import by_turns

TILE_PIXELS: Final = 224
_MARGIN: Final = 1.7
_COLUMNS: Final = 8


def draw_sheet(path: Path, root: Path, table: LabelTable, kept: bool, count: int = 64, seed: int = 0) -> None:
    """Save a picture of hands, kept or rejected ones, every collection in turn, chosen by the seed.

    Raises SourceError where there are none or the sheet cannot be written.
    """
    hands = np.flatnonzero(table.kept == kept).tolist()
    chosen = by_turns(hands, lambda i: source_of(str(table.name[i])), seed)[:count]
    if not chosen:
        raise SourceError(f"there are no {'kept' if kept else 'rejected'} hands to draw on {path}")
    write_sheet(path, [_tile(root, table, i) for i in chosen], _COLUMNS)


def _tile(root: Path, table: LabelTable, i: int) -> np.ndarray:
    joints = table.joints_2d[i]
    centre = (joints.min(axis=0) + joints.max(axis=0)) / 2
    size = max(hand_extent(joints), 10.0) * _MARGIN
    crop = Crop((float(centre[0]), float(centre[1])), size, 0.0)
    tile = warp_crop(read_picture(root, str(table.name[i])), crop, TILE_PIXELS)
    scale = TILE_PIXELS / size
    points = apply_affine(crop_matrix(crop, TILE_PIXELS), joints)
    draw_joints(tile, points, table.spread[i] * scale)
    side = "right" if table.right[i] >= 0.5 else "left"
    spread = 100 * float(table.spread[i].mean()) / max(hand_extent(joints), 1.0)
    _write(tile, [source_of(str(table.name[i])), f"{table.verdict[i]} {side} {spread:.1f}%"])
    return tile


def draw_joints(image: np.ndarray, points: np.ndarray, spread: np.ndarray) -> None:
    """Bones, joints (21, 2) and circles of one standard deviation (21,) into an image, in its pixels."""
    places, colours = places_of(points, image), joint_colours_bgr()
    draw_bones(image, places, colours, 2)
    draw_discs(image, places, colours, 3)
    for place, radius in zip(places, spread, strict=True):
        if place is not None:
            ring = round(max(1.0, float(radius)) * (1 << SHIFT))
            cv2.circle(image, place, ring, (255, 255, 255), 1, cv2.LINE_AA, SHIFT)


def _write(image: np.ndarray, lines: Sequence[str]) -> None:
    for row, line in enumerate(lines):
        place = (4, 14 + 14 * row)
        for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
            cv2.putText(image, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, width, cv2.LINE_AA)
