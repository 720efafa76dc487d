from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.rendered import RenderedShards
from handtrack.study.synthesis.shards import write_shard
from tests.handtrack.study.synthesis.sample_hands import made_up_sample


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_shard(tmp_path, 0, [made_up_sample(3, index) for index in range(3)], 95)
    write_shard(tmp_path, 1, [made_up_sample(3, index) for index in range(3, 5)], 95)
    return tmp_path


def test_samples_come_back_as_they_were_written(folder):
    shards = RenderedShards(folder)

    assert shards.name == "rendered"
    assert len(shards) == 5
    for index in range(5):
        wanted, sample = made_up_sample(3, index), shards[index]
        assert sample.joints_3d is not None
        assert wanted.joints_3d is not None
        assert sample.camera is not None
        assert wanted.camera is not None
        assert sample.key == f"3/{index}"
        assert sample.source == "rendered"
        assert sample.handedness == wanted.handedness
        np.testing.assert_allclose(sample.joints_2d, wanted.joints_2d, atol=1e-3)
        np.testing.assert_allclose(sample.joints_3d, wanted.joints_3d, atol=1e-6)
        np.testing.assert_allclose(sample.depth, wanted.depth, atol=1e-3)
        np.testing.assert_allclose(sample.camera, wanted.camera)
        np.testing.assert_array_equal(sample.visible, wanted.visible)
        np.testing.assert_array_equal(sample.mask, wanted.mask)
        assert not sample.spread.any()
        difference = np.abs(sample.image.astype(int) - wanted.image.astype(int))
        assert difference.mean() < 4, "JPEG changes the picture a little"


def test_an_empty_or_missing_folder_says_how_to_fill_it(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SourceError, match=r"no rendered hands in .*handtrack synth --out"):
            RenderedShards(folder)


@pytest.mark.parametrize("place", ["start", "in a header", "in a member", "between samples"])
def test_a_cut_shard_is_named(folder, place):
    shard = folder / "hands-00001.tar"
    content = shard.read_bytes()
    second = content.index(b"00000004.jpg")
    cut = {"start": 0, "in a header": second + 100, "in a member": second + 600, "between samples": second}
    shard.write_bytes(content[: cut[place]])

    with pytest.raises(SourceError, match=r"hands-00001\.tar is damaged; delete .* run the same"):
        RenderedShards(folder)


def test_a_shard_with_a_member_missing_is_named(folder):
    with tarfile.open(folder / "hands-00001.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("00000003.jpg"), io.BytesIO())

    with pytest.raises(SourceError, match=r"hands-00001\.tar is damaged"):
        RenderedShards(folder)


def test_a_sample_that_cannot_be_decoded_is_named(folder):
    shard = folder / "hands-00001.tar"
    content = bytearray(shard.read_bytes())
    start = content.index(b'{"seed"')
    content[start : start + 7] = b"garbage"
    shard.write_bytes(content)
    shards = RenderedShards(folder)

    with pytest.raises(SourceError, match=r"sample 00000003 in .*hands-00001\.tar is damaged"):
        shards[3]
    assert shards[4].key == "3/4"


def test_a_shard_that_vanishes_is_named(folder):
    shards = RenderedShards(folder)
    (folder / "hands-00001.tar").unlink()

    with pytest.raises(SourceError, match=r"hands-00001\.tar cannot be read: No such file"):
        shards[3]
