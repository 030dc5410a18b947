"""SheetJS and ExcelJS, which stand behind many web services: open a workbook and write it anew."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Literal

from tests.clients.programs import need

SECONDS = 120
SCRIPT = Path(__file__).with_name("resave.js")
Library = Literal["sheetjs", "exceljs"]


def resave(library: Library, path: Path, *to: Path) -> None:
    """Open a workbook with a library and save it under other names; the ending is the kind."""
    need(library)
    subprocess.run(
        [need("node"), SCRIPT, library, *(part for name in to for part in (path, name))],
        check=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
