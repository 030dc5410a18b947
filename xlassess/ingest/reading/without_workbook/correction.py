"""One answer of a return in another value, as a coordinator was told it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date

from xlassess.contract.layout import Column
from xlassess.ingest.reading.cells.values import shown
from xlassess.ingest.reading.read import parse
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.answer import Answer, Return, Value
from xlassess.model.errors import UsageError
from xlassess.model.finding import Finding
from xlassess.model.query import concerned
from xlassess.model.record import Correction
from xlassess.model.toolkit import Toolkit

_MISSING = "C02"
"""The finding of answers that are missing."""


@dataclass(frozen=True, slots=True)
class _Place:
    item: str
    field: str


def corrected(
    ret: Return, toolkit: Toolkit, item: str, text: str, file: str
) -> tuple[Return, Correction]:
    """Return a return with one answer changed, and the values before and after.

    The value is read by the rules by which cells are. Findings about the answer are settled by
    this; all others stay.

    Args:
        ret: the return that counts.
        toolkit: the questions it answers.
        item: the number of the item; behind a colon the standpoint, where there are several.
        text: the value.
        file: the name of the record of the correction.

    Raises:
        UsageError: there is no such item, or this cannot be its answer.
    """
    plan = ReadingPlan.of(toolkit)
    name, column = _asked_for(plan, toolkit, item)
    one = plan.items[name]
    value = parse(text, one.item, column, plan)
    choices = plan.choices.get(column.takes(one.item))
    if value.code or value.value is None:
        labels = ", ".join(choices.names.values()) if choices else "a value of its kind"
        raise UsageError(f"“{text}” is no answer to item {name}.", f"It can be: {labels}.")
    place = _Place(name, column.field)
    before = next((a for a in ret.answers if (a.item, a.field) == (name, column.field)), None)

    def said(value: Value) -> str:
        return choices.names[str(value)] if choices else _plain(value)

    was = said(before.value) if before else _unread(ret, place)
    change = Correction(name, was, said(value.value))
    if before and before.value == value.value:
        raise UsageError(f"Item {name} has this answer already.", "Nothing needs doing.")
    sheet = before.sheet if before else one.section.sheet
    answer = Answer(name, column.field, value.value, sheet, before.cell if before else "")
    return _with_answer(ret, answer, place, file), change


def _unread(ret: Return, place: _Place) -> str:
    """What the return has where there is no answer: nothing, or something that could not be one."""
    about = (f for f in ret.findings if f.severity == "query" and f.code != _MISSING)
    stood = next((f.message for f in about if _is_about(f, place)), "")
    return f"no answer ({stood.rstrip('.')})" if stood else "no answer"


def _asked_for(plan: ReadingPlan, toolkit: Toolkit, item: str) -> tuple[str, Column]:
    """The item somebody names, as the toolkit names it, and the column that takes its answer."""
    number, _, view = item.strip().partition(":")
    known = {name.casefold(): name for name in plan.items}
    name = known.get(number.strip().casefold())
    if name is None:
        raise UsageError(
            f"{toolkit.title} has no item {item}.", "Give its number as it stands in the workbook."
        )
    columns = [each for each in plan.items[name].fields if each.field.startswith("answer")]
    column = next((c for c in columns if c.field == (f"answer:{view}" if view else "answer")), None)
    if column is None:
        names = " or ".join(c.field.replace("answer", name) for c in columns)
        raise UsageError(f"Item {name} takes no answer of this kind.", f"Write {names}.")
    return name, column


def _with_answer(ret: Return, answer: Answer, place: _Place, file: str) -> Return:
    """The return with this answer in the place of the one before, and without findings about it.

    What stays says which file it was read from, as the return is now of another.
    """
    here = (answer.item, answer.field)
    kept = [replace(a, file=a.file or ret.file) for a in ret.answers if (a.item, a.field) != here]
    there = {here, *((one.item, one.field) for one in kept)}
    return replace(
        ret,
        file=file,
        answers=(*kept, answer),
        actions=tuple(replace(a, file=a.file or ret.file) for a in ret.actions),
        normalised=tuple(
            replace(n, file=n.file or ret.file) for n in ret.normalised if (n.item, n.field) != here
        ),
        findings=tuple(
            f if f.file and f.file != file else f.in_file(ret.file)
            for f in ret.findings
            if not _is_about(f, place) and not _has_all(f, there)
        ),
        query="",
        saved_at=None,
    )


def _plain(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else shown(value)


def _is_about(finding: Finding, place: _Place) -> bool:
    """True for a finding about this answer and nothing else."""
    own = finding.field in ("", place.field, "answer")
    return finding.item == place.item and own and len(finding.cells) <= 1


def _has_all(finding: Finding, there: Set[tuple[str, str]]) -> bool:
    """True for a finding that answers are missing, once every one of them is there."""
    missing = concerned(finding) if finding.code == _MISSING else ()
    return bool(missing) and all(slot in there for slot in missing)
