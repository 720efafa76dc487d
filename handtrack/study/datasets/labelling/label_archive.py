"""Careful labels in one small Parquet file, to be kept beside the splits: labelling anew takes long.

It holds every hand found, with all of it that training and evaluation need. Places, depths and noise are
rounded to an eighth of a pixel, far below the labels' own noise.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from handtrack.columnar import read_parquet
from handtrack.errors import ConfigError, SourceError
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.labelling.label_table import LabelTable

if TYPE_CHECKING:
    import pyarrow as pa

ARCHIVE_SUFFIX: Final = ".parquet"
_VERSION: Final = {b"handtrack_label_archive": b"1"}
_TEXTS: Final = ("name", "verdict", "origin")
_NUMBERS: Final = ("presence", "right")
_PIXELS: Final[dict[str, tuple[int, ...]]] = {
    "joints_2d": (JOINT_COUNT, 2),
    "spread": (JOINT_COUNT,),
    "depth": (JOINT_COUNT,),
}
_STEPS: Final = 8  # a pixel
_MOST: Final = np.iinfo(np.int16).max


def update_archive(path: Path, table: LabelTable, labelled: Collection[str]) -> None:
    """Write the labels of a table; those that the file has of pictures other than the labelled ones stay.

    Raises SourceError where the file cannot be written, ConfigError where it is there and damaged.
    """
    values: dict[str, np.ndarray] = {name: getattr(table, name) for name in (*_TEXTS, *_NUMBERS, *_PIXELS)}
    if path.is_file():
        before = read_archive(path)
        others = ~np.isin(before["name"], list(labelled))
        values = {name: np.concatenate([before[name][others], new]) for name, new in values.items()}
        # Hands of one picture lie side by side.
        order = np.argsort(values["name"], kind="stable")
        values = {name: column[order] for name, column in values.items()}
    _write(path, values)


def _write(path: Path, values: dict[str, np.ndarray]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, pa.Array] = {name: pa.array(values[name].astype(str).tolist()) for name in _TEXTS}
    columns |= {name: pa.array(values[name], pa.float32()) for name in _NUMBERS}
    for name, shape in _PIXELS.items():
        steps = np.clip(np.nan_to_num(values[name]) * _STEPS, -_MOST, _MOST).round().astype(np.int16)
        flat = steps.reshape(len(steps), -1)
        columns |= {f"{name}_{i}": pa.array(flat[:, i]) for i in range(int(np.prod(shape)))}
    partial = path.with_suffix(".partial")
    try:
        pq.write_table(
            pa.table(columns).replace_schema_metadata(_VERSION),
            partial,
            compression="zstd",
            compression_level=19,
        )
        partial.replace(path)
    except OSError as error:
        raise SourceError(
            f"the labels cannot be written to {path}: {error.strerror or error}; name a file in a folder"
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def read_archive(path: Path) -> dict[str, np.ndarray]:
    """Columns of an archive by their names in `LabelTable`. Raises ConfigError for another or a cut file."""
    import pyarrow as pa

    try:
        table = read_parquet(path)
        if not _VERSION.items() <= (table.schema.metadata or {}).items():
            raise ConfigError(f"{path} holds no labels of this program; choose another file")
        values: dict[str, np.ndarray] = {
            name: np.array(table.column(name).to_pylist(), np.str_) for name in _TEXTS
        }
        values |= {name: table.column(name).to_numpy() for name in _NUMBERS}
        for name, shape in _PIXELS.items():
            columns = [table.column(f"{name}_{i}").to_numpy() for i in range(int(np.prod(shape)))]
            steps = np.stack(columns, axis=1).reshape(len(table), *shape)
            values[name] = steps.astype(np.float32) / _STEPS
    except (OSError, ValueError, pa.ArrowException, KeyError) as error:
        reason = " ".join(str(error).split())[:120]
        raise ConfigError(f"the labels {path} are damaged ({reason}); copy the file again") from None
    return values
