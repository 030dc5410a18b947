"""The assessments that a team works in: those in its folder, and those of its programme."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import unquote

from xlassess.assessment.programme import ProgrammeFolder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.common.opening import open_folder
from xlassess.web.request.visit import Desk

_JOINT = "~"
"""Stands between folders in the key of an assessment that is not directly in the team's folder."""

_MOST_OPEN = 20
"""So many desks keep in memory where their rounds stand."""


@dataclass(frozen=True, slots=True)
class AssessmentPlace:
    """An assessment of the team: its key in addresses, and its folder."""

    key: str
    root: Path


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """An assessment as lists show it; ``trouble`` where it cannot be opened."""

    key: str
    partnership: str
    round: str = ""
    trouble: bool = False


@dataclass(slots=True)
class Places:
    """The assessments of a team, and the desk over each.

    Args:
        root: the team's folder: each folder in it with an assessment counts, and those that the
            register of a programme names, as far as they are within it.
        new_desk: makes the desk over one.
    """

    root: Path
    new_desk: Callable[[AssessmentPlace], Desk]
    _desks: OrderedDict[str, Desk] = field(default_factory=OrderedDict)
    _named: dict[str, tuple[tuple[object, ...], NamedPlace]] = field(default_factory=dict)
    _listed: tuple[object, tuple[Path, ...]] = (None, ())
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> tuple[AssessmentPlace, ...]:
        """Return every assessment that there is now."""
        return tuple(places_in(self.root, self._of_programme()))

    def desk(self, key: str) -> Desk | None:
        """Return the desk over an assessment; nothing where there is none of this key."""
        place = next((one for one in self.all() if one.key == key), None)
        if place is None:
            return None
        with self._lock:
            if key not in self._desks:
                self._desks[key] = self.new_desk(place)
            self._desks.move_to_end(key)
            while len(self._desks) > _MOST_OPEN:
                self._desks.popitem(last=False)
            return self._desks[key]

    def named(self, place: AssessmentPlace) -> NamedPlace:
        """Return how an assessment is called, as its settings say."""
        state = tuple(map(_stamp, AssessmentFolder(place.root).root.glob("assessment.yaml")))
        state = (*state, *map(_stamp, sorted(place.root.glob("rounds/*/*.yaml"))))
        with self._lock:
            known = self._named.get(place.key)
        if known and known[0] == state:
            return known[1]
        try:
            settings = open_folder(place.root).assessment()
            made = NamedPlace(place.key, settings.partnership, settings.round)
        except (XlassessError, OSError):
            made = NamedPlace(place.key, folder_of(place.key), trouble=True)
        with self._lock:
            self._named[place.key] = (state, made)
        return made

    def _of_programme(self) -> tuple[Path, ...]:
        """The folders that the programme's register names; as last read, while it has a fault."""
        file = ProgrammeFolder(self.root).register_file
        state = _stamp(file)
        if state and state != self._listed[0]:
            try:
                self._listed = (state, folders_of(self.root))
            except (XlassessError, OSError):
                self._listed = (state, self._listed[1])
        return self._listed[1] if state else ()


def folders_of(root: Path) -> tuple[Path, ...]:
    """Return the folders that the register of a programme names.

    Raises:
        XlassessError: it has problems.
    """
    programme = ProgrammeFolder(root)
    if not programme.register_file.is_file():
        return ()
    found = (programme.place_of(entry) for entry in programme.programme().partnerships)
    return tuple(place for place in found if place is not None)


def places_in(root: Path, further: tuple[Path, ...]) -> Iterator[AssessmentPlace]:
    """Yield the assessments in a team's folder, by key.

    Args:
        root: the team's folder.
        further: other folders that count where they are within it.
    """
    found = {path for path in root.iterdir() if not path.name.startswith(".")}
    inside = root.resolve()
    for path in filter(_is_assessment, sorted({*found, *further})):
        place = path.resolve()
        if place == inside or not (path in found or place.is_relative_to(inside)):
            continue
        name = path.relative_to(root) if path in found else place.relative_to(inside)
        if not (place.parent == inside and path not in found):
            yield AssessmentPlace(key_of(name), path)


def key_of(folder: PurePath) -> str:
    """Return the key of an assessment; no two have the same, whatever their folders are called.

    Args:
        folder: where it is in the team's folder.
    """
    escaped = (part.replace("%", "%25").replace(_JOINT, "%7E") for part in folder.parts)
    return _JOINT.join(escaped)


def folder_of(key: str) -> str:
    """Return where the assessment of a key is in the team's folder, as people write it."""
    return unquote(key.replace(_JOINT, "/"))


def _is_assessment(path: Path) -> bool:
    """False also for a folder that cannot be looked into, as lost+found of a disk of its own."""
    try:
        return (path / "assessment.yaml").is_file()
    except OSError:
        return False


def check_folder(root: Path) -> None:
    """Refuse a folder that a team cannot work in.

    Raises:
        UsageError: it is none, or an assessment itself.
    """
    if not root.is_dir():
        raise UsageError(f"There is no folder {root}.", "Name the folder with the assessments.")
    if (root / "assessment.yaml").exists():
        raise UsageError(
            f"{root} is an assessment, and a team works in a folder that holds assessments.",
            "Name the folder that it is in, with -C DIR. Accounts are kept there, apart from it.",
        )


def _stamp(path: Path) -> tuple[object, ...]:
    try:
        told = path.stat()
    except OSError:
        return ()
    return path.name, told.st_mtime_ns, told.st_size
