from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.evaluation.protocols.freihand import freihand_protocol
from handtrack.study.evaluation.protocols.protocol import ProtocolResult, measure_protocol
from tests.handtrack.study.evaluation.protocols.conftest import Answer, Scripted

TURN = np.array([[0, -1, 0], [0, 0, -1], [1, 0, 0]])


def measured(folder: Path, *loops: Answer) -> ProtocolResult:
    protocol = freihand_protocol(folder)
    [result] = measure_protocol(protocol, [Scripted(protocol.hands, *loops)])
    return result


def test_truth_that_is_turned_scaled_moved_and_mirrored_has_no_error(freihand_folder: Path) -> None:
    result = measured(
        freihand_folder,
        lambda truth: 1000 * truth @ TURN.T - 30,
        lambda truth: truth * [-1, 1, 1],
    )

    assert (result.protocol, result.hands) == ("FreiHAND", 3)
    assert result.mean_mm == [0, 0]
    # Rounding leaves nothing at exactly 0 mm, which is half of the first of 99 intervals.
    assert result.auc == pytest.approx([1, 1], abs=0.5 / 99 + 1e-4)
    assert all(curve[1:] == [1] * 99 for curve in result.pck)
    assert result.auc_20_50 is None


def cross() -> np.ndarray:
    """The middle of a cross 65 cm away, ten joints 50 mm from it along x, and ten along y."""
    arms = np.zeros((21, 3))
    arms[1:11, 0] = [0.05, -0.05] * 5
    arms[11:21, 1] = [0.05, -0.05] * 5
    return arms + np.array([0, 0, 0.65])


def test_known_error_of_a_cross_with_one_arm_doubled(freihand_folder: Path) -> None:
    (freihand_folder / "evaluation_xyz.json").write_text(json.dumps([cross().tolist()] * 3))

    result = measured(freihand_folder, lambda truth: 7 * (truth * [1, 2, 1]) @ TURN.T)

    # With a doubled arm: scale = (10 * 1 + 10 * 2) / (10 * 1 + 10 * 4) = 0.6 of the arms' length,
    # so ten joints are off by 0.4 * 50 = 20 mm, ten by |1.2 - 1| * 50 = 10 mm, and the middle by nothing.
    assert result.mean_mm == pytest.approx([300 / 21], abs=1e-3)
    assert result.median_mm == result.mean_mm  # all three hands are alike
    # Thresholds are 50 / 99 = 0.505 mm apart: 10 mm lies between numbers 19 and 20, 20 mm between 39 and 40.
    [curve] = result.pck
    assert curve[1:20] == pytest.approx([1 / 21] * 19, abs=1e-4)
    assert curve[20:40] == pytest.approx([11 / 21] * 20, abs=1e-4)
    assert curve[40:] == [1] * 60
    # Of 99 intervals 19 are at 1/21, one at 6/21, 19 at 11/21, one at 16/21 and 59 at 1. At 0 mm rounding
    # decides whether the middle joint counts: half an interval of 1/21.
    area = (19 * 1 + 6 + 19 * 11 + 16 + 59 * 21) / 21 / 99
    assert result.auc == pytest.approx([area], abs=0.5 / 99 / 21 + 1e-4)


def test_notes_say_what_cannot_be_reported_or_compared(freihand_folder: Path) -> None:
    notes = " / ".join(measured(freihand_folder, lambda truth: truth).notes)

    assert "F@5 mm and F@15 mm" in notes
    assert "split of the training set" in notes
    assert "reflection allowed" in notes
    assert "3 hands and not the 3960" in notes


def test_the_evaluation_split_is_used(freihand_folder: Path) -> None:
    assert freihand_protocol(freihand_folder).hands[2].key == "evaluation/rgb/00000002.jpg"


def test_an_incomplete_folder_is_told_by_the_data_set(freihand_folder: Path) -> None:
    (freihand_folder / "evaluation_xyz.json").unlink()

    with pytest.raises(
        SourceError, match=r"evaluation_xyz\.json is missing; it is in FreiHAND_pub_v2_eval\.zip"
    ):
        freihand_protocol(freihand_folder)
