"""What must hold in a toolkit beyond the kinds of its values.

Each check is a generator of remarks: where in the file, what is wrong, and what to do. All
of them run, so that an author sees everything at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlassess.folder.checks_parts import PART_CHECKS
from xlassess.folder.checks_scoring import SCORING_CHECKS
from xlassess.folder.problems import Problem
from xlassess.folder.remarks import unfit_texts, units
from xlassess.folder.yaml_file import Remark, YamlFile
from xlassess.model.toolkit import Toolkit

_TITLE_LIMIT = 255
_ROW_LIMIT = 500


def check_toolkit(toolkit: Toolkit, file: YamlFile) -> tuple[Problem, ...]:
    """Return every problem of a toolkit whose values are of the right kinds.

    Args:
        toolkit: the toolkit as read.
        file: the file it was read from, for the lines.
    """
    remarks = list(_file_name(toolkit, file.name))
    remarks += unfit_texts(file.tree)
    for check in (_head, *PART_CHECKS, *SCORING_CHECKS):
        remarks += check(toolkit)
    problems = (file.problem(*remark) for remark in remarks)
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _file_name(toolkit: Toolkit, name: str) -> Iterator[Remark]:
    if f"{toolkit.id}.yaml" != name:
        message = f"The toolkit's id is '{toolkit.id}', but its file is named {name}."
        yield ("id",), message, f"Name the file {toolkit.id}.yaml, or change the id."


def _head(toolkit: Toolkit) -> Iterator[Remark]:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", toolkit.id):
        hint = "Use up to 40 small letters, digits and hyphens, beginning with a letter."
        yield ("id",), f"'{toolkit.id}' cannot be the id of a toolkit.", hint
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,19}", toolkit.version):
        hint = "Use something like 1.0; raise it whenever an issued question changes."
        yield ("version",), f"'{toolkit.version}' cannot be a version.", hint
    for name in ("title", "short", "publisher", "source", "about", "how"):
        if not getattr(toolkit, name):
            yield (name,), f"The field '{name}' is empty.", "Fill it in."
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
