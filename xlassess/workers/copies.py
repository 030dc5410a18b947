"""Which copy of the program this is: two under one version number may differ while it is written.

What is compared is the code itself, so that a worker with last week's copy does not read files
otherwise than this computer does.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def digest_of_copy() -> str:
    """Return the SHA-256 (hex) of the code of the package that runs here; worked out once."""
    return digest_of(Path(__file__).parents[1])


def digest_of(package: Path) -> str:
    """Return the SHA-256 (hex) of all code in a folder, however its lines end.

    Args:
        package: the folder.
    """
    whole = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        code = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(package).as_posix().encode()
        whole.update(b"%d:%b%d:%b" % (len(name), name, len(code), code))
    return whole.hexdigest()
