"""The programme's folder: its register of partnerships, and the assessments it names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from xlassess.assessment.bucket import FILES, files_remarks
from xlassess.assessment.database import LEDGER, ledger_remarks
from xlassess.assessment.settings import AssessmentFolder, write_new
from xlassess.assessment.starter import enter, take_from_programme
from xlassess.files.problems import FileError
from xlassess.files.shape import read_as
from xlassess.files.yaml_file import Loc, Remark, YamlFile, read_yaml
from xlassess.model.errors import UsageError, as_argument, as_place
from xlassess.model.programme import Partnership, Programme, SharedSettings
from xlassess.toolkits.remarks import unfit_texts

_Value = str | bool | date | tuple[str, ...] | None
"""What a field of a partnership says."""

_LONGEST = 120
_LONGEST_TEXT = 600
_MOST_YEARS = 20

_START = """\
# A programme: the register of the partnerships that one body takes part in, and what holds for
# all of them. A line that begins with # is a remark. Indent with spaces, never with tabs.

# What heads the papers, such as: Partnerships of Melton Borough Council
title: {title}

# The committee that the papers go to. May be left empty.
committee:

# The protective marking of the papers. They bear those of the assessments as well.
marking:

# After how many years each partnership is evaluated again, where its toolkit names no cycle.
# May be left empty.
review_years: 3

# What assessments have in common. One that xlassess programme add begins takes these from here, as
# long as its own settings say nothing else: a change here is a change there. Workbooks that are out
# keep what they promised. But round, return_by, ledger and files are entered into new assessments,
# and stay as they are there. Take away the # to use it.
# shared:
#   round: "2026"
#   toolkits: [melton-evaluation]
#   coordinator:
#     name: Dana Okafor
#     email: dana.okafor@council.example
#   return_by: 2026-10-30
#   marking: OFFICIAL
#   attribution: aggregated
#   minimum_group: 3
#   ledger: postgresql+psycopg://USER@HOST/DATABASE
#   files: s3://BUCKET/PREFIX

