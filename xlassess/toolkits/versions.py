"""The released versions of the built-in toolkits: a version's questions never change.

``toolkits/versions.json`` holds, by toolkit and version, the digest of the questions
(`xlassess.contract.seal.questions_digest`) as they were released. The maintainer records
new versions before a release::

    python -m xlassess.toolkits.versions

It refuses where questions changed under a recorded version; the version has to be raised
then. A version that has not been in a release yet is recorded anew by naming its toolkit::

    python -m xlassess.toolkits.versions pat
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeAlias

from xlassess.contract.seal import questions_digest
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import all_toolkits

Versions: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""Digests of questions, by toolkit and version."""

_PACKAGE, _FILE = "xlassess.builtin_toolkits", "versions.json"


def released() -> Versions:
    """Return the digests of the released versions of the built-in toolkits."""
    text = resources.files(_PACKAGE).joinpath(_FILE).read_text(encoding="utf-8")
    versions: dict[str, dict[str, str]] = json.loads(text)
    return versions


def changed(toolkit: Toolkit, known: Versions) -> bool:
    """True when a toolkit's questions differ from those known under its id and version."""
    digest = known.get(toolkit.id, {}).get(toolkit.version)
    return digest is not None and digest != questions_digest(toolkit)


def recorded(
    toolkits: Iterable[Toolkit], known: Versions, anew: Collection[str] = ()
) -> dict[str, dict[str, str]]:
    """Return the known versions and those of these toolkits.

    Args:
        toolkits: the toolkits as they are now.
        known: the versions recorded so far.
        anew: ids of toolkits whose version has not been in a release and is recorded again.

    Raises:
        XlassessError: questions changed under a recorded version.
    """
    versions = {name: dict(digests) for name, digests in known.items()}
    wrong: list[Toolkit] = []
    for toolkit in toolkits:
        if toolkit.id not in anew and changed(toolkit, known):
            wrong.append(toolkit)
        versions.setdefault(toolkit.id, {})[toolkit.version] = questions_digest(toolkit)
    if wrong:
        names = ", ".join(f"{toolkit.id} {toolkit.version}" for toolkit in wrong)
        raise XlassessError(
            f"Questions changed under a version that is on record: {names}.",
            "Raise the version in the toolkit's file. If it has never been in a release, name "
            "the toolkit to record it again.",
        )
    return versions


def record(file: Path, anew: Collection[str] = ()) -> None:
    """Write the versions of the built-in toolkits into the record, keeping those before.

    Raises:
        XlassessError: questions changed under a recorded version.
    """
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    versions = recorded(all_toolkits(), known, anew)
    text = json.dumps(versions, indent=2, sort_keys=True) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    try:
        record(Path(str(resources.files(_PACKAGE))) / _FILE, frozenset(sys.argv[1:]))
    except XlassessError as error:
        sys.exit(str(error))
