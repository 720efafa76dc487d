"""Every way to end, in two processes each side by side; `python -m tests.endings` runs them more often."""

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

    # They wait more than they work.
    with ThreadPoolExecutor(2) as both:
        endings = list(both.map(once, (1, 2)))

    for ending in endings:
        assert ending.is_due(scenario), f"{ending.status} after {ending.seconds:.1f} s: {ending.errors}"
