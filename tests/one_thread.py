"""One thread, as training runs: on a busy machine threads that wait for each other would take minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handtrack.study.training import arithmetic


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Gives the other tests their threads back. For a conftest to import, for all tests beside it."""
    with arithmetic.one_thread():
        yield
