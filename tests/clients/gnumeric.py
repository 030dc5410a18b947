"""Gnumeric, through its converter: opens a workbook and writes it anew."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clients.programs import need

SECONDS = 120
EXPORT = "Gnumeric_Excel:xlsx"


def resave(path: Path, to: Path, kind: str = EXPORT) -> None:
    """Open a workbook in Gnumeric and save it under another name, as xlsx if not told else."""
    subprocess.run(
        [need("gnumeric"), "-T", kind, path, to],
        check=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
