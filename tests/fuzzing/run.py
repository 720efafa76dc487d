"""Coverage-guided fuzzing of one target: `python -m tests.fuzzing.run TARGET [--runs N] [--seed S]`.

It ends after so many inputs, or at the first that is a fault, which is then written to the folder given by
--faults. The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["handtrack", "yaml", "zipfile"]):
    from tests.fuzzing.targets import TARGETS


def main() -> None:
    """Fuzz the target that the command line names."""
    parser = argparse.ArgumentParser(description="Coverage-guided fuzzing of one reader of files.")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=Path, default=Path("out/fuzzing"))
    arguments = parser.parse_args()
    target = TARGETS[arguments.target]
    arguments.faults.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="handtrack-corpus-") as corpus:
        for number, content in enumerate(target.corpus()):
            (Path(corpus) / str(number)).write_bytes(content)
        options = [
            f"-runs={arguments.runs}",
            f"-seed={arguments.seed}",
            f"-artifact_prefix={arguments.faults}/{arguments.target}-",
            "-max_len=65536",
            "-rss_limit_mb=3000",
            # Of one input; a busy machine is no fault.
            "-timeout=600",
            "-report_slow_units=600",
            "-verbosity=1",
        ]
        atheris.Setup([sys.argv[0], *options, corpus], target.one_input)
        atheris.Fuzz()  # ends the process


if __name__ == "__main__":
    main()
