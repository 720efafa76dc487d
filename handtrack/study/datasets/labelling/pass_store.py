"""What the teacher said about every picture, in Arrow files of a few pictures each.

A file appears under its name only once it is whole, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.labelling.arrow_files import (
    DamagedError,
    floats,
    read_table,
    to_array,
    write_table,
)
from handtrack.study.datasets.labelling.hand_search import Candidate
from handtrack.study.datasets.labelling.teacher import TeacherPasses
from handtrack.study.datasets.labelling.teacher_passes import PASSES

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger(__name__)

_SUFFIX: Final = ".arrow"
_VERSION: Final = {b"handtrack_passes": b"1"}

_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "start": (JOINT_COUNT, 2),
    "single_joints": (JOINT_COUNT, 2),
    "single_world": (JOINT_COUNT, 3),
    "joints": (PASSES, JOINT_COUNT, 2),
    "z": (PASSES, JOINT_COUNT),
    "world": (PASSES, JOINT_COUNT, 3),
    "presence": (PASSES,),
    "right": (PASSES,),
}


@dataclass(frozen=True, slots=True)
class LookedAtPicture:
    """One picture, its candidates and the teacher's passes over each.

    size: (width, height) in pixels, or None where the picture could not be read.
    """

    name: str
    size: tuple[int, int] | None
    hands: tuple[tuple[Candidate, TeacherPasses], ...] = ()


@dataclass(frozen=True, slots=True)
class PassTable:
    """All pictures (N) and candidates (M) of a store, pictures sorted by name.

    names (N,), sizes (N, 2) int32, zero where a picture could not be read. picture (M,): index of the
    candidate's picture. origin (M,), looks (M,): see `hand_search.Candidate`. single_right (M,): the
    single look's probability of the person's right hand. The single_ arrays are NaN where the plain look
    found nothing. joints (M, P, 21, 2), z (M, P, 21), world (M, P, 21, 3), presence and right (M, P):
    see `teacher.TeacherPasses`.
    """

    names: np.ndarray
    sizes: np.ndarray
    picture: np.ndarray
    origin: np.ndarray
    looks: np.ndarray
    start: np.ndarray
    single_joints: np.ndarray
    single_world: np.ndarray
    single_right: np.ndarray
    joints: np.ndarray
    z: np.ndarray
    world: np.ndarray
    presence: np.ndarray
    right: np.ndarray


def write_passes(folder: Path, pictures: Sequence[LookedAtPicture]) -> None:
    """Add pictures to the store. Raises SourceError when they cannot be written; nothing half remains."""
    import pyarrow as pa

    table = pa.Table.from_pylist([row for picture in pictures for row in _rows(picture)], schema=_schema())
    digest = hashlib.sha256("\n".join(picture.name for picture in pictures).encode()).hexdigest()
    write_table(folder / f"{digest[:16]}{_SUFFIX}", table)


def pictures_done(folder: Path) -> set[str]:
    """Names of the pictures in the store. Damaged files are removed with a warning, to be made again."""
    done: set[str] = set()
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            done.update(read_table(path, _VERSION).column("name").to_pylist())
        except DamagedError as error:
            logger.warning("%s is damaged (%s) and is made again", path, error)
            path.unlink()
    return done


def read_passes(folder: Path, wanted: Collection[str]) -> PassTable:
    """The wanted pictures of the store. Raises SourceError where there are none or a file is damaged."""
    import pyarrow as pa
    import pyarrow.compute

    try:
        tables = [read_table(path, _VERSION) for path in sorted(folder.glob(f"*{_SUFFIX}"))]
    except DamagedError as error:
        raise SourceError(f"labels in {folder} are damaged ({error}); run `handtrack label` again") from None
    if not tables:
        raise SourceError(f"{folder} holds no labels; run `handtrack label IMAGES --out DIR` first")
    table = pa.concat_tables(tables).sort_by([("name", "ascending")])
    table = table.filter(pa.compute.is_in(table.column("name"), pa.array(sorted(wanted))))
    all_names = np.array(table.column("name").to_pylist(), np.str_)
    names, first, picture = np.unique(all_names, return_index=True, return_inverse=True)
    sizes = np.column_stack([table.column(side).to_numpy()[first] for side in ("width", "height")])
    is_hand = np.array(table.column("origin").is_valid().to_pylist(), bool)
    hands = table.filter(pa.array(is_hand))
    return PassTable(
        names=names,
        sizes=sizes,
        picture=picture[is_hand],
        origin=np.array(hands.column("origin").to_pylist(), np.str_),
        looks=hands.column("looks").to_numpy(),
        single_right=hands.column("single_right").to_numpy(),
        **{name: to_array(hands.column(name), shape) for name, shape in _SHAPES.items()},
    )


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("name", pa.string()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            # What follows is null in the one row of a picture without candidates.
            ("origin", pa.string()),
            ("looks", pa.int8()),
            ("single_right", pa.float32()),
            *((name, floats(shape)) for name, shape in _SHAPES.items()),
        ],
        metadata=_VERSION,
    )


def _rows(picture: LookedAtPicture) -> Iterator[dict[str, Any]]:
    width, height = picture.size or (0, 0)
    facts = {"name": picture.name, "width": width, "height": height}
    if not picture.hands:
        yield facts
    nothing = np.full(JOINT_COUNT * 3, np.nan, np.float32)
    for candidate, passes in picture.hands:
        single = candidate.single
        right = float("nan")
        if single is not None:
            score = single.handedness_score
            right = score if single.handedness == "right" else 1 - score
        yield {
            **facts,
            "origin": candidate.origin,
            "looks": candidate.looks,
            "start": candidate.joints_2d.ravel(),
            "single_joints": nothing[: JOINT_COUNT * 2] if single is None else single.joints_2d.ravel(),
            "single_world": nothing if single is None else single.world.ravel(),
            "single_right": right,
            "joints": passes.joints_2d.ravel(),
            "z": passes.z.ravel(),
            "world": passes.world.ravel(),
            "presence": passes.presence,
            "right": passes.right,
        }
