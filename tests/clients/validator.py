"""The Open XML SDK's validator: what Microsoft's own library says of a file's markup.

It does not see over-long validation lists or prompts, overlapping merges, duplicate names
or bad formulas; tests assert those themselves.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.clients.programs import need

SECONDS = 120
QUICKER = {"DOTNET_TieredPGO": "0"}
"""It runs for seconds only: measuring what runs often, to make that faster, does not pay."""


def problems(path: Path) -> list[str]:
    """Return what is wrong with a workbook, one line a problem; empty when all is well."""
    done = subprocess.run(
        [need("node"), need("validator"), path],
        check=False,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | QUICKER,
    )
    if not done.stdout.strip():
        raise RuntimeError(f"The validator did not run: {done.stderr.strip()}")
    report = json.loads(done.stdout)
    return [
        f"{problem['path']} {problem['xPath']}: {problem['description']}"
        for problem in report["errors"]
    ] + ([] if report["ok"] == (done.returncode == 0) else ["verdict and exit code differ"])
