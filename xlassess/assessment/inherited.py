"""Settings that an assessment takes from its programme, as long as its own say nothing else.

The line ``programme`` in its settings says where the programme is. What decides where records are
(``ledger``, ``files``), what a round is called and when it ends is never taken over like this: it
is entered once, so that a change in the programme moves nothing that is under way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xlassess.files.problems import Problem
from xlassess.files.yaml_file import Loc, Source, Tree, YamlFile, read_yaml
from xlassess.model.programme import INHERITED

PROGRAMME = "programme"
"""The setting that names the folder of the programme."""

REGISTER_FILE = "programme.yaml"
"""The programme's file, in its folder."""

SHARED = "shared"
"""What in there is shared."""

_SAYS_PROGRAMME = re.compile(rb"^programme[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class InheritedSettings:
    """The settings of an assessment and, below them, what its programme shares.

    Args:
        own: the assessment's settings; what they say holds.
        place: the folder of the programme, as the settings name it.
        shared: programme.yaml; None where there is none.
    """

    own: Source
    place: str
    shared: YamlFile | None

    @property
    def name(self) -> str:
        """The name of the file that most settings stand in."""
        return self.own.name

    @property
    def tree(self) -> Tree:
        """The settings of both."""
        return {**_fields(self.own), **self.taken}

    @property
    def taken(self) -> Mapping[str, Tree]:
        """The settings that are taken from the programme."""
        given, own = _shared(self.shared), _fields(self.own)
        return {
            name: given[name] for name in INHERITED if given.get(name) and not _said(own.get(name))
        }

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What keeps either from being read."""
        if self.own.problems:
            return self.own.problems
        if self.shared is None:
            said = f"There is no programme in {self.place}, which settings are to be taken from."
            hint = (
                "If a folder was moved, correct this line. If the assessment is to stand by "
                "itself, delete the line and enter here what came from the programme: "
                f"{', '.join(INHERITED)}. The archive of a closed round has it."
            )
            return (self.own.problem((PROGRAMME,), said, hint),)
        return self.shared.problems

    def problem(self, path: Loc, message: str, hint: str = "") -> Problem:
        """Return a problem with the value at a path, in the file in which it stands or should."""
        if self.shared is not None and path and path[0] in self.taken:
            return self.shared.problem((SHARED, *path), message, hint)
        return self.own.problem(path, message, hint)


def with_inherited(own: Source, root: Path) -> Source:
    """Return settings with what they take from a programme; as they are where they name none.

    Args:
        own: the settings as read.
        root: the assessment's folder.
    """
    place = _fields(own).get(PROGRAMME)
    if not isinstance(place, str):
        return own
    try:
        content = (root / place / REGISTER_FILE).read_bytes()
    except OSError:
        return InheritedSettings(own, place, None)
    return InheritedSettings(own, place, _read(content))


def register_of(settings: bytes, name: str, root: Path) -> Path | None:
    """Return the file of the programme that settings name; None where they name none."""
    if not _SAYS_PROGRAMME.search(settings):
        return None
    place = _fields(read_yaml(settings, name)).get(PROGRAMME)
    return root / place / REGISTER_FILE if isinstance(place, str) else None


def inherited_text(source: Source) -> str:
    """Return what settings take from a programme, as lines of YAML; empty where it is nothing.

    An archive is given away without the register of all the other partnerships.
    """
    taken = source.taken if isinstance(source, InheritedSettings) else {}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in taken.items()]
    return "".join(["# Taken from the programme.\n", *lines]) if lines else ""


@lru_cache(maxsize=4)
def _read(content: bytes) -> YamlFile:
    """The programme's file, by its bytes: one command asks for the settings several times."""
    return read_yaml(content, REGISTER_FILE)


def _fields(file: Source) -> Mapping[str, Tree]:
    return file.tree if isinstance(file.tree, dict) else {}


def _shared(file: YamlFile | None) -> Mapping[str, Tree]:
    found = _fields(file).get(SHARED) if file else None
    return found if isinstance(found, dict) else {}


def _said(value: Tree) -> bool:
    """True for a setting that says something: a group whose fields are all empty does not."""
    return value is not None and value not in ({}, [], "")
