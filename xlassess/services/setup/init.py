"""Beginning: a new assessment folder, its two files explained inside."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder
from xlassess.assessment.slugs import slug
from xlassess.assessment.starter import choose_toolkits, enter, explanations
from xlassess.files.locks import holding
from xlassess.files.problems import Problem
from xlassess.files.rights import like_its_folder
from xlassess.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class Begun:
    """A new assessment: the folder, and the two files to be filled in."""

    root: Path
    settings: Path
    register: Path


@dataclass(frozen=True, slots=True)
class SettingsField:
    """A field of the settings: its name, what it is for, and what may be chosen, if it is a choice.

    ``choices`` are codes, each with what it means; ``usual`` is what stands there at first.
    """

    name: str
    about: str
    choices: tuple[tuple[str, str], ...]
    usual: str


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """What is wrong with settings, and the field where it is; empty where it is in none."""

    field: str
    message: str


_FIELDS = (
    "id", "partnership", "round", "toolkits", "coordinator", "name", "email", "phone", "return_by",
    "purpose", "marking", "attribution", "minimum_group",
)  # fmt: skip
"""The fields that an assessment is begun with; all others stand as they usually are."""

_ABOUT: Mapping[str, str] = {
    "return_by": "The day by which workbooks are to be returned, such as 31/03/2027. May be left "
    "empty.",
}
"""What is said of fields otherwise than in the file: people write days as they are used to."""

WANTED: Mapping[str, str] = {
    "id": "Enter a short name.", "partnership": "Enter the name of the partnership.",
    "round": "Enter the name of the round, such as 2026.",
    "toolkits": "Choose at least one toolkit.",
    "name": "Enter the name of the person who runs the assessment.",
}  # fmt: skip
"""What is said where a field was left empty that must not be."""

_NOT_TYPED = ("toolkits", "coordinator")
_LEFT_EMPTY = ("return_by", "purpose", "email", "phone")
_CHOICE = re.compile(r" +([\w-]+)   *(\S.*)")


def begin(root: Path) -> Begun:
    """Make a new assessment in this folder, which may exist but must not hold one.

    Raises:
        UsageError: the folder holds an assessment already, or is a file.
        OSError: the folder cannot be written.
    """
    return _begin(root, "")


def _begin(root: Path, text: str) -> Begun:
    folder = AssessmentFolder(root)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file.", "Give the name of a folder for the new assessment.")
    folder.create(text)
    return Begun(root, folder.settings_file, folder.register_file)


def settings_fields(root: Path) -> Mapping[str, SettingsField]:
    """Return the fields that an assessment in this folder is begun with, each with its remark."""
    text = AssessmentFolder(root).blank_settings()
    said = explanations(text)
    found = {name: _field(name, said.get(name, ""), text) for name in _FIELDS}
    return {name: replace(one, about=_ABOUT.get(name, one.about)) for name, one in found.items()}


def _field(name: str, remark: str, text: str) -> SettingsField:
    """A field: of its remark the sentences, without commands and lists that are for the file."""
    lines = remark.splitlines()
    plain = takewhile(lambda line: not line.startswith(" "), lines)
    choices = [found.groups() for line in lines if (found := _CHOICE.fullmatch(line))]
    sentences = re.findall(r"[A-Z][^.]*\.(?= |$)", " ".join(plain))
    stands = re.search(rf"(?m)^ *{name}: *(.*)$", text)
    return SettingsField(
        name,
        " ".join(sentences),
        tuple((code, meant) for code, meant in choices),
        stands[1].strip() if stands else "",
    )


def begin_with(
    root: Path, values: Mapping[str, str], toolkits: Sequence[str]
) -> Begun | tuple[SettingsProblem, ...]:
    """Make a new assessment with these settings; nothing is written where something is wrong.

    Args:
        root: the folder.
        values: what is entered, by the names of fields (`settings_fields`).
        toolkits: the ids of the toolkits.

    Returns:
        The assessment, or all that is wrong.

    Raises:
        UsageError: the folder holds an assessment already, or is a file.
        OSError: the folder cannot be written.
    """
    folder = AssessmentFolder(root)
    given = {
        name: value.strip() for name, value in values.items()
        if name in _FIELDS and name not in _NOT_TYPED and (value.strip() or name not in _LEFT_EMPTY)
    }  # fmt: skip
    text = choose_toolkits(enter(folder.blank_settings(), given), toolkits)
    problems: list[SettingsProblem] = [
        SettingsProblem(name, told) for name, told in WANTED.items()
        if not (toolkits if name == "toolkits" else given.get(name))
    ]  # fmt: skip
    empty = {one.field for one in problems}
    try:
        folder.check(text)
    except AssessmentFileError as wrong:
        found = (_problem(one, text) for one in wrong.problems)
        problems += [one for one in found if one.field not in empty]
    if problems:
        return tuple(problems)
    return _begin(root, text)


_LOCK = ".begin.lock"
"""Stands for the lock held from looking whether a name is free until an assessment has it."""


def begin_named(
    place: Path, values: Mapping[str, str], toolkits: Sequence[str]
) -> str | tuple[SettingsProblem, ...]:
    """Make a new assessment in a folder of many, under a name made from that of its partnership.

    It is there as a whole or not at all.

    Args:
        place: the folder of assessments.
        values: see `begin_with`; its short name is that of its folder.
        toolkits: the ids of the toolkits.

    Returns:
        The name of its folder, or all that is wrong.

    Raises:
        OSError: the folder cannot be written.
    """
    name = slug(values.get("partnership", ""))
    if not values.get("partnership", "").strip():
        return (SettingsProblem("partnership", "Enter the name of the partnership."),)
    unfinished = place / f".unfinished-{secrets.token_hex(8)}"
    with holding(place / _LOCK):
        if os.path.lexists(place / name):
            taken = f"There is something called {name} already. Enter a name that tells them apart."
            return (SettingsProblem("partnership", taken),)
        try:
            done = begin_with(unfinished, {**values, "id": name}, toolkits)
            if not isinstance(done, Begun):
                return done
            unfinished.rename(place / name)
            like_its_folder(place / name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return name


def _problem(problem: Problem, text: str) -> SettingsProblem:
    """A problem of settings at the field that stands in its line, or before it."""
    message = f"{problem.message} {problem.hint}".strip()
    for line in reversed(text.splitlines()[: problem.line]):
        if line.startswith("  - "):
            return SettingsProblem("toolkits", message)
        if found := re.match(r" *([a-z_]+):", line):
            return SettingsProblem(found[1] if found[1] in _FIELDS else "", message)
    return SettingsProblem("", message)
