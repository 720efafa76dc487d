"""Whole pictures with all that is known of their hands, made small and kept: what the finder learns from."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.study.datasets.hand_rows import COLUMNS, SIZE, X, Y, hand_of_box, hand_of_joints, no_hands
from handtrack.study.datasets.labelling.label_store import read_labels
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.labelling.manifest import PictureFacts, read_manifest
from handtrack.study.datasets.labelling.pictures import read_picture, source_of
from handtrack.study.datasets.splits import validation_mask
from handtrack.study.datasets.whole_folder import whole_folder

logger = logging.getLogger(__name__)

_PIXELS: Final = 320  # of the larger side at most
_QUALITY: Final = 90
_PRESENT: Final = 0.3  # presence from which on what was rejected as a label may be a hand all the same
_BOXES_OF_SIGNS: Final = frozenset({"binus_bisindo"})  # both hands in one
_FORM: Final = 1
_PICTURES, _FACTS = "pictures.npy", "facts.npz"


@dataclass(frozen=True, slots=True)
class WholePictures:
    """N pictures. data: (M,) uint8, all of them as JPEG, of which number i lies from ends[i - 1] to ends[i].

    source: (N,) names of collections. hands: of each picture (K, 7), see `hand_rows`, in its own pixels.
    """

    data: np.ndarray
    ends: np.ndarray
    source: np.ndarray
    hands: list[np.ndarray]

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self.ends)

    def picture(self, index: int) -> np.ndarray:
        """Picture number index, (H, W, 3) uint8 BGR."""
        start = self.ends[index - 1] if index else 0
        picture = cv2.imdecode(np.asarray(self.data[start : self.ends[index]]), cv2.IMREAD_COLOR)
        assert picture is not None
        return picture


def whole_pictures(data: Path, labels: Path, splits: Path, validation: bool, kept_in: Path) -> WholePictures:
    """The data folder's pictures for training, or those for validation, from where they are kept.

    Only pictures in which some hand is known, or none is. Raises SourceError or ConfigError.
    """
    hands = _hands_by_file(data, labels)
    held_out = validation_mask(splits, hands)
    chosen = {
        file: rows for (file, rows), out in zip(hands.items(), held_out, strict=True) if out == validation
    }
    digest = hashlib.sha256(repr((_FORM, _PIXELS, _QUALITY)).encode())
    for file, rows in chosen.items():
        digest.update(file.encode() + rows.tobytes())
    folder = kept_in / f"{'validation' if validation else 'training'}-{digest.hexdigest()[:16]}"
    if not (folder / _FACTS).is_file():
        _write(folder, data, chosen)
    return _read(folder)


def _hands_by_file(data: Path, labels: Path) -> dict[str, np.ndarray]:
    """Hands (K, 7) of the pictures of which it is known where hands are, by file in the order of names."""
    facts, table = read_manifest(data), read_labels(labels)
    found: dict[str, list[int]] = {}
    for i, name in enumerate(table.name.tolist()):
        found.setdefault(name, []).append(i)
    hands = {}
    for file in sorted({*facts, *found}):
        fact, labelled = facts.get(file, PictureFacts()), found.get(file, [])
        rows = _hands_of_picture(fact, table, labelled, source_of(file))
        if fact.no_hand or any(row[-1] for row in rows):
            hands[file] = np.stack(rows) if rows else no_hands()
    return hands


def _hands_of_picture(
    fact: PictureFacts, table: LabelTable, labelled: Sequence[int], source: str
) -> list[np.ndarray]:
    kept = [
        hand_of_joints(table.joints_2d[i], "right" if table.right[i] >= 0.5 else "left")
        for i in labelled
        if table.kept[i]
    ]
    rows = list(kept)
    measured = []
    for box in fact.boxes:
        if not any(_in_box(hand, box) for hand in kept):
            # Measured, and not labelled: MediaPipe found none there, or its passes did not agree.
            measured.append(hand_of_box(box, taught=source not in _BOXES_OF_SIGNS))
    rows += measured
    if len(fact.nails):
        around = np.concatenate([fact.nails[:, :2].min(axis=0), fact.nails[:, 2:].max(axis=0)])
        if not any(_near(hand, hand_of_box(around)) for hand in kept):
            rows.append(hand_of_box(around, taught=False))
    for i in labelled:
        doubtful = hand_of_joints(table.joints_2d[i], None, taught=False)
        if not table.kept[i] and table.presence[i] >= _PRESENT and not any(_near(doubtful, r) for r in rows):
            rows.append(doubtful)
    return rows


def _in_box(hand: np.ndarray, box: np.ndarray) -> bool:
    return bool(box[0] <= hand[X] <= box[2] and box[1] <= hand[Y] <= box[3])


def _near(hand: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.hypot(hand[X] - other[X], hand[Y] - other[Y]) < 0.5 * max(hand[SIZE], other[SIZE]))


def _write(folder: Path, data: Path, hands: dict[str, np.ndarray]) -> None:
    """Keep pictures in a folder that appears only when it is whole."""
    packed: list[np.ndarray] = []
    files: list[str] = []
    scaled: list[np.ndarray] = []
    for file, rows in hands.items():
        try:
            picture = read_picture(data, file)
        except SourceError as error:
            logger.warning("%s; left out", error)
            continue
        scale = min(1.0, _PIXELS / max(picture.shape[:2]))
        if scale < 1:
            size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        packed.append(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].ravel())
        files.append(file)
        smaller = rows.copy()
        smaller[:, [X, Y, SIZE]] *= scale
        scaled.append(smaller)
    if not packed:
        raise SourceError(f"none of the {len(hands)} pictures in {data} could be read")
    with whole_folder(folder, "pictures") as partial:
        np.save(partial / _PICTURES, np.concatenate(packed))
        np.savez(
            partial / _FACTS,
            ends=np.cumsum([len(each) for each in packed]),
            source=np.array([source_of(file) for file in files], np.str_),
            hands=np.concatenate(scaled).reshape(-1, COLUMNS),
            counts=np.array([len(rows) for rows in scaled]),
        )


def _read(folder: Path) -> WholePictures:
    try:
        data = np.load(folder / _PICTURES, mmap_mode="r", allow_pickle=False)
        with (folder / _FACTS).open("rb") as stream, np.load(stream, allow_pickle=False) as facts:
            ends, source, hands, counts = (facts[name] for name in ("ends", "source", "hands", "counts"))
        if not len(ends) == len(source) == len(counts) or ends[-1] != len(data) or counts.sum() != len(hands):
            raise ValueError("its parts do not fit each other")
    except (OSError, ValueError, KeyError, EOFError, IndexError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:120]
        raise SourceError(
            f"the pictures kept in {folder} are damaged ({reason}); delete the folder, they are made again"
        ) from None
    return WholePictures(data, ends, source, np.split(hands, np.cumsum(counts)[:-1]))
