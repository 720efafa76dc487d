from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from handtrack.errors import ConfigError, SourceError
from handtrack.study.datasets.rendered import RenderedShards, shard_files
from handtrack.study.datasets.sample import HandSample
from handtrack.study.synthesis.generate import generate
from handtrack.study.synthesis.shards import ShardSettings
from tests.handtrack.study.synthesis.sample_hands import made_up_sample

SETTINGS = ShardSettings(seed=3, pixels=48, margin=2.4, quality=92, shard_size=4)


@dataclass(frozen=True)
class MadeUpStudio:
    """Gives made-up hands; fails, or ends its process, at one index."""

    fails_at: int = -1
    dies_at: int = -1

    def crop(self, index: int, pixels: int, margin: float) -> HandSample:
        if index == self.fails_at:
            raise SourceError("there is no light")
        if index == self.dies_at:
            os._exit(1)
        return made_up_sample(3, index, pixels)


def contents(folder: Path) -> dict[str, bytes]:
    return {shard.name: shard.read_bytes() for shard in shard_files(folder)}


def test_all_hands_are_rendered_in_shards(tmp_path):
    told: list[tuple[int, int]] = []

    rendered = generate(
        tmp_path, MadeUpStudio(), SETTINGS, 10, progress=lambda done, total: told.append((done, total))
    )

    assert rendered == 10
    shards = RenderedShards(tmp_path)
    assert [shards[i].key for i in range(len(shards))] == [f"3/{i}" for i in range(10)]
    assert len(shard_files(tmp_path)) == 3
    assert told == [(done, 10) for done in range(11)]


def test_several_processes_write_the_same_shards(tmp_path):
    told: list[int] = []
    generate(tmp_path / "one", MadeUpStudio(), SETTINGS, 10)
    generate(
        tmp_path / "two", MadeUpStudio(), SETTINGS, 10, workers=2, progress=lambda done, _: told.append(done)
    )

    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert sorted(told) == told
    assert (told[0], told[-1]) == (0, 10)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    generate(tmp_path / "whole", MadeUpStudio(), SETTINGS, 10)
    with pytest.raises(SourceError, match="there is no light"):
        generate(tmp_path / "part", MadeUpStudio(fails_at=6), SETTINGS, 10)
    assert len(RenderedShards(tmp_path / "part")) == 4

    assert generate(tmp_path / "part", MadeUpStudio(), SETTINGS, 10) == 6

    assert contents(tmp_path / "part") == contents(tmp_path / "whole")


def test_a_finished_run_renders_nothing_again(tmp_path):
    generate(tmp_path, MadeUpStudio(), SETTINGS, 10)

    assert generate(tmp_path, MadeUpStudio(fails_at=0), SETTINGS, 10) == 0


def test_more_hands_continue_a_finished_run(tmp_path):
    generate(tmp_path / "later", MadeUpStudio(), SETTINGS, 6)
    generate(tmp_path / "later", MadeUpStudio(), SETTINGS, 10)
    generate(tmp_path / "once", MadeUpStudio(), SETTINGS, 10)

    assert contents(tmp_path / "later") == contents(tmp_path / "once")


def test_another_seed_does_not_mix_into_a_folder(tmp_path):
    generate(tmp_path, MadeUpStudio(), SETTINGS, 4)

    with pytest.raises(ConfigError, match="begun with another seed"):
        generate(tmp_path, MadeUpStudio(), ShardSettings(4, 48, 2.4, 92, 4), 4)


def test_an_error_in_a_worker_is_told(tmp_path):
    with pytest.raises(SourceError, match="there is no light"):
        generate(tmp_path, MadeUpStudio(fails_at=1), SETTINGS, 10, workers=2)


def test_a_worker_that_dies_is_one_clear_line(tmp_path):
    with pytest.raises(SourceError, match=r"ended suddenly .* finished shards are kept"):
        generate(tmp_path, MadeUpStudio(dies_at=1), SETTINGS, 10, workers=2)
