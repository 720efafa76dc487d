"""The hand mesh for the tests of pose and shape."""

from __future__ import annotations

import pytest

from handtrack.errors import SourceError
from handtrack.synthesis.body.mesh import HandMesh, hand_mesh


@pytest.fixture(scope="session")
def right_hand() -> HandMesh:
    """The right hand's mesh; skips where it is neither cached nor in reach."""
    try:
        return hand_mesh("right")
    except SourceError as error:
        pytest.skip(str(error))
