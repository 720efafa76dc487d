# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the window keeps what it remembers from one run to the next."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from handtrack.resources import cache_folder


def preferences_file() -> Path:
    """The file of the preferences, below $HANDTRACK_CONFIG if set, else in the user's settings folder."""
    override = os.environ.get("HANDTRACK_CONFIG")
    folder = override or platformdirs.user_config_dir("handtrack", appauthor=False)
    return Path(folder) / "window.ini"


def recent_folder() -> Path:
    """The folder of the recent sources and their pictures, which may be emptied at any time."""
    override = os.environ.get("HANDTRACK_CONFIG")
    return (Path(override) if override else cache_folder()) / "recent"
