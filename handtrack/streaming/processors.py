"""Classes of a user's own that are given every result: found, made, and kept from harming the tracker."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from handtrack.errors import StreamError
from handtrack.hand import FrameResult
from handtrack.plain_text import printable

logger = logging.getLogger(__name__)

GROUP: Final = "handtrack.processors"
"""Entry points by which installed packages offer processors."""
_EXAMPLE: Final = "write module:Class, file.py:Class or the name of an installed one"


class ProcessorOutlet:
    """Gives each result to an object's `process`, and calls its `close`, if it has one, at the end.

    name: `processor` and what it was asked for as. Raises StreamError where there is no such class, or it
    cannot be made.
    """

    clients = None
    dropped = 0

    def __init__(self, wanted: str) -> None:
        self.name = _shown(wanted)
        made = _class_of(wanted)
        try:
            self._processor = made()
        except (Exception, SystemExit) as error:
            raise _refused(wanted, "cannot be made", error) from None
        if not callable(getattr(self._processor, "process", None)):
            raise StreamError(f"{self.name} has no method process(result); give it one")

    def send(self, result: FrameResult) -> None:
        """Let it have the result; raises what it raises."""
        self._processor.process(result)

    def close(self) -> None:
        """Let it clean up."""
        close = getattr(self._processor, "close", None)
        if callable(close):
            close()


def _shown(wanted: str) -> str:
    """What people are told: of a file its name, however deep it lies."""
    return f"processor {printable(Path(wanted).name[:80])}"


def _class_of(wanted: str) -> Any:
    place, colon, name = wanted.rpartition(":")
    if not colon:
        return _installed(wanted)
    try:
        found = _module_of_file(Path(place)) if place.endswith(".py") else _module(place)
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError:
        raise StreamError(f"processor {printable(wanted)}: there is no {name!r} in it; {_EXAMPLE}") from None
    except (Exception, SystemExit) as error:
        raise _refused(wanted, "cannot be loaded", error) from None
    if not callable(found):
        raise StreamError(f"processor {printable(wanted)} is no class; {_EXAMPLE}")
    return found


def _installed(wanted: str) -> Any:
    offered = {entry.name: entry for entry in entry_points(group=GROUP)}
    if wanted not in offered:
        known = f"; installed are {', '.join(sorted(offered))}" if offered else ""
        raise StreamError(f"no installed processor is called {printable(wanted)!r}{known}; {_EXAMPLE}")
    try:
        return offered[wanted].load()
    except (Exception, SystemExit) as error:
        raise _refused(wanted, "cannot be loaded", error) from None


def _module(name: str) -> Any:
    # As Python does for a script: what lies where the command is called can be named.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    return importlib.import_module(name)


def _module_of_file(path: Path) -> Any:
    place, name = path.resolve(), f"handtrack_processor_{path.stem}"
    loaded = sys.modules.get(name)
    if loaded is not None and loaded.__file__ == str(place):
        return loaded  # several classes of a file share what is in it
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickles of the file look for it there
    spec.loader.exec_module(module)
    return module


def _refused(wanted: str, what: str, error: BaseException) -> StreamError:
    logger.info("the trace of it:", exc_info=error)
    reason = printable(f"{type(error).__name__}: {error}"[:200])
    return StreamError(f"{_shown(wanted)} {what} ({reason}); {_EXAMPLE}")
