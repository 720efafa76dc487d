"""Many files at once: a process of `handtrack process` for each, so many at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

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
    are in the order of the sources. Raises SessionError where out_dir cannot be written.
    """
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SessionError(f"cannot write {out_dir}: {error.strerror}; name another folder") from None
    sessions = session_folders(sources, out_dir)
    with ThreadPoolExecutor(workers, "file") as pool:
        jobs = {
            pool.submit(_process, source, session, options): position
            for position, (source, session) in enumerate(zip(sources, sessions, strict=True))
        }
        outcomes: dict[int, FileOutcome] = {}
        try:
            for job in as_completed(jobs):
                outcomes[jobs[job]] = job.result()
                ended(job.result())
        except BaseException:
            # Ctrl-C reaches the running processes by itself; those that wait are not begun.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
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


def _process(source: str, session: Path, options: Sequence[str]) -> FileOutcome:
    command = [sys.executable, "-m", "handtrack", "process", source, "--out", str(session), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return FileOutcome(source, session, True, lines[-1] if lines else f"ended with {done.returncode}")
    return FileOutcome(source, session, False, done.stdout.strip())
