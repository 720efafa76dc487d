"""The labels of real hands on disk, one row a hand found, and the pictures with them as a data set."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from handtrack.errors import ConfigError
from handtrack.hand import Handedness
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.labelling.arrow_files import (
    DamagedError,
    floats,
    read_table,
    to_array,
    write_table,
)
from handtrack.study.datasets.labelling.label_archive import ARCHIVE_SUFFIX, read_archive
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.labelling.pictures import file_and_frame, read_picture, source_of
from handtrack.study.datasets.sample import HandSample
from handtrack.study.datasets.splits import load_splits

if TYPE_CHECKING:
    import pyarrow as pa

LabelKind = Literal["careful", "single"]

TABLE_FILE: Final = "labels.arrow"
_VERSION: Final = {b"handtrack_labels": b"2"}
_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "joints_2d": (JOINT_COUNT, 2),
    "spread": (JOINT_COUNT,),
    "depth": (JOINT_COUNT,),
    "fitted_depth": (JOINT_COUNT,),
    "fitted_2d": (JOINT_COUNT, 2),
    "single_2d": (JOINT_COUNT, 2),
    "single_depth": (JOINT_COUNT,),
}
_NUMBERS: Final = ("presence", "right", "residual", "depth_residual", "single_right")
_TEXTS: Final = ("name", "verdict", "origin")
_FALSE_FIND_PRESENCE: Final = 0.3


@dataclass(frozen=True, slots=True)
class LabelledHand:
    """One hand in one picture with its label.

    file: path relative to the data folder, with "#" and the frame's number for a frame of a clip.
    joints_2d: (21, 2) float32 pixels. depth: (21,) float32, wrist-relative depth in pixels
    (weak-perspective scale), away is positive. spread: (21,) float32 pixels, label noise along each image
    axis. handedness_score: 0..1. residual: of the fitted skeleton, over the hand's extent.
    """

    file: str
    joints_2d: np.ndarray
    depth: np.ndarray
    spread: np.ndarray
    handedness: Handedness
    handedness_score: float
    residual: float

    @property
    def source(self) -> str:
        """The collection that the picture belongs to."""
        return source_of(self.file)


def write_labels(folder: Path, table: LabelTable) -> None:
    """Write the table into the store. Raises SourceError where it cannot; an older one then stays."""
    import pyarrow as pa

    columns = {name: pa.array(getattr(table, name).astype(str).tolist()) for name in _TEXTS}
    columns |= {name: pa.array(getattr(table, name), pa.float32()) for name in _NUMBERS}
    for name, shape in _SHAPES.items():
        values = np.ascontiguousarray(getattr(table, name), np.float32).ravel()
        columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(values), int(np.prod(shape)))
    write_table(folder / TABLE_FILE, pa.table(columns, schema=_schema()))


def read_labels(folder: Path) -> LabelTable:
    """The table of a store, or of an archive, whose table lacks what is only studied: NaN.

    Raises ConfigError saying what is missing or damaged.
    """
    if folder.suffix == ARCHIVE_SUFFIX and folder.is_file():
        return _from_archive(folder)
    path = folder / TABLE_FILE
    if not path.is_file():
        raise ConfigError(
            f"there are no labels in {folder} ({TABLE_FILE} is missing); run `handtrack label IMAGES --out "
            f"{folder}` to its end"
        )
    try:
        table = read_table(path, _VERSION)
    except DamagedError as error:
        raise ConfigError(f"the labels {path} are damaged ({error}); run `handtrack label` again") from None
    return LabelTable(
        **{name: np.array(table.column(name).to_pylist(), np.str_) for name in _TEXTS},
        **{name: table.column(name).to_numpy() for name in _NUMBERS},
        **{name: to_array(table.column(name), shape) for name, shape in _SHAPES.items()},
    )


def _from_archive(path: Path) -> LabelTable:
    known = read_archive(path)
    count = len(known["name"])
    unknown = dict.fromkeys(_NUMBERS, (count,)) | {name: (count, *shape) for name, shape in _SHAPES.items()}
    missing = {name: np.full(shape, np.nan, np.float32) for name, shape in unknown.items()}
    return LabelTable(**(missing | known))


def load_labels(folder: Path, kind: LabelKind = "careful") -> list[LabelledHand]:
    """Labels of a store or an archive.

    "careful": many passes with their depth read, of the hands kept. "single": what the one
    upright look says, of every hand that it found, for comparison; its noise is not known and set to 0.
    Raises ConfigError as `read_labels` does.
    """
    table = read_labels(folder)
    careful = kind == "careful"
    chosen = np.flatnonzero(table.kept if careful else table.has_single)
    joints = table.joints_2d if careful else table.single_2d
    depth = table.depth if careful else table.single_depth
    spread = table.spread if careful else np.zeros_like(table.spread)
    right = table.right if careful else table.single_right
    return [
        LabelledHand(
            str(table.name[i]),
            joints[i],
            depth[i],
            spread[i],
            "right" if right[i] >= 0.5 else "left",
            float(max(right[i], 1 - right[i])),
            float(table.residual[i]),
        )
        for i in chosen
    ]


def load_validation_labels(folder: Path, splits: Path) -> list[LabelledHand]:
    """The careful labels of the validation part. Raises as `load_labels` and `load_splits` do."""
    held_out = load_splits(splits)
    return [label for label in load_labels(folder) if held_out.is_validation(label.file)]


def labels_identity(labels: Sequence[LabelledHand]) -> str:
    """A text that is the same for equal labels of equal pictures' names, and for others another."""
    digest = hashlib.sha256()
    for label in labels:
        digest.update(f"{label.file} {label.handedness}".encode())
        for values in (label.joints_2d, label.depth, label.spread):
            digest.update(values.tobytes())
    return digest.hexdigest()


