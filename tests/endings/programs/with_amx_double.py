"""Runs another program on a double of what OpenVINO does to signals on processors with AMX.

There the first compilation of a `Core` gives its thread a stack for signals, and when the last reference to
the `Core` goes, that stack is unmapped; the old one is put back only if that happens in the same thread.
Python's handlers run on it, so that the next signal is a segmentation fault. The double does so anywhere.
"""

import ctypes
import mmap
import runpy
import sys
import threading
import weakref
from typing import Any

STACK_BYTES = 20_144  # measured on two processors with AMX


class _Stack(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (
    ctypes.c_void_p,
    *(ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int),
    ctypes.c_long,
)
_libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)


class _SignalStack:
    """A stack for signals of the thread that makes it, gone with it."""

    def __init__(self) -> None:
        base = _libc.mmap(
            None, STACK_BYTES, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0
        )
        before = _Stack()
        _libc.sigaltstack(ctypes.byref(_Stack(base, 0, STACK_BYTES)), ctypes.byref(before))
        weakref.finalize(self, _unmap, base, before, threading.get_ident()).atexit = False


def _unmap(base: int, before: _Stack, thread: int) -> None:
    if threading.get_ident() == thread:
        _libc.sigaltstack(ctypes.byref(before), None)
    _libc.munmap(base, STACK_BYTES)


def install() -> None:
    """Put the double in the place of `openvino.Core`."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment] # nothing is reported from tests either
    import openvino

    real = openvino.Core

    class Core(real):  # type: ignore[misc, valid-type]
        def compile_model(self, *arguments: Any, **options: Any) -> Any:
            if not hasattr(self, "_signals"):
                self._signals = _SignalStack()
            compiled = super().compile_model(*arguments, **options)
            compiled._signals = self._signals
            return compiled

    openvino.Core = Core


if __name__ == "__main__":
    install()
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
