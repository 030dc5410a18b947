"""SheetJS and ExcelJS, which stand behind many web services: open a workbook and write it anew."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Literal

from tests.clients.programs import ROOT, find_program, missing

SECONDS = 120
SCRIPT = Path(__file__).with_name("resave.js")
Library = Literal["xlsx", "exceljs"]


def resave(library: Library, path: Path, to: Path) -> None:
    """Open a workbook with a library and save it under another name; its ending is the kind."""
    node = find_program("node")
    if node is None:
        missing("Node.js", "install nodejs and npm")
    if not (ROOT / "node_modules" / library).exists():
        missing(f"the package {library}", "run npm ci in the project's folder")
    subprocess.run(
        [node, str(SCRIPT), library, str(path), str(to)],
        check=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
