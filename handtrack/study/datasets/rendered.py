"""Rendered hands on disk: tar shards in the WebDataset layout, as `handtrack synth` writes them.

A sample is three members of one shard, `00000042.jpg`, `00000042.json` and `00000042.mask.png`; the number is
the sample's index under the folder's seed. A shard appears under its name only when it is whole.
"""

from __future__ import annotations

import json
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Handedness
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.datasets.sample import RENDERED, HandSample, depth_in_pixels

IMAGE_SUFFIX: Final = "jpg"
LABELS_SUFFIX: Final = "json"
MASK_SUFFIX: Final = "mask.png"
_SUFFIXES: Final = (IMAGE_SUFFIX, LABELS_SUFFIX, MASK_SUFFIX)
_TAR_END: Final = bytes(1024)  # two empty blocks close every tar file
_AGAIN: Final = "delete {} and run the same `handtrack synth` again, which renders what is missing"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where one sample lies: its shard, and (offset, bytes) of each member in the order of _SUFFIXES."""

    shard: Path
    key: str
    members: tuple[tuple[int, int], ...]


def shard_name(number: int) -> str:
    """File name of shard number 0, 1, ..."""
    return f"hands-{number:05d}.tar"


def shard_files(folder: Path) -> list[Path]:
    """Whole shards of a folder, in order; shards that are still being written have other names."""
    return sorted(folder.glob("hands-*.tar"))


class RenderedShards:
    """Rendered hands as a data set; labels are exact, so their spread is zero.

    Opening reads only the tables of contents. identity: a text that differs for other hands. Raises
    SourceError for a folder without shards and for a shard that is damaged.
    """

    name = RENDERED

    def __init__(self, folder: Path) -> None:
        shards = shard_files(folder)
        if not shards:
            raise SourceError(
                f"there are no rendered hands in {folder} (hands-*.tar); "
                f"make some with `handtrack synth --out {folder}`"
            )
        self._entries = [entry for shard in shards for entry in _contents(shard)]
        # Compressed pictures: other hands, another size.
        self.identity = repr([(shard.name, shard.stat().st_size) for shard in shards])

    def __len__(self) -> int:
        """Number of rendered hands."""
        return len(self._entries)

    def __getitem__(self, index: int) -> HandSample:
        """Sample number index. Raises SourceError naming a shard that cannot be read."""
        entry = self._entries[index]
        try:
            with entry.shard.open("rb") as stream:
                image, labels, mask = (_read(stream, *member) for member in entry.members)
        except OSError as error:
            raise SourceError(f"{entry.shard} cannot be read: {error.strerror or error}") from None
        try:
            return _decode(image, labels, mask)
        except (ValueError, KeyError, TypeError, cv2.error):
            raise SourceError(
                f"sample {entry.key} in {entry.shard} is damaged; {_AGAIN.format(entry.shard.name)}"
            ) from None


def shard_length(shard: Path) -> int:
    """Number of samples in a shard. Raises SourceError when it is damaged."""
    return len(_contents(shard))


def _contents(shard: Path) -> list[_Entry]:
    """The samples of a shard, by key."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    try:
        with shard.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - len(_TAR_END)))
            whole = stream.read() == _TAR_END
        with tarfile.open(shard, "r:") as archive:
            for member in archive:
                key, _, suffix = member.name.partition(".")
                found.setdefault(key, {})[suffix] = (member.offset_data, member.size)
    except tarfile.TarError:
        whole = False
    except OSError as error:
        raise SourceError(f"{shard} cannot be read: {error.strerror or error}") from None
    if not whole or any(set(members) != set(_SUFFIXES) for members in found.values()):
        raise SourceError(f"the shard {shard} is damaged; {_AGAIN.format(shard.name)}")
    return [
        _Entry(shard, key, tuple(members[s] for s in _SUFFIXES)) for key, members in sorted(found.items())
    ]


def _read(stream: BinaryIO, offset: int, size: int) -> bytes:
    stream.seek(offset)
    return stream.read(size)


def _decode(image: bytes, labels: bytes, mask: bytes) -> HandSample:
    values = json.loads(labels)
    picture = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    covered = cv2.imdecode(np.frombuffer(mask, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None or covered is None or picture.shape[:2] != covered.shape:
        raise ValueError("a picture cannot be decoded")
    joints_3d = np.array(values["joints_3d"], np.float32).reshape(JOINT_COUNT, 3)
    camera = np.array(values["camera"], np.float64).reshape(3, 3)
    tone = values.get("skin_tone")  # not in older shards
    handedness: Handedness = "left" if values["handedness"] == "left" else "right"
    return HandSample(
        image=picture,
        joints_2d=np.array(values["joints_2d"], np.float32).reshape(JOINT_COUNT, 2),
        depth=depth_in_pixels(joints_3d, camera),
        spread=np.zeros(JOINT_COUNT, np.float32),
        handedness=handedness,
        source=RENDERED,
        key=f"{values['seed']}/{values['index']}",
        joints_3d=joints_3d,
        camera=camera,
        visible=np.array(values["visible"], bool).reshape(JOINT_COUNT),
        mask=covered > 127,
        skin_tone=None if tone is None else float(tone),
    )