# The register of partnerships. Keep it last in this file: xlassess programme add writes below it.
#   folder       the assessment's folder; leave out while there is none
#   name         leave out where the assessment says it
#   purpose      what the partnership is for
#   lead_body    who leads it
#   statutory    yes or no
#   budget       in words, such as: GBP 120,000 a year, of which GBP 15,000 from us
#   membership   proposed, joined, not joined or left; joined if left out
#   checklist    the day of the last checklist, if it is in none of the assessments here
#   evaluated    the day of the last evaluation, if it is in none of the assessments here
#   due          the day by which the committee wants the next one, if before the cycle's
#   decision     what the committee decided, and on what day (decided); decisions before it are in
#                the list earlier. xlassess programme decide and leave write all of these
partnerships:
"""


class ProgrammeFileError(FileError):
    """programme.yaml has problems; `problems` lists them all."""


@dataclass(frozen=True, slots=True)
class ProgrammeFolder:
    """A programme's folder; nothing is read or written until a method says so."""

    root: Path

    @property
    def register_file(self) -> Path:
        """The register of partnerships, and what holds for all of them."""
        return self.root / "programme.yaml"

    @property
    def toolkits(self) -> Path:
        """Toolkits that every new assessment is given a copy of."""
        return self.root / "toolkits"

    @property
    def output(self) -> Path:
        """Where the papers about the whole programme go."""
        return self.root / "output"

    def create(self) -> None:
        """Begin a programme: a register to be filled in.

        Raises:
            UsageError: there is one here already; nothing is overwritten.
            OSError: the folder cannot be written.
        """
        if self.register_file.exists():
            raise UsageError(
                f"There is already a programme in {as_place(self.root)}.",
                "Edit its file programme.yaml, or use another folder.",
            )
        self.root.mkdir(parents=True, exist_ok=True)
        title = json.dumps(self.root.resolve().name, ensure_ascii=False)
        write_new(self.register_file, _START.format(title=title).encode())

    def programme(self) -> Programme:
        """Return what the register says.

        Raises:
            ProgrammeFileError: it has problems; every one is listed.
            UsageError: there is no programme here.
        """
        return _read(self._source())[0]

    def place_of(self, entry: Partnership) -> Path | None:
        """Where the assessment of a partnership is; None where it has none."""
        return self.root / entry.folder if entry.folder else None

    def add(self, entry: Partnership) -> None:
        """Write a partnership below the others in the register, and leave the rest as it is.

        Raises:
            ProgrammeFileError: the register has problems.
            UsageError: the register does not stand last in its file.
            OSError: the file cannot be written.
        """
        source = self._source()
        _, file = _read(source)
        text = source.decode("utf-8-sig").rstrip() + "\n"
        indent = _indent_of_last(file, text)
        lines = _lines_of(entry)
        if indent is None:
            shown = "\n".join(_as_item(lines, 2))
            raise UsageError(
                "The register of partnerships does not stand last in programme.yaml, as lines "
                "that begin with a hyphen, so nothing was added.",
                f"Write this below  partnerships:  yourself:\n{shown}",
            )
        longer = text + "\n".join(_as_item(lines, indent)) + "\n"
        _read(longer.encode())
        self._write(longer)

    def change(self, place: int, changes: Mapping[str, _Value]) -> None:
        """Change fields of a partnership in the register, and leave the rest as it is.

        Args:
            place: its place in the register, from 0.
            changes: what the fields are to say.

        Raises:
            ProgrammeFileError: the register has problems.
            UsageError: it is written in a way that cannot be changed like this.
            OSError: the file cannot be written.
        """
        source = self._source()
        before, file = _read(source)
        wanted = replace(before.partnerships[place], **changes)  # type: ignore[arg-type]
        others = before.partnerships
        full = replace(before, partnerships=(*others[:place], wanted, *others[place + 1 :]))
        text = _changed(file, source.decode("utf-8-sig"), place, changes)
        try:
            right = _read(text.encode())[0] == full
        except ProgrammeFileError:
            right = False
        if not right:
            # Aliases, texts over several lines and other things that YAML has.
            lines = "\n".join(f"    {name}: {_written(value)}" for name, value in changes.items())
            raise UsageError(
                "The lines of this partnership in programme.yaml cannot be changed by this "
                "command, so nothing was changed.",
                f"Write this there yourself:\n{lines}",
            )
        self._write(text)

    def _write(self, text: str) -> None:
        unfinished = self.register_file.with_name(".unfinished-programme.yaml")
        try:
            unfinished.write_bytes(text.encode())
            unfinished.replace(self.register_file)
        finally:
            unfinished.unlink(missing_ok=True)

    def begin_assessment(self, place: Path, shared: SharedSettings, name: str) -> None:
        """Begin the assessment of a partnership, which takes what is shared from here.

        Args:
            place: its folder.
            shared: what all assessments share.
            name: the partnership's name; may be empty.

        Raises:
            UsageError: there is an assessment there already.
            OSError: the folder cannot be written.
        """
        folder = AssessmentFolder(place)
        folder.create()
        for toolkit in sorted(self.toolkits.glob("*.yaml")):
            folder.toolkits.mkdir(exist_ok=True)
            (folder.toolkits / toolkit.name).write_bytes(toolkit.read_bytes())
        text = folder.settings_file.read_text(encoding="utf-8")
        text = enter(text, {**({"partnership": name} if name else {}), **shared.entered})
        text = take_from_programme(text, _seen_from(place, self.root), shared.inherited)
        for field, url in ((LEDGER, shared.ledger), (FILES, shared.files)):
            if url:
                text = re.sub(rf"(?m)^# {field}: .*$", f"{field}: {json.dumps(url)}", text)
        folder.settings_file.write_text(text, encoding="utf-8")

    def _source(self) -> bytes:
        try:
            return self.register_file.read_bytes()
        except FileNotFoundError:
            raise UsageError(
                f"There is no programme in {as_place(self.root)}.",
                "Go to the programme's folder, or name it with -C DIR. To start a new one: "
                f"xlassess programme init {as_argument(str(self.root))}",
            ) from None
        except OSError as error:
            raise UsageError(
                f"{self.register_file} cannot be read ({error.strerror}).",
                "Close it in other programs, and check that you have permission to read it.",
            ) from None


def _read(source: bytes) -> tuple[Programme, YamlFile]:
    """Read the register.

    Raises:
        ProgrammeFileError: it has problems.
    """
    file = read_yaml(source, "programme.yaml")
    programme, problems = read_as(file, Programme)
    if programme is not None:
        remarks = (
            *unfit_texts(file.tree), *_plain(programme), *_told_apart(programme),
            *_shared_places(programme),
        )  # fmt: skip
        found = [file.problem(*remark) for remark in remarks]
        problems = tuple(sorted(found, key=lambda problem: problem.line))
    if problems or programme is None:
        raise ProgrammeFileError(problems)
    return programme, file


