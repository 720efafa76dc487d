"""Install packages with pip in few lines: what happens, how far it is, and where pip's own lines are.

    python -m tools.install LOG PIP_ARGUMENT...

Runs `pip install` in the Python that runs this, and needs no package itself.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from tools.progress import PipProgress, size

LAST_LINES = 12
"""Of pip's, that are shown where it fails."""
LINE_INTERVAL = 30.0
"""Seconds between two lines of progress where there is no terminal."""
_PLAIN_PROGRESS = (24, 1)
"""The first pip that tells another program how far a download is."""


def main(log: Path, arguments: list[str]) -> int:
    """Install; gives pip's exit code. The log, which begins anew, has what pip said."""
    begun = time.monotonic()
    progress = PipProgress()
    status = StatusLine(sys.stdout)
    with log.open("w", encoding="utf-8") as file:
        pip = subprocess.Popen(
            [sys.executable, "-m", "pip", "install", *_progress_option(), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            encoding="utf-8",
            errors="replace",
        )
        assert pip.stdout is not None
        for line in pip.stdout:
            if progress.read(line):
                file.write(line)
                file.flush()
            status.show(f"  {_clock(time.monotonic() - begun)}  {progress}")
    status.clear()
    code = pip.wait()
    if code == 0:
        came = f", {size(progress.downloaded)} downloaded" if progress.downloaded else ""
        packages = "1 package" if progress.packages == 1 else f"{progress.packages} packages"
        print(f"Installed {packages} in {_clock(time.monotonic() - begun)}{came}.")
    else:
        print(f"pip could not install everything. Its last lines, of {log}:", file=sys.stderr)
        lines = log.read_text(encoding="utf-8").splitlines()
        sys.stderr.writelines(f"  {line}\n" for line in lines[-LAST_LINES:])
    return code


class StatusLine:
    """A line that says what happens now: rewritten on a terminal, elsewhere a new one now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._shown = ""
        self._last = time.monotonic()

    def show(self, text: str) -> None:
        """Say this; nothing where there is no terminal and the last line is not old enough."""
        if self._terminal:
            # One column less: a line as wide as the terminal would begin another.
            self._rewrite(text[: shutil.get_terminal_size().columns - 1])
        elif time.monotonic() - self._last >= LINE_INTERVAL:
            self._last = time.monotonic()
            print(text, file=self._stream, flush=True)

    def clear(self) -> None:
        """Leave an empty line to whoever writes next."""
        if self._terminal:
            self._rewrite("")

    def _rewrite(self, text: str) -> None:
        if text != self._shown:
            self._stream.write(f"\r{text}{' ' * (len(self._shown) - len(text))}{'' if text else chr(13)}")
            self._stream.flush()
            self._shown = text


def _progress_option() -> list[str]:
    version = importlib.metadata.version("pip").split(".")
    return ["--progress-bar=raw"] if tuple(map(int, version[:2])) >= _PLAIN_PROGRESS else []


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
    except KeyboardInterrupt:
        sys.exit("interrupted; the next make goes on with it")
