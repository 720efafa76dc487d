"""Many files at once: a process of `handtrack process` for each, so many at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from handtrack.ending import interruption, on_signals
from handtrack.errors import SessionError


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one source. text: its summary, or the one line that says why it failed."""

    source: str
    session: Path
    failed: bool
    text: str


def process_files(
    sources: Sequence[str],
    out_dir: Path,
    workers: int,
    options: Sequence[str] = (),
    ended: Callable[[FileOutcome], None] = lambda outcome: None,
) -> list[FileOutcome]:
    """Track every frame of each source into a session of its own in out_dir, named after the source.

    Processes rather than threads: one that fails or is killed takes no other with it, and Python's lock is
    not shared. options: of `handtrack process`. ended: called as each source ends, in any order. The outcomes
    are in the order of the sources. Raises SessionError where out_dir cannot be written. In the main thread,
    Ctrl-C and SIGTERM end every running process, whose session is closed properly; then KeyboardInterrupt or
    Terminated is raised.
    """
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SessionError(f"cannot write {out_dir}: {error.strerror}; name another folder") from None
    sessions = session_folders(sources, out_dir)
    running = _Running(options)
    outcomes: dict[int, FileOutcome] = {}
    with on_signals(running.end), ThreadPoolExecutor(workers, "file") as pool:
        jobs = {
            pool.submit(running.process, source, session): position
            for position, (source, session) in enumerate(zip(sources, sessions, strict=True))
        }
        try:
            for job in as_completed(jobs):
                outcome = job.result()
                if outcome is not None:
                    outcomes[jobs[job]] = outcome
                    ended(outcome)
        except BaseException:
            running.end(signal.SIGTERM)
            raise
    if running.ended_by is not None:
        raise interruption(running.ended_by)
    return [outcomes[position] for position in range(len(sources))]


def session_folders(sources: Sequence[str], out_dir: Path) -> list[Path]:
    """A folder in out_dir for each source, named after it; sources of one name are numbered."""
    taken: set[str] = set()
    folders = []
    for source in sources:
        stem = Path(source).stem or "session"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        folders.append(out_dir / name)
    return folders


class _Running:
    """The processes at work. ended_by: the signal that ended them, if any."""

    def __init__(self, options: Sequence[str]) -> None:
        self.ended_by: int | None = None
        self._options = options
        self._processes: set[subprocess.Popen[str]] = set()

    def _is_ending(self) -> bool:
        return self.ended_by is not None

    def process(self, source: str, session: Path) -> FileOutcome | None:
        """Track one source; None if that was not begun before the end."""
        if self._is_ending():
            return None
        command = [sys.executable, "-m", "handtrack", "process", source, "--out", str(session)]
        with subprocess.Popen(
            [*command, *self._options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            self._processes.add(process)
            if self._is_ending():
                process.terminate()
            output, errors = process.communicate()
            self._processes.discard(process)
        if process.returncode:
            return FileOutcome(source, session, True, _reason(errors) or f"ended with {process.returncode}")
        return FileOutcome(source, session, False, output.strip())

    def end(self, number: int) -> None:
        """Begin no other process, and ask those that run to end; for a signal's handler."""
        self.ended_by = number
        for process in tuple(self._processes):
            process.terminate()


def _reason(errors: str) -> str:
    """The program's own line among those that native libraries write as they end."""
    lines = errors.strip().splitlines()
    return next((line for line in reversed(lines) if line.startswith("error: ")), lines[-1] if lines else "")
