from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import ConfigError, SourceError
from handtrack.study.datasets.labelling.label_store import read_labels, write_labels
from handtrack.study.evaluation.hand_sets import labelled_set, rendered_set, stereo_set
from tests.made_labels import made_labels

TRAINED, ONE_HAND, TWO_HANDS = "images/a/train.jpg", "images/b/one.jpg", "images/b/two.jpg"


@pytest.fixture
def labelled(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Pictures with a manifest, their labels, and splits by which the folder b is validation."""
    root, labels, splits = tmp_path / "data", tmp_path / "labels", tmp_path / "splits.yaml"
    names = [TRAINED, ONE_HAND, TWO_HANDS, TWO_HANDS]
    rows = ["source,file,width,height,boxes_xyxy_px,labels,licence,repository"]
    for name in dict.fromkeys(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / name), np.zeros((60, 80, 3), np.uint8))
        tips = "thumb_tip_norm=0.25 0.5 index_tip_norm=0.75 0.1"
        rows.append(f"{Path(name).parent.name},{name},80,60,,{tips},MIT,made")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    splits.write_text("validation_sources: [b]\n")
    labels.mkdir()
    write_labels(labels, made_labels(names, ["kept"] * 4, np.zeros((4, 21, 2), np.float32)))
    return root, labels, splits


def test_only_the_validation_part_is_compared_on(labelled: tuple[Path, Path, Path]) -> None:
    evaluated = labelled_set(*labelled)

    assert [evaluated.hands[i].key for i in range(len(evaluated.hands))] == [ONE_HAND, TWO_HANDS, TWO_HANDS]


def test_measured_tips_are_those_of_pictures_with_one_hand(labelled: tuple[Path, Path, Path]) -> None:
    measured = labelled_set(*labelled).measured_points

    assert list(measured) == [ONE_HAND]
    assert measured[ONE_HAND][4] == pytest.approx([20, 30])
    assert measured[ONE_HAND][8] == pytest.approx([60, 6])


def test_nails_belong_to_the_one_hand_that_is_near(labelled: tuple[Path, Path, Path]) -> None:
    root, labels, _ = labelled
    table = read_labels(labels)
    spread = np.linspace(0, 20, 21, dtype=np.float32)
    joints = np.stack([spread, spread], axis=1)
    # The first hand of two lies beside the second one, which reaches into its nails.
    moved = np.stack([joints, joints, joints + 30, joints + 38]).astype(np.float32)
    write_labels(labels, replace(table, joints_2d=moved))
    (root / "nails.csv").write_text(
        "file,nail_boxes_xyxy_px\n"
        f"{TRAINED},18 18 22 22\n"
        f"{ONE_HAND},18 18 22 22;18 2 20 4;60 60 62 62\n"
        f"{TWO_HANDS},29 29 31 31;44 44 46 46\n"
    )

    nails = labelled_set(*labelled).nails

    assert {place: each.boxes.tolist() for place, each in nails.items()} == {
        0: [[18, 18, 22, 22], [18, 2, 20, 4]],
        1: [[29, 29, 31, 31]],
    }
    assert nails[0].labelled.tolist() == [True, False]


def test_labels_without_a_validation_hand_are_refused(labelled: tuple[Path, Path, Path]) -> None:
    root, labels, splits = labelled
    splits.write_text("validation_sources: [c]\n")

    with pytest.raises(SourceError, match="no labelled hand"):
        labelled_set(root, labels, splits)


def test_missing_sets_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="handtrack stereo"):
        stereo_set(tmp_path)
    with pytest.raises(SourceError, match="handtrack synth"):
        rendered_set(tmp_path)
    with pytest.raises(ConfigError, match="handtrack label"):
        labelled_set(tmp_path, tmp_path, tmp_path / "splits.yaml")
