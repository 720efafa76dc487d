from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from handtrack.errors import HandtrackError
from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.contestants import Contestant
from handtrack.study.evaluation.evaluation import Evaluation, evaluate_comparisons
from handtrack.study.evaluation.report.sheets import write_sheets
from tests.handtrack.study.evaluation.conftest import MakeSample
from tests.handtrack.study.evaluation.made import Named, made_comparison


@pytest.fixture
def evaluation(make_sample: MakeSample) -> Evaluation:
    samples = [make_sample(key=f"made/{number}") for number in range(7)]
    errors, exits = [[12.0, 10.0]] * 7, [[0.9, 0.9]] * 7
    cost = NetworkCost(600_000, 60_000_000, (25_000_000, 20_000_000))
    ours = Contestant(Named("ours"), cost, "ours.safetensors", "12ab34cd", 1.0)
    sets = [made_comparison(errors, exits, {}, name, samples) for name in ("stereo pair", "a/b")]
    return evaluate_comparisons([ours], sets, 0.5)


def test_each_collection_of_each_set_has_a_sheet(evaluation: Evaluation, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    written = write_sheets(tmp_path / "new", evaluation, lambda *each: told.append(each))

    assert [path.parent for path in written] == [tmp_path / "new"] * 2, "no name leaves the folder"
    assert [path.name.split("_")[0] for path in written] == ["stereo", "a"]
    assert told == [(1, 2), (2, 2)]
    for path in written:
        sheet = cv2.imread(str(path))
        assert sheet is not None
        assert sheet.shape == (2 * 240, 5 * 480, 3), "seven hands in two rows of five"
        assert sheet[:240].std() > 5
        assert sheet[240:, 2 * 480 :].max() < 30, "no hand, no picture"


def test_a_folder_that_cannot_be_made_is_one_sentence(evaluation: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(HandtrackError, match="cannot be written"):
        write_sheets(tmp_path / "file", evaluation)
