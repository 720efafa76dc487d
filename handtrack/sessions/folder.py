"""The folder of a session: its file names, how it is made, and writes that survive a power cut."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from handtrack.config import RecordingSettings
from handtrack.errors import SessionError

MANIFEST_NAME: Final = "session.yaml"
STREAM_NAME: Final = "hands.arrows"
TABLE_NAME: Final = "hands.parquet"
VIDEO_NAME: Final = "video.mkv"
_LATER_PART: Final = re.compile(r"video_([2-9]|[1-9]\d{1,8})\.mkv")


class DurableFile(io.FileIO):
    """An unbuffered binary file for writing, whose writes are whole and that can be forced to disk."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        """new: raise FileExistsError where the file is there already."""
        super().__init__(path, "x" if new else "w")
        self._path = path

    def write(self, data: Any) -> int:
        """Write all bytes; raises OSError where the disk does not take them."""
        # FileIO may write a part only (a nearly full disk), and neither Arrow nor FFmpeg looks at the count.
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            done += super().write(view[done:]) or 0
        return done

    def sync(self) -> None:
        """Return once everything written so far would survive a power cut."""
        os.fsync(self.fileno())

    def check_still_there(self) -> None:
        """Raise FileNotFoundError where the path no longer leads to this file."""
        # Writing to a file that was deleted or replaced succeeds on most systems, and keeps nothing.
        name = self._path.name
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            raise FileNotFoundError(None, f"{name} vanished") from None
        if not os.path.samestat(there, os.fstat(self.fileno())):
            raise FileNotFoundError(None, f"{name} was replaced by another file")


def is_session(path: str | Path) -> bool:
    """Whether a path is the folder of a recorded session, whole or not."""
    try:
        return (Path(path) / MANIFEST_NAME).is_file()
    except (OSError, ValueError):
        return False


def prepare_session_folder(folder: Path) -> bool:
    """Make sure that a session can be written to a folder; gives whether the folder was made now.

    Raises SessionError where the folder holds anything already or cannot be written.
    """
    try:
        existed = folder.is_dir()
        if existed and any(folder.iterdir()):
            raise SessionError(
                f"the output folder {folder} exists and is not empty; name a new folder, or empty this one"
            )
        folder.mkdir(parents=True, exist_ok=True)
        # Only an attempt tells: permission bits do not describe read-only and network file systems.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError:
        raise SessionError(f"the output folder {folder} is a file; name a folder") from None
    except OSError as error:
        raise SessionError(
            f"the output folder {folder} cannot be written ({reason(error)}); name another folder"
        ) from None
    return not existed


def new_session_folder(base: Path) -> Path:
    """Path below base, named after the local time and not yet taken, such as base/2026-11-21_16-30-05."""
    name = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    folder = base / name
    count = 1
    while folder.exists():
        count += 1
        folder = base / f"{name}_{count}"
    return folder


def sessions_home(settings: RecordingSettings) -> Path:
    """Folder where the window puts sessions: the one in the settings, or one in the user's videos folder."""
    if settings.folder is not None:
        return settings.folder.expanduser()
    from platformdirs import user_videos_path

    return user_videos_path() / "handtrack"


def video_part(folder: Path, number: int) -> Path:
    """Path of a part of the video, counted from 1."""
    return folder / (VIDEO_NAME if number == 1 else f"video_{number}.mkv")


def video_parts(folder: Path) -> list[Path]:
    """The parts of the video that are there, in order; see docs/session-format.md."""
    later = [
        (int(found[1]), path) for path in folder.iterdir() if (found := _LATER_PART.fullmatch(path.name))
    ]
    first = video_part(folder, 1)
    return [path for path in (first, *(path for _, path in sorted(later))) if path.is_file()]


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file so that a crash at any moment leaves the old content or the new, never a part."""
    with finished_file(path) as temporary, DurableFile(temporary) as file:
        file.write(data)
        file.sync()


@contextlib.contextmanager
def finished_file(path: Path) -> Iterator[Path]:
    """A path to write to, which takes its final name only if the block ends without an exception."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def file_crc(path: Path) -> str:
    """CRC-32 of a file, eight hexadecimal digits. Raises OSError."""
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
    return f"{crc:08x}"


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk, where the system offers that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(error: BaseException) -> str:
    """What an error says, on one line, without error numbers and file names."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())
