# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m app [SOURCE]`: the window without the rest of the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from handtrack.config import load_settings
from handtrack.ending import end_program
from handtrack.errors import HandtrackError
from handtrack.native_threads import keep_numpy_to_one_thread


def main(arguments: list[str] | None = None) -> int:
    """Exit code of the window opened with the given command-line arguments."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Track hands in a window.")
    parser.add_argument("source", nargs="?", help="camera, video file, folder of images, rendered, or demo")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings that replace the defaults")
    parser.add_argument("--set", action="append", metavar="KEY=VALUE", help="one setting, as a.b=value")
    parser.add_argument("--screenshot", type=Path, metavar="PNG", help="save the window's picture, then quit")
    parser.add_argument("--quit-after", type=float, metavar="SECONDS", help="quit after so many seconds")
    options = parser.parse_args(arguments)
    keep_numpy_to_one_thread()
    try:
        settings = load_settings(options.config, options.set)
        from app.main import run_window

        return run_window(
            options.source,
            settings,
            screenshot=options.screenshot,
            quit_after=options.quit_after,
            remembering=lambda remembered: load_settings(options.config, options.set, remembered),
        )
    except HandtrackError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    end_program(main())
