"""Write a line of CSV for each hand and frame.

handtrack run --processor examples/processors/csv_logger.py:CsvLogger
"""

from __future__ import annotations

import csv
from pathlib import Path

from handtrack.hand import FrameResult
from handtrack.skeleton import JOINT_NAMES

PATH = Path("hands.csv")
COLUMNS = ["time_s", "frame", "id", "side", "score"]
COLUMNS += [f"{joint}_{axis}_m" for joint in JOINT_NAMES for axis in "xyz"]


class CsvLogger:
    """Writes PATH anew. Joints are in metres from the wrist, in the camera's axes."""

    def __init__(self) -> None:
        self._file = PATH.open("w", newline="", encoding="utf-8")
        self._rows = csv.writer(self._file)
        self._rows.writerow(COLUMNS)

    def process(self, result: FrameResult) -> None:
        """Write the hands of a frame."""
        for hand in result.hands:
            place = [round(float(value), 5) for value in hand.joints_3d.ravel()]
            frame = result.frame
            self._rows.writerow(
                [frame.timestamp, frame.index, hand.track_id, hand.handedness, round(hand.score, 4), *place]
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()
