from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.patch_store import read_patches, stored_patches, write_patches
from handtrack.study.datasets.patches import PATCH_PIXELS, Patches


def _patches(count: int) -> Patches:
    generator = np.random.default_rng(0)
    return Patches(
        generator.integers(0, 255, (count, PATCH_PIXELS, PATCH_PIXELS, 3), dtype=np.uint8),
        generator.uniform(0, 200, (count, 21, 3)).astype(np.float32),
        generator.uniform(0, 3, (count, 21)).astype(np.float32),
        np.array([f"source {i % 2}" for i in range(count)]),
        np.array([f"file {i}" for i in range(count)]),
        generator.integers(0, 255, (count, PATCH_PIXELS // 2, PATCH_PIXELS // 2), dtype=np.uint8),
    )


def test_patches_come_back_mapped_and_equal(tmp_path: Path):
    before = _patches(5)
    write_patches(tmp_path / "hands", before)
    after = read_patches(tmp_path / "hands")
    for name in ("images", "joints", "spread", "source", "key", "mattes"):
        assert np.array_equal(getattr(after, name), getattr(before, name))
    assert isinstance(after.images, np.memmap)
    assert [path.name for path in tmp_path.iterdir()] == ["hands"], "nothing half remains"


def test_what_is_done_with_mapped_patches_does_not_reach_the_disk(tmp_path: Path):
    write_patches(tmp_path / "hands", _patches(2))
    read_patches(tmp_path / "hands").images[:] = 0
    assert read_patches(tmp_path / "hands").images.any()


def test_patches_are_cut_once(tmp_path: Path):
    cuts = []

    def cut() -> Patches:
        cuts.append(1)
        return _patches(3)

    first = stored_patches(tmp_path / "hands", cut)
    second = stored_patches(tmp_path / "hands", cut)
    assert len(cuts) == 1
    assert np.array_equal(first.images, second.images)


@pytest.mark.parametrize("file", ["images.npy", "mattes.npy", "labels.npz", "facts.json"])
def test_a_damaged_store_is_one_clear_error(tmp_path: Path, file: str):
    folder = tmp_path / "hands"
    write_patches(folder, _patches(2))
    (folder / file).write_bytes((folder / file).read_bytes()[:20])
    with pytest.raises(SourceError, match="delete the folder"):
        read_patches(folder)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="cannot be kept"):
        write_patches(tmp_path / "file" / "hands", _patches(1))


def test_patches_of_an_earlier_version_are_cut_anew(tmp_path: Path):
    """Those of before had no mattes."""
    folder = tmp_path / "hands"
    write_patches(folder, _patches(2))
    (folder / "mattes.npy").unlink()
    (folder / "facts.json").write_text(json.dumps({"version": 1, "patches": 2}))
    assert len(stored_patches(folder, lambda: _patches(3))) == 3
    assert read_patches(folder).mattes.any()


def test_damaged_patches_are_not_taken_for_old_ones(tmp_path: Path):
    folder = tmp_path / "hands"
    write_patches(folder, _patches(2))
    (folder / "facts.json").write_text("{")
    with pytest.raises(SourceError, match="damaged"):
        stored_patches(folder, lambda: _patches(3))
