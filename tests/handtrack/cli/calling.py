"""Calling the `handtrack` command in this process."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from handtrack import cli


def handtrack(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def failed_with_one_line(result: Result, code: int) -> str:
    assert result.exit_code == code
    assert result.exception is None or isinstance(result.exception, SystemExit)
    (line,) = result.stderr.splitlines()
    return line
