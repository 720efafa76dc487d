"""Every way to end, at two moments where that is left to chance. `python -m tests.endings` runs more."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from handtrack.screen import has_screen
from tests.endings.media import make_media
from tests.endings.scenarios import SCENARIOS, Ending, Media, Scenario, run


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory, hand_bundle: Path) -> Media:
    return make_media(tmp_path_factory.mktemp("media"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_exit_status_is_the_one_that_is_due(scenario: Scenario, media: Media, tmp_path: Path) -> None:
    if scenario.window and not has_screen():
        pytest.skip("needs a screen")

    def once(time: int) -> Ending:
        folder = tmp_path / str(time)
        folder.mkdir()
        return run(scenario, media, folder, random.Random(f"{scenario.name} {time}"))

    # Side by side: they wait more than they work.
    with ThreadPoolExecutor(2) as both:
        endings = list(both.map(once, (1, 2) if scenario.by_chance else (1,)))

    for ending in endings:
        assert ending.is_due(scenario), f"{ending.status} after {ending.seconds:.1f} s: {ending.errors}"
