"""The manifest of a session: `session.yaml`, what the folder holds and how it was made."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handtrack.errors import SessionError
from handtrack.plain_text import printable
from handtrack.safe_yaml import YamlError, load_yaml
from handtrack.sessions.folder import MANIFEST_NAME, reason, write_atomically
from handtrack.sources.base import SourceInfo

FORMAT_NAME: Final = "handtrack-session"
FORMAT_VERSION: Final = 2
_MOST_BYTES: Final = 1_000_000


class NoManifestError(SessionError):
    """A folder's `session.yaml` is missing or damaged; `repair_session` may make it anew from the rows."""


class VideoSize(BaseModel):
    """Size of the recorded frames and of the video that holds them, pixels.

    They differ where the frames are odd: the video is padded at the right and the bottom.
    """

    model_config = ConfigDict(frozen=True)

    frame_width: int
    frame_height: int
    width: int
    height: int


class Mark(BaseModel):
    """A moment that a person marked: seconds from the first frame, and a name, which may be empty."""

    model_config = ConfigDict(frozen=True)

    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    name: str = ""


class Manifest(BaseModel):
    """What `session.yaml` says.

    status: "recording" until the session was closed, then "complete"; "recording" in a folder that
    nobody writes means that it was interrupted. frames, hands (hands seen, summed over the frames),
    dropped (frames that the recorder could not keep), duration (seconds from the first frame to the
    last), ended (why), untracked, failed and missed (see `LostFrames`), losses (what the source lost or left
    out, a sentence each) and table_crc32 (of the file hands.parquet) are known at close only. settings: those
    in force at the start.
    """

    # A later program may add keys; those that this one knows keep their meaning within a version.
    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal["handtrack-session"] = FORMAT_NAME
    format_version: int = Field(ge=1)
    program_version: str
    created: datetime
    status: Literal["recording", "complete"]
    source: SourceInfo | None = None
    settings: dict[str, Any] = {}
    weights_sha256: str | None = None
    video: VideoSize | None = None
    frames: int | None = None
    hands: int | None = None
    dropped: int | None = None
    untracked: int | None = None
    failed: int | None = None
    missed: int | None = None
    duration: float | None = None
    ended: str | None = None
    losses: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    table_crc32: str | None = None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `session.yaml` atomically. Raises OSError."""
    values = _encodable(manifest.model_dump(mode="json"))
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    write_atomically(folder / MANIFEST_NAME, text.encode())


def _encodable(value: Any) -> Any:
    """The value with what names of files may hold and no text can written out as codes."""
    if isinstance(value, dict):
        return {name: _encodable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def read_manifest(folder: Path) -> Manifest:
    """Manifest of a session folder. Raises SessionError naming what is missing or damaged."""
    path = folder / MANIFEST_NAME
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise SessionError(f"{folder} {what}; name the folder of a recorded session")
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is not a file")
        values = load_yaml(path, most_bytes=_MOST_BYTES)
    except FileNotFoundError:
        raise NoManifestError(
            f"{folder} is not a session: {MANIFEST_NAME} is missing; name the folder of a recorded session"
        ) from None
    except OSError as error:
        raise SessionError(f"{path} cannot be read: {reason(error)}") from None
    except YamlError as error:
        raise NoManifestError(f"{path} is damaged: it is not YAML ({error})") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT_NAME:
        raise NoManifestError(
            f"{path} is damaged or not of a session: it does not say 'format: {FORMAT_NAME}'"
        )
    number = values.get("format_version")
    # First, for in a newer format other things may be right.
    if isinstance(number, int) and number > FORMAT_VERSION:
        raise SessionError(
            f"{folder} has session format {number}, this program reads up to {FORMAT_VERSION}; "
            "install a newer handtrack"
        )
    try:
        return Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NoManifestError(f"{path} is damaged: {printable(where)}: {printable(first['msg'])}") from None
