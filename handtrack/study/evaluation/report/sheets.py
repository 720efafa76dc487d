"""Sheets of the worst hands of every collection, to be looked at: what fails is seen, not computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.study.datasets.picture_sheet import write_sheet
from handtrack.study.evaluation.evaluation import Evaluation
from handtrack.study.evaluation.report.gallery import WorstHand, hand_image, worst_by_collection

WORST: Final = 40
_COLUMNS: Final = 5


def write_sheets(
    folder: Path, evaluation: Evaluation, progress: Callable[[int, int | None], None] | None = None
) -> list[Path]:
    """A picture of the 40 worst hands of each collection of each set, by 2D error at the gate.

    Every hand: as it is, and with true (white) and found (coloured) joints, its error in % below. progress:
    called with the sheets written and their total. Raises SourceError where a picture can no longer be read
    or a sheet cannot be written.
    """
    assert evaluation.network is not None, "there is a network whose hands are looked at"
    sheets = {
        f"{comparison.evaluated.name} {source}".replace(" ", "_").replace("/", "_"): hands
        for comparison in evaluation.comparisons
        for source, hands in worst_by_collection(
            comparison, evaluation.network, evaluation.default_threshold, WORST
        ).items()
    }
    written = []
    for number, (name, hands) in enumerate(sheets.items(), start=1):
        path = folder / f"{name}.jpg"
        write_sheet(path, [_titled(hand) for hand in hands], _COLUMNS)
        written.append(path)
        if progress:
            progress(number, len(sheets))
    return written


def _titled(hand: WorstHand) -> np.ndarray:
    image = hand_image(hand)
    text = f"{hand.error_2d_percent:.1f} %, sigma {hand.sigma_percent:.1f} %, {hand.loops} loops"
    for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        place = (6, image.shape[0] - 8)
        cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, width, cv2.LINE_AA)
    return image
