"""Cut patches kept on disk: cutting them takes minutes, mapping them into memory none.

Several processes that map the same files share the memory, and a run needs no more of it than it touches.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.study.datasets.patches import PATCH_PIXELS, Patches
from handtrack.study.datasets.whole_folder import whole_folder

_IMAGES, _MATTES, _LABELS, _FACTS = "images.npy", "mattes.npy", "labels.npz", "facts.json"
_CHUNK: Final = 256
_VERSION: Final = 2


def stored_patches(folder: Path, cut: Callable[[], Patches]) -> Patches:
    """The patches kept in a folder, cut and written first where there are none of this version.

    Raises SourceError where they cannot be written or are damaged.
    """
    if not (folder / _FACTS).is_file() or _is_old(folder):
        write_patches(folder, cut())
    return read_patches(folder)


def _is_old(folder: Path) -> bool:
    """Whether an earlier version of the project wrote the folder; a damaged one is not old."""
    try:
        facts = json.loads((folder / _FACTS).read_text())
        return isinstance(facts, dict) and int(facts["version"]) < _VERSION
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_patches(folder: Path, patches: Patches) -> None:
    """Write patches into a folder that appears only when it is whole. Raises SourceError."""
    with whole_folder(folder, "patches") as partial:
        # Channels first, as training needs them.
        shape = (len(patches), 3, PATCH_PIXELS, PATCH_PIXELS)
        images = np.lib.format.open_memmap(partial / _IMAGES, mode="w+", dtype=np.uint8, shape=shape)
        for start in range(0, len(patches), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            images[chunk] = patches.images[chunk].transpose(0, 3, 1, 2)
        images.flush()
        np.save(partial / _MATTES, patches.mattes)
        np.savez(
            partial / _LABELS,
            joints=patches.joints,
            spread=patches.spread,
            source=patches.source.astype(np.str_),
            key=patches.key.astype(np.str_),
        )
        (partial / _FACTS).write_text(json.dumps({"version": _VERSION, "patches": len(patches)}))


def read_patches(folder: Path) -> Patches:
    """Patches of a folder; their pictures are mapped and not read. Raises SourceError for a damaged one."""
    try:
        facts = json.loads((folder / _FACTS).read_text())
        # Copy on write: torch wants memory that could be written, and nobody may change the file.
        images = np.load(folder / _IMAGES, mmap_mode="c", allow_pickle=False)
        mattes = np.load(folder / _MATTES, mmap_mode="c", allow_pickle=False)
        with (folder / _LABELS).open("rb") as stream, np.load(stream, allow_pickle=False) as labels:
            values = {name: labels[name] for name in ("joints", "spread", "source", "key")}
        if facts != {"version": _VERSION, "patches": len(images)} or {
            len(mattes),
            len(values["joints"]),
        } != {len(images)}:
            raise ValueError("its parts do not fit each other")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:120]
        raise SourceError(
            f"the patches kept in {folder} are damaged ({reason}); delete the folder, they are cut again"
        ) from None
    return Patches(images.transpose(0, 2, 3, 1), mattes=mattes, **values)
