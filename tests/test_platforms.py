"""What only some systems have is used only where the system was asked for, and never by an import alone."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(path for room in ("handtrack", "app", "tools") for path in (ROOT / room).rglob("*.py"))

# Modules of Python that Windows has not, and modules that only Windows has.
NOT_EVERYWHERE = {
    *(
        "crypt",
        "curses",
        "fcntl",
        "grp",
        "nis",
        "pty",
        "pwd",
        "readline",
        "resource",
        "spwd",
        "syslog",
        "termios",
        "tty",
    ),
    *("_winapi", "msvcrt", "winreg", "winsound"),
}
# What Windows or macOS lacks of modules that are everywhere.
NOT_EVERYWHERE_OF = {
    "os": {
        *(
            "fork",
            "forkpty",
            "getegid",
            "geteuid",
            "getgid",
            "getgroups",
            "getloadavg",
            "getpgid",
            "getpgrp",
            "getuid",
        ),
        *(
            "killpg",
            "mkfifo",
            "nice",
            "openpty",
            "posix_fadvise",
            "posix_fallocate",
            "pread",
            "pwrite",
            "sched_getaffinity",
        ),
        *(
            "sched_setaffinity",
            "sched_yield",
            "sendfile",
            "setgid",
            "setsid",
            "setuid",
            "startfile",
            "sync",
            "sysconf",
        ),
        *("uname", "wait", "wait3", "wait4", "memfd_create", "pidfd_open", "sched_setscheduler", "eventfd"),
    },
    "signal": {
        *(
            "SIGALRM",
            "SIGCHLD",
            "SIGHUP",
            "SIGKILL",
            "SIGQUIT",
            "SIGUSR1",
            "SIGUSR2",
            "SIGPIPE",
            "SIGSTOP",
            "SIGCONT",
        ),
        *("alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "sigwait"),
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT"},
    "time": {"CLOCK_BOOTTIME", "CLOCK_MONOTONIC", "clock_gettime", "pthread_getcpuclockid", "tzset"},
    "select": {"epoll", "kqueue", "poll"},
}
FOLDERS_OF_LINUX = ("/dev/", "/etc/", "/proc/", "/run/", "/sys/", "/tmp/", "/usr/", "/var/")
# What is found there is used, and nothing is missed where it is not.
LOOKED_FOR = {
    "app/process_usage.py": {"/proc/self"},
    "handtrack/doctor.py": {"/dev/video*"},
    "handtrack/engines/processor.py": {"/proc/cpuinfo"},
    "handtrack/sources/camera_list.py": {"/dev/v4l"},
    "handtrack/study/evaluation/speed/resident.py": {"/proc/self/statm"},
}
GUARDS = ("sys.platform", "os.name", "hasattr(")


def at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Everything that runs when a module is imported, but what stands below a question for the system."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and guarded(node.test):
            continue
        waiting += ast.iter_child_nodes(node)


def guarded(test: ast.expr) -> bool:
    words = ast.unparse(test)
    return words == "TYPE_CHECKING" or any(guard in words for guard in GUARDS)


def wanted(nodes: Iterator[ast.AST]) -> Iterator[tuple[int, str]]:
    """Line and name of everything among these nodes that is not everywhere."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names} & NOT_EVERYWHERE
            yield from ((node.lineno, name) for name in names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            if node.module in NOT_EVERYWHERE:
                yield node.lineno, node.module
            of = NOT_EVERYWHERE_OF.get(node.module, set())
            yield from (
                (node.lineno, f"{node.module}.{alias.name}") for alias in node.names if alias.name in of
            )
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used = {node.attr} & NOT_EVERYWHERE_OF.get(node.value.id, set())
            yield from ((node.lineno, f"{node.value.id}.{name}") for name in used)


def unguarded(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What is used in functions that nowhere ask which system this is."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        used = list(wanted(ast.walk(function)))
        if used and not any(guard in ast.unparse(function) for guard in GUARDS):
            yield from used


def found_in(tree: ast.Module) -> list[str]:
    return [name for _, name in [*wanted(at_import(tree)), *unguarded(tree)]]


def folders_in(tree: ast.Module) -> set[str]:
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    # A sentence that begins with it is no path.
    return {
        text
        for text in texts
        if isinstance(text, str) and text.startswith(FOLDERS_OF_LINUX) and " " not in text
    }


@functools.cache
def looked_through() -> dict[str, tuple[list[str], set[str]]]:
    """What each file uses that is not everywhere, and the folders of Linux that it names."""
    found = {}
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found[path.relative_to(ROOT).as_posix()] = found_in(tree), folders_in(tree)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import fcntl", ["fcntl"]),
        ("from signal import SIGKILL", ["signal.SIGKILL"]),
        ("CORES = len(os.sched_getaffinity(0))", ["os.sched_getaffinity"]),
        ("class A:\n    number = signal.SIGUSR1", ["signal.SIGUSR1"]),
        ("def ends(): os.kill(1, signal.SIGKILL)", ["signal.SIGKILL"]),
        ("def ends():\n    import resource", ["resource"]),
        ("if sys.platform == 'linux':\n    import fcntl", []),
        ("def cores(): return os.sched_getaffinity(0) if sys.platform == 'linux' else 1", []),
        ("import os\nNAME = os.name", []),
    ],
)
def test_what_is_not_everywhere_is_seen(text: str, expected: list[str]) -> None:
    assert found_in(ast.parse(text)) == expected


def test_nothing_that_a_system_lacks_is_used_without_a_question() -> None:
    wrong = [f"{path}: {name}" for path, (names, _) in looked_through().items() for name in names]

    assert wrong == []


def test_folders_of_linux_are_only_looked_into() -> None:
    named = {path: folders for path, (_, folders) in looked_through().items() if folders}

    assert named == LOOKED_FOR
