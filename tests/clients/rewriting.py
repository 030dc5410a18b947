"""Many workbooks written anew at once by one program, named with the kind of file it writes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.clients import javascript
from tests.clients.gnumeric import EXPORT
from tests.clients.programs import find_program, missing

SECONDS = 600
_LIBRARIES = {"sheetjs": "xlsx", "exceljs": "exceljs"}


def rewritten(program: str, paths: Sequence[Path], into: Path) -> Mapping[Path, Path]:
    """Have a program write workbooks anew, and return what it wrote by what it was given.

    A workbook that the program does not get over is left out.

    Args:
        program: its name and the kind of file, such as ``libreoffice ods``.
        paths: the workbooks, each of another name.
        into: an existing folder for what it writes, and for its own settings.
    """
    name, kind = program.split()
    targets = {path: into / f"{path.stem}.{kind}" for path in paths}
    for command in _commands(name, kind, targets, into):
        subprocess.run(
            command,
            check=False,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    return {path: target for path, target in targets.items() if target.exists()}


def _commands(
    name: str, kind: str, targets: Mapping[Path, Path], into: Path
) -> Iterable[Sequence[str]]:
    if name == "libreoffice":
        office = find_program("soffice", "libreoffice") or missing("LibreOffice", "install it")
        profile = f"-env:UserInstallation=file://{into / 'profile'}"
        convert = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(into)]
        yield [*convert, *map(str, targets)]
    elif name == "gnumeric":
        program = find_program("ssconvert") or missing("Gnumeric", "install gnumeric")
        yield from ([program, "-T", EXPORT, str(a), str(b)] for a, b in targets.items())
    else:
        node = find_program("node") or missing("Node.js", "install nodejs and npm")
        pairs = [str(path) for pair in targets.items() for path in pair]
        yield [node, str(javascript.SCRIPT), _LIBRARIES[name], *pairs]
