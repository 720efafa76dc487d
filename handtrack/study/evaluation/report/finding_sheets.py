"""Sheets of the hands that a finder missed and of the false ones, to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.study.datasets.picture_sheet import write_sheet
from handtrack.study.evaluation.finding.pictures import FindingPicture, Shown
from handtrack.study.evaluation.finding.race import FindingLook

MOST: Final = 40
_COLUMNS: Final = 8
_SIDE: Final = 220
_MISSED: Final = (60, 60, 255)
_MET: Final = (90, 220, 90)
_PLACE: Final = (255, 200, 0)


def write_finding_sheets(
    folder: Path,
    looks: Sequence[FindingLook],
    progress: Callable[[int, int | None], None] | None = None,
) -> list[Path]:
    """A picture of up to 40 failures of each finder in each set and condition.

    Wanted: green where found, red where missed; found hands: blue, as squares. progress: called with the
    pictures read and their total. Raises SourceError where a picture can no longer be read or a sheet cannot
    be written.
    """
    failed: dict[FindingPicture, list[FindingLook]] = {}
    counts: dict[str, int] = {}
    for look in looks:
        wrong = bool(look.places) if look.picture.hand_free else not all(look.found)
        counts[_name(look)] = counts.get(_name(look), 0) + wrong
        if wrong and counts[_name(look)] <= MOST:
            failed.setdefault(look.picture, []).append(look)
    tiles: dict[str, list[np.ndarray]] = {}
    for number, (picture, own) in enumerate(failed.items(), start=1):
        shown = picture.load()
        for look in own:
            tiles.setdefault(_name(look), []).append(_tile(shown, look))
        if progress:
            progress(number, len(failed))
    written = []
    for name, some in sorted(tiles.items()):
        path = folder / f"{name}.jpg"
        write_sheet(path, some, _COLUMNS)
        written.append(path)
    return written


def _name(look: FindingLook) -> str:
    words = f"finding {look.finder} {look.picture.of} {look.picture.condition}"
    return "_".join("".join(c if c.isalnum() else " " for c in words).split())


def _tile(shown: Shown, look: FindingLook) -> np.ndarray:
    height, width = shown.image.shape[:2]
    scale = _SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    tile = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(shown.image, size, interpolation=cv2.INTER_AREA)
    for wanted, found in zip(shown.wanted, look.found, strict=True):
        _draw(tile, wanted.box * scale, _MET if found else _MISSED)
    for place in look.places:
        half = place.side / 2
        box = np.array([place.x - half, place.y - half, place.x + half, place.y + half])
        _draw(tile, box * scale, _PLACE)
    cv2.putText(
        tile, Path(look.picture.name).name[:30], (4, _SIDE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (255,) * 3
    )
    return tile


def _draw(tile: np.ndarray, box: np.ndarray, colour: tuple[int, int, int]) -> None:
    low, high = box.round().astype(int)[:2], box.round().astype(int)[2:]
    cv2.rectangle(tile, low.tolist(), high.tolist(), colour, 1)
