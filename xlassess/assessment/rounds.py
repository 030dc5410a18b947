"""The rounds of an assessment: a folder each below ``rounds/``, one following the other.

A new assessment has one round, whose settings stand in assessment.yaml and whose register and
outbox stand beside it: a coordinator who holds one round meets no more folders than that needs.
With the second round each gets a folder of its own, and the first is taken over into one
(docs/decisions/rounds.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xlassess.files.problems import Problem
from xlassess.files.yaml_file import Loc, Source, Tree, read_yaml
from xlassess.model.assessment import Assessment, Preparation
from xlassess.model.errors import UsageError, XlassessError

ROUNDS = "rounds"
"""The folder of the rounds' folders."""

ROUND_SETTINGS = "round.yaml"
"""The settings of a round, in its folder."""

ROUND_FIELDS = ("toolkits", "return_by", "purpose", "preparation", "scenarios", "follows")
"""What is settled round by round; everything else lasts, and a round may differ from it."""

_LASTING_ONLY = ("id", "partnership", "shared", "mail", "ledger", "files", "programme")
"""What cannot differ from round to round: it is sealed into workbooks, or is the folder's
or the computer's."""

_NAME = re.compile(r"\w(?:[\w .-]{0,38}[\w-])?")

NAME_HINT = "Use up to 40 letters, digits, spaces and hyphens, such as 2026-spring."


