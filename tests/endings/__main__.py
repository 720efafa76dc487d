"""`python -m tests.endings`: every way to end, so many times, as a table; the log of docs/reliability.md."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from handtrack.screen import has_screen
from tests.endings.media import make_media
from tests.endings.scenarios import SCENARIOS, run
from tests.interrupts import heed_interrupts


def main() -> int:
    """Exit status 1 if one run ended in another way than is due."""
    parser = argparse.ArgumentParser(prog="python -m tests.endings", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="runs of each")
    parser.add_argument("--busy", action="store_true", help="keep every core busy meanwhile")
    parser.add_argument("--only", default="", help="those whose name holds this")
    parser.add_argument("--seed", type=int, default=0, help="of the moments at which signals come")
    options = parser.parse_args()
    heed_interrupts()
    chance = random.Random(options.seed)
    wrong = 0
    print(f"{_machine()}{', every core busy' if options.busy else ''}\n")
    print("| ending | due | runs | exit statuses | seconds, at most | wrong |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place, _load(options.busy):
        media = make_media(Path(place))
        for number, scenario in enumerate(SCENARIOS):
            if options.only not in scenario.name or (scenario.window and not has_screen()):
                continue
            endings = []
            for time in range(options.times):
                folder = Path(place) / f"{number}-{time}"
                folder.mkdir()
                endings.append(run(scenario, media, folder, chance))
                if not endings[-1].is_due(scenario):
                    print(f"{scenario.name}: {endings[-1]}", file=sys.stderr)
            statuses = Counter("stood still" if e.status is None else str(e.status) for e in endings)
            not_due = sum(not ending.is_due(scenario) for ending in endings)
            wrong += not_due
            print(
                f"| {scenario.name} | {' or '.join(map(str, scenario.due))} | {len(endings)} "
                f"| {', '.join(f'{count} x {status}' for status, count in statuses.items())} "
                f"| {max(ending.seconds for ending in endings):.1f} | {not_due} |",
                flush=True,
            )
    return int(wrong > 0)


def _machine() -> str:
    amx = " with AMX" if "amx_tile" in _processor_flags() else " without AMX"
    limited = os.environ.get("ONEDNN_MAX_CPU_ISA")
    return f"{platform.machine()}{amx}{f', limited to {limited}' if limited else ''}, {os.cpu_count()} cores"


def _processor_flags() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return ""


@contextlib.contextmanager
def _load(wanted: bool) -> Iterator[None]:
    # Programs of their own: what multiprocessing spawns knows nothing that a package's __main__ defines.
    hogs = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
        if wanted
    ]
    try:
        yield
        assert all(hog.poll() is None for hog in hogs), "not every core was busy"
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


if __name__ == "__main__":
    sys.exit(main())
