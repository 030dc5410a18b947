"""What must hold in a toolkit beyond the kinds of its values.

Each check is a generator of remarks: where in the file, what is wrong, and what to do. All
of them run, so that an author sees everything at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass

from xlassess.folder.checks_parts import PART_CHECKS
from xlassess.folder.checks_scoring import SCORING_CHECKS
from xlassess.folder.problems import Problem
from xlassess.folder.remarks import unfit_texts, units
from xlassess.folder.yaml_file import Loc, Remark, Source
from xlassess.model.toolkit import Choice, Item, Section, Toolkit, View

_LOOKED_AT = {
    (Toolkit, "id"), (Toolkit, "version"), (View, "id"), (View, "label"),
    (Choice, "code"), (Choice, "label"), (Section, "id"), (Section, "tab"), (Section, "title"),
    (Item, "id"), (Item, "ask"), (Item, "answer"),
}  # fmt: skip
"""Needed texts that other checks look at."""

_TITLE_LIMIT = 255
_ROW_LIMIT = 500


def check_toolkit(toolkit: Toolkit, file: Source) -> tuple[Problem, ...]:
    """Return every problem of a toolkit whose values are of the right kinds.

    Args:
        toolkit: the toolkit as read.
        file: what it was read from, for the places.
    """
    remarks = list(_file_name(toolkit, file.name))
    remarks += unfit_texts(file.tree)
    remarks += _empty(toolkit, ())
    for check in (_head, *PART_CHECKS, *SCORING_CHECKS):
        remarks += check(toolkit)
    problems = (file.problem(*remark) for remark in remarks)
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _file_name(toolkit: Toolkit, name: str) -> Iterator[Remark]:
    if name != f"{toolkit.id}.yaml" and not name.casefold().endswith(".xlsx"):
        message = f"The toolkit's id is '{toolkit.id}', but its file is named {name}."
        yield ("id",), message, f"Name the file {toolkit.id}.yaml, or change the id."


def _empty(thing: object, loc: Loc) -> Iterator[Remark]:
    """Remark on needed texts that are empty, but for `_LOOKED_AT`."""
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _empty(value, (*loc, key))
    elif isinstance(thing, tuple):
        for index, value in enumerate(thing):
            yield from _empty(value, (*loc, index))
    elif is_dataclass(thing):
        for field in fields(thing):
            value = getattr(thing, field.name)
            needed = field.default is MISSING and (type(thing), field.name) not in _LOOKED_AT
            if needed and value == "":
                message = f"The field '{field.name}' is empty."
                yield (*loc, field.name), message, "Fill it in."
            yield from _empty(value, (*loc, field.name))


def _head(toolkit: Toolkit) -> Iterator[Remark]:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", toolkit.id):
        hint = "Use up to 40 small letters, digits and hyphens, beginning with a letter."
        yield ("id",), f"'{toolkit.id}' cannot be the id of a toolkit.", hint
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,19}", toolkit.version):
        hint = "Use something like 1.0; raise it whenever an issued question changes."
        yield ("version",), f"'{toolkit.version}' cannot be a version.", hint
    if units(toolkit.title) > _TITLE_LIMIT:
        message = f"The title has {units(toolkit.title)} characters; {_TITLE_LIMIT} is the most."
        yield ("title",), message, "Shorten it; 'about' can say more."
    if toolkit.year is not None and not 1900 <= toolkit.year <= 2200:
        yield ("year",), f"{toolkit.year} cannot be the year of publication.", "Correct it."
    if not toolkit.sections:
        yield ("sections",), "The toolkit has no sections.", "Add at least one."
    plan = toolkit.action_plan
    if plan and not 1 <= plan.rows <= _ROW_LIMIT:
        message = f"The action plan cannot have {plan.rows} rows."
        yield ("action_plan", "rows"), message, f"Give it 1 to {_ROW_LIMIT}."
