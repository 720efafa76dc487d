"""The hand meshes for the tests of pose, shape and looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.xr_hands import xr_hands_folder


@pytest.fixture(scope="session")
def right_hand() -> HandMesh:
    """The right hand's mesh; skips where it is neither cached nor in reach."""
    try:
        return hand_mesh("right")
    except SourceError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def folder(shared_data: Path) -> Path:
    """The data folder's meshes; skips where it has none."""
    found = xr_hands_folder(shared_data)
    if found is None:
        pytest.skip("needs the rigged hands in ../shared/data/meshes/xr_hands, which this machine has not")
    return found
