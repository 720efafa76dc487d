from __future__ import annotations

from pathlib import Path

import pytest

from handtrack.sessions.manifest import FORMAT_VERSION, Manifest
from handtrack.sessions.schema import SCHEMA

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "session-format.md"


@pytest.mark.parametrize("name", [*SCHEMA.names, *Manifest.model_fields])
def test_every_column_and_manifest_key_is_described(name):
    assert f"`{name}`" in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_is_of_this_version():
    assert f"This is format version {FORMAT_VERSION}." in DOCUMENT.read_text(encoding="utf-8")
