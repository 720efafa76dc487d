from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.evaluation.protocols.protocol import ProtocolResult, measure_protocol
from handtrack.study.evaluation.protocols.rhd import rhd_protocol
from tests.handtrack.study.datasets.published.test_rhd import label
from tests.handtrack.study.evaluation.protocols.conftest import Answer, Scripted, scaled, tips_moved


def measured(folder: Path, *loops: Answer) -> list[ProtocolResult]:
    protocol = rhd_protocol(folder)
    return measure_protocol(protocol, [Scripted(protocol.hands, *loops)])


def write_visible(folder: Path, visible: dict[int, list[int]]) -> None:
    """Labels whose joints, by picture, are all visible but the given published ones of either hand."""
    labels = {}
    for number in range(3):
        labels[number] = label(number)
        labels[number]["uv_vis"][:, 2] = 1
        hidden = np.array(visible.get(number, []), int)
        labels[number]["uv_vis"][hidden, 2] = 0
        labels[number]["uv_vis"][hidden + 21, 2] = 0
    (folder / "evaluation" / "anno_evaluation.pickle").write_bytes(pickle.dumps(labels, 3))


def test_truth_in_another_unit_has_no_error(rhd_folder: Path) -> None:
    for result in measured(rhd_folder, scaled):
        assert result.hands == 3
        assert result.mean_mm == [0]
        assert result.median_mm == [0]
        assert result.auc == [1]
        assert result.auc_20_50 == [1]


def test_a_turned_answer_is_not_turned_back(rhd_folder: Path) -> None:
    for result in measured(rhd_folder, lambda truth: truth * [-1, -1, 1]):
        assert result.mean_mm[0] > 50


def test_known_error_of_fingertips(rhd_folder: Path) -> None:
    write_visible(rhd_folder, {})

    results = measured(rhd_folder, tips_moved(25), tips_moved(10))

    assert [result.protocol for result in results] == ["RHD", "RHD, all joints"]
    for result in results:
        assert result.mean_mm == pytest.approx([5 * 25 / 21, 5 * 10 / 21], abs=1e-4)
        assert result.median_mm == result.mean_mm  # every hand has the same errors
        # Thresholds are 50 / 19 mm apart: 25 mm lies between numbers 9 and 10, 10 mm between 3 and 4.
        assert result.pck[0] == pytest.approx([16 / 21] * 10 + [1] * 10, abs=1e-4)
        # 19 intervals: nine at 16/21, one at 18.5/21, nine at 1; then three, one and fifteen of them.
        assert result.auc == pytest.approx(
            [(9 * 16 + 18.5 + 9 * 21) / 21 / 19, (3 * 16 + 18.5 + 15 * 21) / 21 / 19], abs=1e-4
        )
        # The last 11 intervals: one at 16/21, one at 18.5/21, nine at 1; 10 mm are below all of them.
        assert result.auc_20_50 == pytest.approx([(16 + 18.5 + 9 * 21) / 21 / 11, 1], abs=1e-4)


def test_hidden_joints_count_only_in_the_second_result(rhd_folder: Path) -> None:
    # The index finger's tip, published number 5, is hidden in all pictures and so left out;
    # the thumb's, number 1, in two of three.
    write_visible(rhd_folder, {0: [5, 1], 1: [5, 1], 2: [5]})

    visible, every = measured(rhd_folder, tips_moved(20))

    assert visible.mean_mm == pytest.approx([4 * 20 / 20], abs=1e-4)
    assert every.mean_mm == pytest.approx([5 * 20 / 21], abs=1e-4)


def test_the_hand_with_more_pixels_is_shown_with_its_side(rhd_folder: Path) -> None:
    protocol = rhd_protocol(rhd_folder)
    estimator = Scripted(protocol.hands, scaled)
    measure_protocol(protocol, [estimator])

    assert [picture.handedness for picture in estimator.shown] == ["left", "right", "right"]
    assert protocol.hands[0].key == "evaluation/color/00000.png"


def test_notes_say_how_it_was_measured(rhd_folder: Path) -> None:
    notes = " / ".join(measured(rhd_folder, scaled)[0].notes)

    assert "middle MCP-PIP bone, not turned" in notes
    assert "more pixels" in notes
    assert "3 hands and not the 2728" in notes


def test_an_incomplete_folder_is_told_by_the_data_set(rhd_folder: Path) -> None:
    (rhd_folder / "evaluation/anno_evaluation.pickle").unlink()

    with pytest.raises(SourceError, match=r"anno_evaluation\.pickle is missing; it is in RHD_v1-1\.zip"):
        rhd_protocol(rhd_folder)