def _plain(programme: Programme) -> Iterator[Remark]:
    texts: list[tuple[Loc, str, int]] = [
        (("title",), programme.title, _LONGEST),
        (("committee",), programme.committee or "-", _LONGEST),
        (("marking",), programme.marking or "-", _LONGEST),
    ]
    for place, entry in enumerate(programme.partnerships):
        at: Loc = ("partnerships", place)
        texts += [((*at, name), getattr(entry, name) or "-", _LONGEST)
                  for name in ("name", "lead_body", "budget")]  # fmt: skip
        texts += [((*at, name), getattr(entry, name) or "-", _LONGEST_TEXT)
                  for name in ("purpose", "decision")]  # fmt: skip
        texts += [((*at, "earlier", n), text, _LONGEST_TEXT)
                  for n, text in enumerate(entry.earlier)]  # fmt: skip
        if not entry.folder and not entry.name:
            yield at, "This partnership has neither a folder nor a name.", "Give one of the two."
    for loc, text, longest in texts:
        if not 1 <= len(text) <= longest or "\n" in text:
            field = next(each for each in reversed(loc) if isinstance(each, str))
            message = f"The {field.replace('_', ' ')} is too long, or runs over lines."
            yield loc, message, f"Write it in one line of at most {longest} characters."
    years = programme.review_years
    if years is not None and not 1 <= years <= _MOST_YEARS:
        hint = f"Use a number from 1 to {_MOST_YEARS}. The protocol of Melton says 3."
        yield ("review_years",), f"The cycle cannot be {years} years.", hint


def _seen_from(place: Path, root: Path) -> str:
    """A folder as it is reached from another; in full where there is no way between the two."""
    try:
        return Path(os.path.relpath(root.resolve(), place.resolve())).as_posix()
    except ValueError:  # on another drive of Windows
        return str(root.resolve())


def _shared_places(programme: Programme) -> Iterator[Remark]:
    shared = programme.shared
    for text, remarks in ((shared.ledger, ledger_remarks), (shared.files, files_remarks)):
        for loc, message, hint in remarks(text) if text else ():
            yield ("shared", *loc), message, hint


def _told_apart(programme: Programme) -> Iterator[Remark]:
    """Yield which partnerships are in the register twice, by folder or name."""
    for field in ("folder", "name"):
        seen: dict[str, int] = {}
        for place, entry in enumerate(programme.partnerships):
            said = str(getattr(entry, field))
            key = (
                Path(said).as_posix().casefold() if field == "folder" and said else said.casefold()
            )
            if key and seen.setdefault(key, place) != place:
                message = f"The {field} '{said}' stands in the register twice."
                yield ("partnerships", place, field), message, "Keep one of the two."


def _indent_of_last(file: YamlFile, text: str) -> int | None:
    """How far in the register's entries stand; None where nothing can be written below them."""
    keys = re.findall(r"(?m)^(\w+)[ \t]*:(.*)$", text)
    if not keys or keys[-1][0] != "partnerships":
        return None
    rest = keys[-1][1].partition("#")[0].strip()
    if rest:
        return None
    node: Any = next(value for key, value in file.root.value if key.value == "partnerships")
    return int(node.start_mark.column) if node.id == "sequence" else 2


def _lines_of(entry: Partnership) -> list[str]:
    """The fields of an entry that are given, one in a line."""
    usual = Partnership()
    given = ((name, getattr(entry, name)) for name in entry.__dataclass_fields__)
    return [f"{name}: {_written(value)}" for name, value in given if value != getattr(usual, name)]


def _changed(file: YamlFile, text: str, place: int, changes: Mapping[str, _Value]) -> str:
    """The text with these fields of an entry written anew, or added after its last one."""
    register = next(value for key, value in file.root.value if key.value == "partnerships")
    entry = register.value[place]
    there = {key.value: (key.start_mark.index, _end_of(value)) for key, value in entry.value}
    edits: list[tuple[int, int, str]] = []
    added = ""
    last = max(end for _, end in there.values())
    last = len(text[:last].rstrip())
    if not entry.flow_style and (remark := _REMARK.match(text, last)):
        last = remark.end()  # it stays in the line of its field
    between = ", " if entry.flow_style else "\n" + " " * entry.start_mark.column
    for name, value in changes.items():
        said = f"{name}: {_written(value)}"
        if name in there:
            start, end = there[name]
            edits.append((start, max(start, len(text[:end].rstrip())), said))
        else:
            added += between + said
    text = text[:last] + added + text[last:]
    # From the end on, so that places before stay right.
    for start, end, said in sorted(edits, reverse=True):
        text = text[:start] + said + text[end:]
    return text


_REMARK = re.compile(r"[ \t]+#[^\r\n]*")
"""A remark behind a value, in its line."""


def _end_of(node: Any) -> int:
    """Where the value of a field ends: of a list, with its last item.

    YAML has a list over several lines end where the next thing begins, behind the remarks on that.
    """
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end_of(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _written(value: _Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return str(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _as_item(lines: list[str], indent: int) -> list[str]:
    """The lines as one item of a list."""
    before = " " * indent
    return [f"{before}{'- ' if not number else '  '}{line}" for number, line in enumerate(lines)]
