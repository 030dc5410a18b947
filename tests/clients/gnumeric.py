"""Gnumeric, through its converter: opens a workbook and writes it anew."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clients.programs import find_program, missing

SECONDS = 120
EXPORT = "Gnumeric_Excel:xlsx"


def resave(path: Path, to: Path, kind: str = EXPORT) -> None:
    """Open a workbook in Gnumeric and save it under another name, as xlsx if not told else."""
    program = find_program("ssconvert")
    if program is None:
        missing("Gnumeric", "install gnumeric")
    subprocess.run(
        [program, "-T", kind, str(path), str(to)],
        check=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
