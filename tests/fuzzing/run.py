"""Coverage-guided fuzzing of targets: `python -m tests.fuzzing.run [TARGET ...] [--runs N] [--seed S]`.

Each has a process of its own, made after the readers were imported, which takes longest. It ends after so
many inputs, or at the first that is a fault, which is then written to the folder given by --faults, and ends
all. The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import atheris

with atheris.instrument_imports(include=["handtrack", "yaml", "zipfile"]):
    from tests.fuzzing.targets import TARGETS


def main() -> None:
    """Fuzz the targets that the command line names, or all."""
    parser = argparse.ArgumentParser(description="Coverage-guided fuzzing of the readers of files.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=Path, default=Path("out/fuzzing"))
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - set(TARGETS)
    if unknown:
        parser.error(f"there is no target {', '.join(sorted(unknown))}; take {', '.join(TARGETS)}")
    arguments.faults.mkdir(parents=True, exist_ok=True)
    for name in arguments.targets or TARGETS:
        print(f"{name}:", file=sys.stderr, flush=True)
        child = os.fork()
        if child == 0:
            fuzz(name, arguments.runs, arguments.seed, arguments.faults)
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit(1)


def fuzz(name: str, runs: int, seed: int, faults: Path) -> NoReturn:
    """Fuzz one target, then end the process."""
    target = TARGETS[name]
    with tempfile.TemporaryDirectory(prefix="handtrack-corpus-") as corpus:
        for number, content in enumerate(target.corpus()):
            (Path(corpus) / str(number)).write_bytes(content)
        options = [
            f"-runs={runs}",
            f"-seed={seed}",
            f"-artifact_prefix={faults}/{name}-",
            "-max_len=65536",
            "-rss_limit_mb=3000",
            # Of one input; a busy machine is no fault.
            "-timeout=600",
            "-report_slow_units=600",
            "-verbosity=1",
            # Nobody else writes there; what is read again by the clock counts as runs.
            "-reload=0",
        ]
        atheris.Setup([sys.argv[0], *options, corpus], target.one_input)
        atheris.Fuzz()
    raise AssertionError("it ends the process")


if __name__ == "__main__":
    main()
