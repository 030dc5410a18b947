"""Many workbooks written anew at once by one program, named with the kind of file it writes."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.clients.gnumeric import EXPORT
from tests.clients.javascript import SCRIPT
from tests.clients.office import OFFICES, OfficeError
from tests.clients.programs import need

SECONDS = 600


def rewritten(program: str, paths: Sequence[Path], into: Path) -> Mapping[Path, Path]:
    """Have a program write workbooks anew, and return what it wrote by what it was given.

    A workbook that the program does not get over is left out.

    Args:
        program: its name and the kind of file, such as ``libreoffice ods``.
        paths: the workbooks, each of another name.
        into: an existing folder for what it writes.
    """
    name, kind = program.split()
    targets = {path: into / f"{path.stem}.{kind}" for path in paths}
    if name == "libreoffice":
        for path, target in targets.items():
            with contextlib.suppress(OfficeError):
                OFFICES.get().convert(path, target)
    for command in _commands(name, targets):
        subprocess.run(
            command,
            check=False,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    return {path: target for path, target in targets.items() if target.exists()}


def _commands(name: str, targets: Mapping[Path, Path]) -> Iterable[Sequence[str]]:
    if name == "gnumeric":
        program = str(need(name))
        yield from ([program, "-T", EXPORT, str(a), str(b)] for a, b in targets.items())
    elif name != "libreoffice":
        need(name)
        pairs = [str(path) for pair in targets.items() for path in pair]
        yield [str(need("node")), str(SCRIPT), name, *pairs]
