from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from handtrack.errors import ConfigError, SourceError
from handtrack.study.datasets.rendered import RenderedShards, shard_files, shard_length, shard_name
from handtrack.study.datasets.sample import HandSample
from handtrack.study.synthesis.shards import ShardSettings, prepare_folder, unfinished_shards, write_shard
from tests.handtrack.study.synthesis.sample_hands import made_up_sample

SETTINGS = ShardSettings(seed=3, pixels=48, margin=2.4, quality=92, shard_size=4)


def samples(count: int, start: int = 0) -> list[HandSample]:
    return [made_up_sample(3, index) for index in range(start, start + count)]


def test_equal_samples_give_equal_shards_byte_for_byte(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    first = write_shard(tmp_path / "a", 0, samples(3), 92)
    second = write_shard(tmp_path / "b", 0, samples(3), 92)

    assert first.read_bytes() == second.read_bytes()


def test_a_run_that_stops_half_way_leaves_no_shard(tmp_path):
    def interrupted() -> Iterator[HandSample]:
        yield made_up_sample(3, 0)
        assert not shard_files(tmp_path), "a shard must not show before it is whole"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shard(tmp_path, 0, interrupted(), 92)

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_not_read_and_is_replaced(tmp_path):
    whole = write_shard(tmp_path, 0, samples(2), 92).read_bytes()
    (tmp_path / shard_name(0)).unlink()
    (tmp_path / shard_name(0)).with_suffix(".partial").write_bytes(whole[:1000])
    assert not shard_files(tmp_path)

    assert write_shard(tmp_path, 0, samples(2), 92).read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == [shard_name(0)]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_is_one_clear_line_and_keeps_finished_shards(tmp_path):
    write_shard(tmp_path, 0, samples(2), 92)
    (tmp_path / shard_name(1)).with_suffix(".partial").symlink_to("/dev/full")

    with pytest.raises(SourceError, match=r"No space left on device; make room there and run .* again"):
        write_shard(tmp_path, 1, samples(2, start=2), 92)

    assert [path.name for path in tmp_path.iterdir()] == [shard_name(0)]
    assert len(RenderedShards(tmp_path)) == 2


def test_a_run_continues_with_the_shards_that_are_missing(tmp_path):
    write_shard(tmp_path, 1, samples(4, start=4), 92)

    assert unfinished_shards(tmp_path, 10, 4) == {0: range(0, 4), 2: range(8, 10)}


def test_a_larger_count_fills_up_the_last_shard(tmp_path):
    write_shard(tmp_path, 0, samples(4), 92)
    write_shard(tmp_path, 1, samples(2, start=4), 92)
    assert unfinished_shards(tmp_path, 6, 4) == {}

    assert unfinished_shards(tmp_path, 9, 4) == {1: range(4, 8), 2: range(8, 9)}


def test_a_damaged_shard_is_made_again(tmp_path):
    shard = write_shard(tmp_path, 0, samples(4), 92)
    shard.write_bytes(shard.read_bytes()[:3000])

    assert unfinished_shards(tmp_path, 4, 4) == {0: range(0, 4)}


def test_a_folder_is_continued_only_with_its_own_settings(tmp_path):
    folder = tmp_path / "new" / "hands"
    prepare_folder(folder, SETTINGS)
    prepare_folder(folder, SETTINGS)

    other = ShardSettings(seed=4, pixels=48, margin=1.5, quality=92, shard_size=4)
    with pytest.raises(ConfigError, match="was begun with another margin and seed"):
        prepare_folder(folder, other)


def test_damaged_settings_are_named(tmp_path):
    (tmp_path / "synthesis.json").write_text('{"seed": 3,')

    with pytest.raises(ConfigError, match=r"synthesis\.json is damaged"):
        prepare_folder(tmp_path, SETTINGS)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a folder that a file stands in the way of")
def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SourceError, match="cannot be written to"):
        prepare_folder(tmp_path / "file" / "hands", SETTINGS)


def test_shard_length_counts_samples(tmp_path):
    assert shard_length(write_shard(tmp_path, 0, samples(3), 92)) == 3


@pytest.mark.parametrize("share", ["meshes", "people"])
def test_a_folder_older_than_a_share_of_hands_is_continued_without_them(tmp_path, share):
    prepare_folder(tmp_path, SETTINGS)
    path = tmp_path / "synthesis.json"
    begun = json.loads(path.read_text())
    del begun[share]
    path.write_text(json.dumps(begun))

    prepare_folder(tmp_path, SETTINGS)
    with pytest.raises(ConfigError, match=f"begun with another {share}"):
        prepare_folder(tmp_path, ShardSettings(**{**asdict(SETTINGS), share: 0.5}))
