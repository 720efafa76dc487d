"""The commands that documents show: where they stand, and whether the programs that they call know them."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer.main

from handtrack.cli import command
from handtrack.config import load_settings
from tests.documents import ROOT, Piece, blocks, codes

SHELL = ("", "sh", "bash", "console", "shell")
LEFT_OUT = ("...", "…")
"""In a command: what else belongs there."""

COMMANDS: Any = typer.main.get_command(command()).commands  # type: ignore[attr-defined]
_BEFORE = {"time": 1, "sudo": 1, "taskset": 3}
"""Programs that call another one, and how many words they are."""
OTHERS = {
    *(
        "dask",
        "git",
        "npm",
        "pipx",
        "pre-commit",
        "py",
        "py-spy",
        "pylupdate6",
        "pytest",
        "ruff",
        "mypy",
        "twine",
    ),
    *(".venv\\Scripts\\activate", "source", "split", "cd", "apt-get", "uv"),
}
"""Programs that are not ours, whose options are theirs."""


@dataclass(frozen=True)
class Call:
    """A command in a document, without what stands before it. whole: it may be run as it stands."""

    at: Piece
    words: tuple[str, ...]
    whole: bool

    def __str__(self) -> str:
        """Where it is, and what."""
        return f"{self.at}: {' '.join(self.words)}"


class UnknownError(Exception):
    """A document shows what does not exist."""


def calls(files: Sequence[Path]) -> Iterator[Call]:
    """The commands of these files: every line of a block of commands, and code that begins as one of ours."""
    for file in files:
        for block in blocks(file):
            if block.language in SHELL and is_shell(block):
                for words in split(_plain(block.text)):
                    yield Call(block, words, not any(word in LEFT_OUT for word in words))
        for code in codes(file):
            if re.match(r"(handtrack|make|python3?|pip) [\w'-]", code.text):
                for words in split(re.sub(r"[\[\]]", " ", code.text)):
                    yield Call(code, words, whole=False)


def _plain(text: str) -> str:
    """Lines that go on, joined; and what may be left out, such as [--force], without its brackets."""
    return re.sub(r"\[(-[^\]]*)\]", r"\1", text.replace("\\\n", " ").replace("$ ", ""))


def is_shell(block: Piece) -> bool:
    """Whether a block without a language has commands."""
    first = next(iter(split(block.text.replace("\\\n", " "))), ())
    known = ("handtrack", "make", "pip", "python", "python3", "torchrun")
    return bool(first) and (program(first[0]) in known or first[0] in OTHERS)


def split(text: str) -> list[tuple[str, ...]]:
    """The commands of some lines, without comments and what is set or called before them."""
    found = []
    for line in text.splitlines():
        try:
            reader = shlex.shlex(line.replace("\\", "\\\\"), posix=True, punctuation_chars="&|;")
            reader.whitespace_split = True
            parts = list(reader)
        except ValueError:  # an apostrophe of prose, in what is no command
            continue
        while parts:
            cut = next((at for at, part in enumerate(parts) if set(part) <= set("&|;")), len(parts))
            words, parts = parts[:cut], parts[cut + 1 :]
            if words := _called(words):
                found.append(tuple(words))
    return found


def _called(words: list[str]) -> list[str]:
    while words:
        if re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        elif words[0] == "xvfb-run":
            words = words[1:]
            while words and words[0].startswith("-"):
                words = words[2 if words[0] in ("-s", "--server-args") else 1 :]
        elif words[0] in _BEFORE:
            words = words[_BEFORE[words[0]] :]
        else:
            break
    return words


def program(word: str) -> str:
    """The name of a program that may be called by its path."""
    return word.rpartition("/")[2]


def check(call: Call) -> None:
    """Raise UnknownError where a command calls what does not exist."""
    name, arguments = program(call.words[0]), [word for word in call.words[1:] if word not in LEFT_OUT]
    if name in ("python", "python3", "torchrun") and "-m" in arguments:
        module, *rest = arguments[arguments.index("-m") + 1 :]
        if module == "handtrack":
            name, arguments = "handtrack", rest
        elif module not in OTHERS and importlib.util.find_spec(module) is None:
            raise UnknownError(f"there is no module {module}")
    if name == "handtrack":
        _check_own(arguments, call.whole)
    elif name == "make":
        _check_make(arguments)
    elif name == "pip":
        _check_extras(arguments)
    elif name not in ("python", "python3", "torchrun") and not {name, call.words[0]} & OTHERS:
        raise UnknownError(f"{name} is no program that is known here (tests/documented_commands.py)")
    for word in arguments:
        _check_path(word)


def _check_own(arguments: list[str], whole: bool) -> None:
    if not arguments or arguments[0] in ("--help", "--version"):
        return
    verb, *rest = arguments
    if verb == "VERB":
        return
    if verb not in COMMANDS:
        raise UnknownError(f"handtrack has no command {verb!r}")
    options = {
        option: each for each in COMMANDS[verb].params for option in [*each.opts, *each.secondary_opts]
    }
    for word in rest:
        named = word.partition("=")[0]
        if re.match(r"-+[a-z]", named) and named not in {*options, "--help"}:
            raise UnknownError(f"handtrack {verb} has no option {named}")
    if whole and "--help" not in rest:
        try:
            COMMANDS[verb].make_context(verb, [_example(word) for word in rest])
        except Exception as error:  # typer brings click along under another name in each version
            raise UnknownError(f"handtrack {verb}: {getattr(error, 'message', None) or error}") from None
    _check_settings(verb, rest)


def _example(word: str) -> str:
    """A value in the place of a word for one."""
    return {"FORMAT": "csv", "N": "1", "SECONDS": "1", "MINUTES": "1"}.get(word, word)


def _check_settings(verb: str, words: list[str]) -> None:
    given = {
        name: [value for option, value in pairwise(words) if option == name and "=" in value]
        for name in ("--set", "--motion-set")
    }
    given["--set"] = [value for value in given["--set"] if value != "SECTION.KEY=VALUE"]
    if verb in ("run", "process", "demo", "view"):
        load_settings(overrides=given["--set"])
    elif verb == "train" and words and words[0].startswith("configs/"):
        from handtrack.study.training.settings import load_training_settings

        load_training_settings(ROOT / words[0], given["--set"])
    load_settings(overrides=given["--motion-set"])


def _check_make(arguments: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in arguments:
        variable, is_value, _ = word.partition("=")
        pattern = (
            rf"^{variable} [?:]?=" if is_value else rf"^(?:[\w$()/.-]+ )*{re.escape(word)}(?: .*)?:(?!=)"
        )
        if not re.search(pattern, makefile, re.MULTILINE):
            raise UnknownError(f"the Makefile has no {word}")


def _check_extras(arguments: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for word in arguments:
        if found := re.fullmatch(rf"(?:\.|{project['name']})\[([\w,-]+)\]", word):
            for extra in found[1].split(","):
                if extra not in project["optional-dependencies"]:
                    raise UnknownError(f"the package has no extra {extra!r}")


def _check_path(word: str) -> None:
    """Such as configs/default.yaml or examples/processors/csv_logger.py:CsvLogger, which must be there."""
    path, _, name = word.partition(":")
    if path.partition("/")[0] not in ("app", "assets", "configs", "docs", "examples", "handtrack", "tests"):
        return
    if "/" not in path or "*" in path:
        return
    file = ROOT / path
    if not file.exists():
        raise UnknownError(f"there is no {path}")
    if name and file.suffix == ".py":
        parsed = ast.parse(file.read_text(encoding="utf-8"))
        if name not in {node.name for node in parsed.body if isinstance(node, ast.ClassDef)}:
            raise UnknownError(f"{path} has no class {name}")


def failures(every: Sequence[Call], judge: Callable[[Call], None] = check) -> list[str]:
    """What is wrong with commands, a line each."""
    found = []
    for call in every:
        try:
            judge(call)
        except Exception as error:  # whatever it is, it stands in the list
            found.append(f"{call}: {error}")
    return found
