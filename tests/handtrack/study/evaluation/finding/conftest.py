"""A small data folder with every kind of picture that finders are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.study.datasets.labelling.label_store import write_labels
from handtrack.study.datasets.splits import load_splits
from handtrack.study.evaluation.finding.pictures import FindingData
from tests.made_labels import made_labels

WIDTH, HEIGHT = 320, 240
BOX = (200.0, 120.0, 260.0, 220.0)
"""Where the hand, a white block, is in each picture."""


@dataclass(frozen=True)
class MadeData:
    """Where the folder, its labels and its splits lie: all is validation but the collection `trained`."""

    root: Path
    labels: Path
    splits: Path

    def open(self) -> FindingData:
        return FindingData(self.root, self.labels, load_splits(self.splits))


def joints_in(box: tuple[float, float, float, float]) -> np.ndarray:
    """Joints (21, 2) whose box is that one."""
    return np.linspace(box[:2], box[2:], 21).astype(np.float32)


@pytest.fixture
def made_data(tmp_path: Path) -> MadeData:
    root, labels = tmp_path / "data", tmp_path / "labels"
    box = " ".join(map(str, BOX))
    nails = "210 130 220 140;225 130 235 140;240 130 250 140"
    files = {
        "images/trained/a.jpg": (box, ""),
        "images/one_hand/a.jpg": (box, ""),
        "images/one_hand/b.jpg": (f"{box};10 10 60 60", ""),
        "images/shikha_words/a.jpg": (box, ""),
        "images/nails_phone/a.jpg": ("", ""),
        "images/nails_phone/b.jpg": ("", ""),
        "images/faces/a.jpg": ("", "no_hand"),
        "images/labelled/a.jpg": ("", ""),
        "images/labelled/b.jpg": ("", ""),
    }
    rows = ["source,file,width,height,boxes_xyxy_px,labels,licence,repository"]
    image = np.full((HEIGHT, WIDTH, 3), (90, 60, 30), np.uint8)
    image[int(BOX[1]) : int(BOX[3]), int(BOX[0]) : int(BOX[2])] = 255
    for file, (boxes, words) in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / file), image)
        rows.append(f"{Path(file).parent.name},{file},{WIDTH},{HEIGHT},{boxes},{words},MIT,made")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    (root / "nails.csv").write_text(
        f"file,nail_boxes_xyxy_px\nimages/nails_phone/a.jpg,{nails}\n"
        f"images/nails_phone/b.jpg,{nails.split(';')[0]}\n"
    )
    (root / "hdri").mkdir()
    sky = np.random.default_rng(0).uniform(0.2, 0.4, (32, 64, 3)).astype(np.float32)
    cv2.imwrite(str(root / "hdri" / "sky.hdr"), sky)
    labelled = ["images/one_hand/a.jpg", "images/labelled/a.jpg", "images/labelled/b.jpg"]
    labels.mkdir()
    verdicts = ["kept", "kept", "kept", "absent"]
    points = np.stack([joints_in(BOX)] * len(verdicts))
    write_labels(labels, made_labels([*labelled, "images/faces/a.jpg"], verdicts, points))
    splits = tmp_path / "splits.yaml"
    splits.write_text("validation_sources: [one_hand, shikha_words, nails_phone, faces, labelled]\n")
    return MadeData(root, labels, splits)