class LabelledImages:
    """The labelled pictures below root as a data set: a `HandDataset`.

    labels: one for each sample. files: (N,), the picture of each sample.
    """

    def __init__(self, root: Path, folder: Path, kind: LabelKind = "careful") -> None:
        """Load the labels. Raises ConfigError as `read_labels` does, and where root does not fit them."""
        self.name = f"labelled images ({kind})"
        self.labels = load_labels(folder, kind)
        self.files = np.array([label.file for label in self.labels], np.str_)
        self._root = root
        self._folder = folder
        self._last: tuple[str, np.ndarray] | None = None
        if self.labels and not (root / file_and_frame(self.labels[0].file)[0]).is_file():
            raise ConfigError(
                f"{root} does not hold {self.labels[0].file}, which the labels in {folder} name; give the "
                "folder that was labelled"
            )

    def __len__(self) -> int:
        """Number of hands."""
        return len(self.labels)

    def __getitem__(self, index: int) -> HandSample:
        """Hand number index. Raises SourceError naming a picture that cannot be read."""
        label = self.labels[index]
        # Hands of one picture lie side by side.
        if self._last is None or self._last[0] != label.file:
            self._last = (label.file, read_picture(self._root, label.file))
        return HandSample(
            image=self._last[1],
            joints_2d=label.joints_2d,
            depth=label.depth,
            spread=label.spread,
            handedness=label.handedness,
            source=label.source,
            key=label.file,
        )

    def points_by_file(self) -> dict[str, list[np.ndarray]]:
        """Joints (21, 2) of all hands found in each picture, rejected ones too, but for false finds."""
        table = read_labels(self._folder)
        points: dict[str, list[np.ndarray]] = {}
        for i in np.flatnonzero(table.presence >= _FALSE_FIND_PRESENCE):
            points.setdefault(str(table.name[i]), []).append(table.joints_2d[i])
        return points


def _schema() -> pa.Schema:
    import pyarrow as pa

    fields = [(name, pa.string()) for name in _TEXTS]
    fields += [(name, pa.float32()) for name in _NUMBERS]
    fields += [(name, floats(shape)) for name, shape in _SHAPES.items()]
    return pa.schema(fields, metadata=_VERSION)
