"""Rendered hands written as tar shards: reproducible, resumable, and never seen half written."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.errors import ConfigError, SourceError
from handtrack.study.datasets.rendered import (
    IMAGE_SUFFIX,
    LABELS_SUFFIX,
    MASK_SUFFIX,
    shard_length,
    shard_name,
)
from handtrack.study.datasets.sample import HandSample

SHARD_SIZE: Final = 250
SETTINGS_FILE: Final = "synthesis.json"


@dataclass(frozen=True, slots=True)
class ShardSettings:
    """What the crops of a folder have in common.

    pixels: side of a crop; margin: over the hand's extent. planned: share of hands in situations of the plan.
    meshes: share of hands with a mesh of the data folder. people: share of hands of people.
    """

    seed: int
    pixels: int
    margin: float
    quality: int
    shard_size: int = SHARD_SIZE
    planned: float = 0.0
    meshes: float = 0.0
    people: float = 0.0


def prepare_folder(folder: Path, settings: ShardSettings) -> None:
    """Make the folder and note its settings, or check that it was begun with the same ones.

    Raises ConfigError when it holds crops of other settings, SourceError when it cannot be written.
    """
    path = folder / SETTINGS_FILE
    wanted = dataclasses.asdict(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            begun = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(begun, dict):
                begun = {"meshes": 0.0, "people": 0.0} | begun  # folders older than these settings
            if begun != wanted:
                different = sorted(
                    key for key in wanted if not isinstance(begun, dict) or begun.get(key) != wanted[key]
                )
                raise ConfigError(
                    f"{folder} was begun with another {' and '.join(different)}; "
                    "give the same settings to continue it, or another folder"
                )
            return
        _write_whole(path, json.dumps(wanted, indent=1).encode())
    except OSError as error:
        raise _cannot_write(folder, error) from None
    except ValueError:
        raise ConfigError(
            f"{path} is damaged; delete it if the folder was made with these settings"
        ) from None


def unfinished_shards(folder: Path, count: int, shard_size: int) -> dict[int, range]:
    """Shards that are still to be written for so many samples: number to indices of the samples.

    A shard that holds fewer samples than wanted now (the last one of a smaller count) is written again,
    and so is a damaged one.
    """
    plan = {
        number: range(start, min(start + shard_size, count))
        for number, start in enumerate(range(0, count, shard_size))
    }
    return {number: indices for number, indices in plan.items() if _length(folder, number) < len(indices)}


def _length(folder: Path, number: int) -> int:
    with contextlib.suppress(SourceError):
        return shard_length(folder / shard_name(number))
    return 0


def write_shard(folder: Path, number: int, samples: Iterable[HandSample], quality: int) -> Path:
    """Write samples as shard number; it gets its name only when it is whole. Returns its path.

    Each sample's key is "seed/index". Equal samples give equal files, byte for byte.
    Raises SourceError when the disk is full or the folder cannot be written.
    """
    path = folder / shard_name(number)
    partial = path.with_suffix(".partial")
    try:
        with (
            partial.open("wb") as stream,
            tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive,
        ):
            for sample in samples:
                index = int(sample.key.rpartition("/")[2])
                for suffix, content in sample_members(sample, quality):
                    # Owner and time stay at their defaults of nobody and zero: equal samples, equal shards.
                    member = tarfile.TarInfo(f"{index:08d}.{suffix}")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
        partial.replace(path)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return path


def sample_members(sample: HandSample, quality: int) -> list[tuple[str, bytes]]:
    """Members of one sample as (suffix, bytes): the picture, the labels, the mask."""
    assert sample.joints_3d is not None
    assert sample.camera is not None
    assert sample.visible is not None
    assert sample.mask is not None
    seed, _, index = sample.key.rpartition("/")
    labels = {
        "seed": int(seed),
        "index": int(index),
        "handedness": sample.handedness,
        "joints_2d": _rounded(sample.joints_2d, 3),
        "joints_3d": _rounded(sample.joints_3d, 6),
        "visible": sample.visible.astype(int).tolist(),
        "camera": _rounded(sample.camera, 4),
        "skin_tone": None if sample.skin_tone is None else round(sample.skin_tone, 3),
    }
    jpeg = cv2.imencode(".jpg", sample.image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    mask = cv2.imencode(".png", sample.mask.astype(np.uint8) * 255, [cv2.IMWRITE_PNG_BILEVEL, 1])[1]
    return [
        (IMAGE_SUFFIX, jpeg.tobytes()),
        (LABELS_SUFFIX, json.dumps(labels, separators=(",", ":")).encode()),
        (MASK_SUFFIX, mask.tobytes()),
    ]


def _rounded(values: np.ndarray, decimals: int) -> list[object]:
    return np.round(values.astype(np.float64), decimals).tolist()


def _write_whole(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _cannot_write(folder: Path, error: OSError) -> SourceError:
    return SourceError(
        f"rendered hands cannot be written to {folder}: {error.strerror or error}; "
        "make room there and run the same command again, finished shards are kept"
    )
