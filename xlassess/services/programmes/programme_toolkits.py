"""Which toolkits the partnerships of a programme use, and whether they ask the same questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlassess.assessment.programme import ProgrammeFolder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.seal import questions_digest
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import open_folder
from xlassess.services.programmes.programme import with_assessment
from xlassess.toolkits.load import find_toolkit, known_ids


@dataclass(frozen=True, slots=True)
class ToolkitUser:
    """A partnership that uses a toolkit: in which version, and whether it asks the same questions.

    ``version`` is empty where its toolkit cannot be read. Only partnerships that were asked exactly
    the same questions are compared.
    """

    name: str
    version: str
    same: bool


@dataclass(frozen=True, slots=True)
class ToolkitInUse:
    """A toolkit of a programme, and who uses it.

    ``toolkit`` is the one that new assessments are given: the programme's own, or that which comes
    with xlassess; None where only assessments have it. ``own`` says that it is the programme's.
    """

    id: str
    toolkit: Toolkit | None
    own: bool
    shared: bool
    users: tuple[ToolkitUser, ...]


def programme_toolkits(folder: ProgrammeFolder) -> tuple[ToolkitInUse, ...]:
    """Return the toolkits that are shared or used in a programme, by id.

    Raises:
        UsageError: there is no programme here.
        ProgrammeFileError: its register has problems.
    """
    shared = folder.programme().shared.toolkits
    used = list(_used(folder))
    own = {path.stem for path in folder.toolkits.glob("*.yaml")}
    ids = sorted({*shared, *own, *(kit for kit, _, _ in used)})
    return tuple(_in_use(folder.toolkits, kit, used, (kit in own, kit in shared)) for kit in ids)


def _used(folder: ProgrammeFolder) -> Iterator[tuple[str, str, Path]]:
    """Yield each toolkit used: its id, by which partnership, and the folder of its own ones."""
    for line in with_assessment(folder):
        if line.trouble or line.place is None or line.entry.is_over:
            continue
        place: AssessmentFolder = open_folder(line.place)
        for kit in place.assessment().toolkits:
            yield kit, line.name, place.toolkits


def _in_use(
    toolkits: Path, kit: str, used: list[tuple[str, str, Path]], flags: tuple[bool, bool]
) -> ToolkitInUse:
    given = _found(kit, toolkits)
    digest = questions_digest(given) if given else ""
    users = []
    for each, name, own in used:
        if each == kit:
            theirs = _found(kit, own)
            same = theirs is not None and questions_digest(theirs) == digest
            users.append(ToolkitUser(name, theirs.version if theirs else "", same))
    return ToolkitInUse(kit, given, *flags, tuple(users))


def _found(kit: str, own: Path) -> Toolkit | None:
    """The toolkit of this id; None where there is none, or its file has mistakes."""
    try:
        return find_toolkit(kit, own) if kit in known_ids(own) else None
    except XlassessError:
        return None