_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[\d¹²³])(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices (Microsoft, "Naming Files, Paths, and Namespaces")."""


def is_round_name(text: str) -> bool:
    """True when a round may have this name; it is a folder's name too, on any system."""
    return _NAME.fullmatch(text) is not None and not _DEVICE.fullmatch(text)


@dataclass(frozen=True, slots=True)
class JoinedSettings:
    """The settings of one round, read from what lasts and from the round's own file.

    Args:
        round_name: the round's name, which its folder has.
        lasting: assessment.yaml.
        own: the round's round.yaml; what it says holds where both say something.
    """

    round_name: str
    lasting: Source
    own: Source

    @property
    def name(self) -> str:
        """The name of the file that most settings stand in."""
        return self.lasting.name

    @property
    def tree(self) -> Tree:
        """The settings of both, the round's name among them."""
        return {**_fields(self.lasting), **_fields(self.own), "round": self.round_name}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What keeps either file from being read, and fields that stand in the wrong one."""
        unreadable = (*self.lasting.problems, *self.own.problems)
        return unreadable or (*self._misplaced(), *self._left_over())

    def _misplaced(self) -> tuple[Problem, ...]:
        return tuple(
            self.own.problem(
                (name,),
                f"'{name}' cannot differ from round to round.",
                f"Delete it here. It stands in {self.lasting.name}.",
            )
            for name in (*_LASTING_ONLY, "round")
            if name in _fields(self.own)
        )

    def _left_over(self) -> tuple[Problem, ...]:
        said = f"This is settled round by round, in {self.own.name}."
        hint = (
            "Delete it here, and enter it there. To begin a round: "
            "xlassess round new NAME --return-by DATE"
        )
        return tuple(
            self.lasting.problem((name,), said, hint)
            for name in ("round", *ROUND_FIELDS)
            if name in _fields(self.lasting)
        )

    def problem(self, path: Loc, message: str, hint: str = "") -> Problem:
        """Return a problem with the value at a path, in the file in which it stands or should."""
        first = str(path[0]) if path else ""
        in_round = first in _fields(self.own) or (
            first in ROUND_FIELDS and first not in _fields(self.lasting)
        )
        return (self.own if in_round else self.lasting).problem(path, message, hint)


def _fields(file: Source) -> Mapping[str, Tree]:
    return file.tree if isinstance(file.tree, dict) else {}


def as_another(
    settings: Assessment, name: str, follows: str, return_by: date | None = None
) -> Assessment:
    """Return the settings of one round as those of another, without what was that round's alone.

    Args:
        settings: those of the one round.
        name: the other round's name.
        follows: the round before it; empty for the first.
        return_by: the day by which its workbooks are wanted, if any.
    """
    return replace(
        settings, round=name, follows=follows, return_by=return_by, purpose="",
        preparation=Preparation(), scenarios={},
    )  # fmt: skip


def has_rounds(root: Path) -> bool:
    """True when the rounds of the assessment in this folder have folders of their own."""
    return bool(_homes(root))


def round_names(root: Path) -> tuple[str, ...]:
    """Return the names of the rounds that have a folder, the first one first.

    Args:
        root: the assessment's folder.

    Raises:
        XlassessError: they do not follow one another in one line.
    """
    before = {path.name: _follows(path / ROUND_SETTINGS) for path in _homes(root)}
    names: list[str] = []
    last = ""
    while len(names) < len(before):
        after = [name for name, follows in before.items() if follows == last]
        if len(after) != 1 or after[0] in names:
            raise _not_in_line(before, names, after)
        last = after[0]
        names.append(last)
    return tuple(names)


def _homes(root: Path) -> list[Path]:
    """The folders of rounds; one that a broken run left unfinished has a hidden name."""
    found = (path.parent for path in (root / ROUNDS).glob(f"*/{ROUND_SETTINGS}"))
    return sorted(path for path in found if not path.name.startswith("."))


def _follows(settings: Path) -> str:
    tree = read_yaml(settings.read_bytes(), settings.name).tree
    follows = tree.get("follows") if isinstance(tree, dict) else None
    return follows if isinstance(follows, str) else ""


def _not_in_line(before: Mapping[str, str], names: list[str], after: list[str]) -> XlassessError:
    """Say which rounds do not follow one another."""
    if len(after) > 1:
        said = f"The rounds {' and '.join(after)} both "
        said += f"follow {names[-1]}." if names else "say that they follow no round."
    else:
        rest = [name for name in before if name not in names]
        said = "; ".join(
            f"round {name} says that it follows {before[name] or 'none'}" for name in rest
        )
        said = f"The rounds do not follow one another: {said}."
    return XlassessError(
        said,
        f"Correct the line  follows:  in {ROUNDS}/*/{ROUND_SETTINGS}: each round names the one "
        "before it, the first one names none.",
    )


def chosen_round(root: Path, wanted: str = "") -> str:
    """Return the round to work on: the one wanted, or the last one begun.

    Args:
        root: the assessment's folder, whose rounds have folders.
        wanted: the name somebody gave; empty for the present round.

    Raises:
        UsageError: there is no such round.
        XlassessError: the rounds do not follow one another.
    """
    names = round_names(root)
    if not wanted and names:
        return names[-1]
    known = {name.casefold(): name for name in names}
    if wanted.casefold() not in known:
        said = f"There is no round {wanted} here." if wanted else "There is no round here."
        hint = f"The rounds are: {', '.join(names)}." if names else "Restore the folder rounds."
        raise UsageError(said, hint)
    return known[wanted.casefold()]


def without_fields(text: str, names: tuple[str, ...]) -> str:
    """Return the text of a settings file without some fields and the remarks about them.

    Remarks above a field are about it; so is a paragraph of remarks that shows the field as an
    example.

    Args:
        text: the file; its fields begin at the left margin.
        names: the fields to leave out.
    """
    kept: list[str] = []
    above: list[str] = []
    leaving = False
    for line in text.splitlines(keepends=True):
        field = re.match(r"""["']?(\w+)["']?\s*:""", line)
        if field:
            leaving = field[1] in names
        elif not line.strip() or line.startswith("#"):
            above.append(line)
            continue
        remarks = _paragraphs(above, names)
        # The last paragraph is about the field below it, and goes with it.
        kept += _flat(remarks[:-1] if leaving else remarks)
        if not leaving:
            kept.append(line)
        above = []
    return "".join([*kept, *_flat(_paragraphs(above, names))])


def _paragraphs(remarks: list[str], names: tuple[str, ...]) -> list[list[str]]:
    """The paragraphs of remarks, each with the empty lines before it, without examples of these."""
    found: list[list[str]] = [[]]
    for line in remarks:
        if not line.strip() and any(each.strip() for each in found[-1]):
            found.append([])
        found[-1].append(line)
    shown = re.compile(rf"#\s?({'|'.join(names)})\s*:")
    return [each for each in found if not any(shown.match(line) for line in each)]


def _flat(paragraphs: list[list[str]]) -> list[str]:
    return [line for each in paragraphs for line in each]
