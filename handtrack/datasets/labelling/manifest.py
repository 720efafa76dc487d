"""What a data folder's `manifest.csv` knows about its pictures: boxes of hands and measured finger tips."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handtrack.errors import SourceError

_TIPS = re.compile(r"thumb_tip_norm=(\S+) (\S+) index_tip_norm=(\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """boxes: (K, 4) float32, x0 y0 x1 y1 in pixels. tips: (2, 2) float32 pixels, thumb and index, or None."""

    boxes: np.ndarray
    tips: np.ndarray | None


def read_manifest(root: Path) -> dict[str, PictureFacts]:
    """Facts by file from root's manifest.csv; empty where there is none.

    Boxes without an area are left out. Raises SourceError naming the file or line that cannot be read.
    """
    path = root / "manifest.csv"
    if not path.is_file():
        return {}
    facts = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path} cannot be read as a table: {error}") from None
    for number, row in enumerate(rows, start=2):
        try:
            facts[row["file"]] = PictureFacts(
                _boxes(row["boxes_xyxy_px"]), _tips(row["labels"], int(row["width"]), int(row["height"]))
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SourceError(
                f"{path}, line {number} cannot be read ({' '.join(str(error).split())}); "
                "expected the columns file, width, height, boxes_xyxy_px and labels"
            ) from None
    return facts


def _boxes(text: str) -> np.ndarray:
    boxes = np.array([box.split() for box in text.split(";") if box.strip()], np.float32).reshape(-1, 4)
    return boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]


def _tips(labels: str, width: int, height: int) -> np.ndarray | None:
    found = _TIPS.search(labels)
    if found is None:
        return None
    return np.array(found.groups(), np.float32).reshape(2, 2) * np.array([width, height], np.float32)
