"""Every way to end, twice each as a process of its own; `python -m tests.endings` runs them more often."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from handtrack.screen import has_screen
from tests.endings.media import make_media
from tests.endings.scenarios import SCENARIOS, Media, Scenario, run


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory, hand_bundle: Path) -> Media:
    return make_media(tmp_path_factory.mktemp("media"))


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_exit_status_is_the_one_that_is_due(
    scenario: Scenario, time: int, media: Media, tmp_path: Path
) -> None:
    if scenario.window and not has_screen():
        pytest.skip("needs a screen")
    ending = run(scenario, media, tmp_path, random.Random(f"{scenario.name} {time}"))

    assert ending.is_due(scenario), f"{ending.status} after {ending.seconds:.1f} s: {ending.errors}"
