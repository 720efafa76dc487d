"""Use the window for a long time at random: `python -m tests.soak --minutes 30`.

It needs a screen (`xvfb-run -a python -m tests.soak`), prints its log as Markdown,
and ends with 0 if nothing grew and nothing was lost without being counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from app.environment import prepare_for_qt

prepare_for_qt()

from PyQt6.QtCore import QTimer  # noqa: E402
from PyQt6.QtWidgets import QApplication  # noqa: E402

from app.main import run_window  # noqa: E402
from app.window import MainWindow  # noqa: E402
from handtrack.config import load_settings  # noqa: E402
from tests.soak.clips import write_coming_and_going  # noqa: E402
from tests.soak.person import Person  # noqa: E402


def main() -> int:
    """Run, print the log, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rendered", action="store_true", help="also the source that renders a hand")
    arguments = parser.parse_args()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = folder / "coming and going.mp4"
        write_coming_and_going(clip)
        sources = [str(clip), "demo", *(["rendered"] if arguments.rendered else [])]
        people: list[Person] = []

        def sit_down() -> None:
            window = next(one for one in application.topLevelWidgets() if isinstance(one, MainWindow))
            people.append(Person(window, sources, 60 * arguments.minutes, arguments.seed))
            # The window owns him, and takes him with it: what he noted is read before.
            window.closed.connect(people[0].check_sessions)

        QTimer.singleShot(0, sit_down)
        status = run_window(str(clip), load_settings(overrides=[f"recording.folder={folder / 'sessions'}"]))
        (person,) = people
        return _report(person, status)


def _report(person: Person, status: int) -> int:
    account = person.account
    faults = person.faults + account.faults()
    if status:
        faults.append(f"the window ended with {status}")
    none, one, two = person.hands_seen
    if not (none and one and two):
        faults.append(f"hands did not come and go: {none} pictures with none, {one} with one, {two} with two")
    if not person.recorded:
        faults.append("nothing was recorded")
    print(account.table())
    grown = ", ".join(f"{name} {value:+.1f}" for name, value in account.growth().items())
    print(f"\n{person.opened} sources opened, {len(person.recorded)} sessions, all read; pictures with no,")
    print(f"one and two hands: {none}, {one}, {two}. From the warm-up to the end: {grown}.")
    for fault in faults:
        print(f"FAULT: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
