"""The version of the program, which the packaging takes from git's tags."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from handtrack.extras import DISTRIBUTION


def installed_version() -> str:
    """The version that was installed; of a folder that was never installed, one below all others."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+uninstalled"


__version__ = installed_version()
