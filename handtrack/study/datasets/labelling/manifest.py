"""What a data folder's tables know of its pictures: boxes of hands, measured finger tips, boxes of nails."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from handtrack.errors import SourceError

T = TypeVar("T")
_TIPS = re.compile(r"thumb_tip_norm=(\S+) (\S+) index_tip_norm=(\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """boxes: (K, 4) float32, x0 y0 x1 y1 in pixels. tips: (2, 2) float32 pixels, thumb and index, or None.

    nails: (K, 4) float32, boxes of finger nails like those of hands; a finger tip lies in each. no_hand: a
    person says that there is none in the picture.
    """

    boxes: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    tips: np.ndarray | None = None
    nails: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    no_hand: bool = False


def read_manifest(root: Path) -> dict[str, PictureFacts]:
    """Facts by file from root's manifest.csv and nails.csv; empty where there are none.

    Boxes without an area are left out. Raises SourceError naming the file or line that cannot be read.
    """
    facts = {
        row["file"]: fact
        for row, fact in _rows(
            root / "manifest.csv",
            "file, width, height, boxes_xyxy_px and labels",
            lambda row: PictureFacts(
                _boxes(row["boxes_xyxy_px"]),
                _tips(row["labels"], int(row["width"]), int(row["height"])),
                no_hand="no_hand" in row["labels"].split(";"),
            ),
        )
    }
    for row, nails in _rows(
        root / "nails.csv", "file and nail_boxes_xyxy_px", lambda row: _boxes(row["nail_boxes_xyxy_px"])
    ):
        facts[row["file"]] = replace(facts.get(row["file"], PictureFacts()), nails=nails)
    return facts


def _rows(
    path: Path, columns: str, read: Callable[[dict[str, str]], T]
) -> Iterator[tuple[dict[str, str], T]]:
    if not path.is_file():
        return
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path} cannot be read as a table: {error}") from None
    for number, row in enumerate(rows, start=2):
        try:
            row["file"].strip()
            value = read(row)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SourceError(
                f"{path}, line {number} cannot be read ({' '.join(str(error).split())}); "
                f"expected the columns {columns}"
            ) from None
        yield row, value


def _boxes(text: str) -> np.ndarray:
    boxes = np.array([box.split() for box in text.split(";") if box.strip()], np.float32).reshape(-1, 4)
    return boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]


def _tips(labels: str, width: int, height: int) -> np.ndarray | None:
    found = _TIPS.search(labels)
    if found is None:
        return None
    return np.array(found.groups(), np.float32).reshape(2, 2) * np.array([width, height], np.float32)
