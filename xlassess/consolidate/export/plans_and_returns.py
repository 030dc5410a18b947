"""The tables of an export that hold action plans, and what came of each workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from xlassess.consolidate.export.columns import (
    Cell,
    ExportColumn,
    ExportLine,
    TableSpec,
    people,
    where,
)
from xlassess.consolidate.figures.values import (
    STILL_OUT,
    PlannedAction,
    RegisterEntry,
    Standing,
    ToolkitResults,
)
from xlassess.model.plan import AgreedAction


def _plan() -> tuple[ExportColumn[PlannedAction], ...]:
    return (
        ExportColumn("item", "text", "Item the action answers to.", lambda line: line.row.item),
        ExportColumn("action", "text", "What is to be done.", lambda line: line.row.action),
        ExportColumn("horizon", "text", "When it is to be done, in the toolkit's words.",
               lambda line: line.row.horizon),
        ExportColumn("horizon_order", "whole number", "Place of the horizon, 1 being the soonest.",
               lambda line: line.row.order + 1),
        ExportColumn("owner", "text", "Who is to do it.", lambda line: line.row.owner),
        ExportColumn("deadline", "day", "By when.", lambda line: line.row.deadline,
               "Empty where none was given"),
        ExportColumn("deadline_said", "text", "By when, in the partner's words, where they name no "
               "day and were accepted as they are.", lambda line: line.row.deadline_said),
        ExportColumn("measure", "text", "How one will know that it is done.",
               lambda line: line.row.measure),
        ExportColumn("status", "text", "State of progress, in the toolkit's words.",
               lambda line: line.row.status),
        ExportColumn("closed", "yes or no", "Done or stopped.", lambda line: line.row.closed),
        ExportColumn("overdue", "yes or no", "The deadline has passed and it is not closed.",
               lambda line: line.row.overdue),
    )  # fmt: skip


ACTIONS: TableSpec[PlannedAction] = TableSpec(
    "actions",
    "One row for each action of a partner's action plan, soonest horizon first.",
    (
        *where(),
        *people(lambda row: row.person),
        *_plan(),
        ExportColumn("sheet", "text", "Sheet it was read from.", lambda line: line.row.sheet),
        ExportColumn("cell", "text", "Cell the action was read from.", lambda line: line.row.cell),
    ),
)  # fmt: skip

PROPOSALS: TableSpec[PlannedAction] = TableSpec(
    "proposals",
    "One row for each action that respondents propose, soonest horizon first, without who "
    "proposes it.",
    (*where(), *_plan()),
)


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """An agreed action in an export: of which assessment and round it tells, and of what toolkit.

    ``toolkit`` is the id of the toolkit it answers, empty where it answers none.
    """

    assessment: str
    round: str
    toolkit: str
    today: date
    action: AgreedAction


def _of_action(what: Callable[[AgreedAction], Cell]) -> Callable[[ExportLine[AgreedLine]], Cell]:
    return lambda line: what(line.row.action)


def _first_day(action: AgreedAction) -> date | None:
    return action.moves[0].old if action.moves else action.deadline


PLAN: TableSpec[AgreedLine] = TableSpec(
    "plan",
    "One row for each agreed action of this round's plan and of those before it, as it stands now.",
    (
        ExportColumn("assessment", "text", "Id of the assessment.",
               lambda line: line.row.assessment),
        ExportColumn("round", "text", "Name of the round that tells of it.",
               lambda line: line.row.round),
        ExportColumn("agreed_in", "text", "Name of the round in which it was agreed.",
               _of_action(lambda one: one.round)),
        ExportColumn("number", "text", "Its number in the plan of that round.",
               _of_action(lambda one: one.number)),
        ExportColumn("merged", "text", "Numbers of the rows that were merged into it.",
               _of_action(lambda one: ", ".join(one.merged))),
        ExportColumn("toolkit", "text", "Id of the toolkit it answers to.",
               lambda line: line.row.toolkit, "Empty where it answers to no question"),
        ExportColumn("item", "text", "Item it answers to.", _of_action(lambda one: one.item),
               "Empty where it answers to no question"),
        ExportColumn("finding", "text", "What respondents said to that item when it was agreed.",
               _of_action(lambda one: one.finding)),
        ExportColumn("action", "text", "What is to be done, as it was agreed.",
               _of_action(lambda one: one.action)),
        ExportColumn("owner", "text", "Who sees to it, as it was agreed.",
               _of_action(lambda one: one.owner), "A person, an organisation or anybody else"),
        ExportColumn("first_deadline", "day", "By when, as first agreed.", _of_action(_first_day),
               "Empty where none was given"),
        ExportColumn("deadline", "day", "The deadline in force.",
               _of_action(lambda one: one.deadline), "Empty where none was given"),
        ExportColumn("moved", "whole number", "How often the deadline was moved.",
               _of_action(lambda one: len(one.moves))),
        ExportColumn("measure", "text", "How one will know that it is done.",
               _of_action(lambda one: one.measure)),
        ExportColumn("state", "text", "How far it has come.", _of_action(lambda one: one.state),
               "not started, in progress, done, stopped"),
        ExportColumn("done_on", "day", "When it was done.", _of_action(lambda one: one.done_on),
               "Empty unless it is done"),
        ExportColumn("on_time", "yes or no", "It was done by the deadline in force.",
               _of_action(lambda one: one.on_time),
               "Empty unless it is done and has a deadline"),
        ExportColumn("overdue", "yes or no", "The deadline has passed, and it is open.",
               lambda line: line.row.action.overdue(line.row.today)),
        ExportColumn("what_was_done", "text", "What its owner reported.",
               _of_action(lambda one: one.done)),
        ExportColumn("reason", "text", "Why the deadline was moved last, or why it was stopped.",
               _of_action(lambda one: one.because)),
        ExportColumn("unexplained", "text",
               "What its owner reported without a reason; until there is one, it does not hold.",
               _of_action(lambda one: one.unexplained), "stopped, moved; empty for nothing"),
        ExportColumn("reported_at", "moment", "When its owner last reported.",
               _of_action(lambda one: one.reported_at), "Empty where nobody has"),
    ),
)  # fmt: skip


def _came(entry: RegisterEntry) -> bool:
    return entry.standing in ("Returned", "Query open")


def _seen(line: ExportLine[RegisterEntry], value: Cell, *, refused: bool = True) -> Cell:
    """A figure of a workbook that came back."""
    known = _came(line.row) or (refused and line.row.standing in ("Refused", "Blank"))
    return value if known else None


RETURNS: TableSpec[RegisterEntry] = TableSpec(
    "returns",
    "One row for each workbook issued, and what has become of it.",
    (
        *where(),
        *people(lambda row: row.person),
        ExportColumn(
            "state",
            "text",
            "What has become of it.",
            lambda line: line.row.standing,
            ", ".join(get_args(Standing)),
        ),
        ExportColumn(
            "received_at",
            "moment",
            "When it was read.",
            lambda line: line.row.received_at,
            "Empty where nothing came back",
        ),
        ExportColumn(
            "late",
            "yes or no",
            "It came after the day by which it was wanted.",
            lambda line: line.row.late,
        ),
        ExportColumn(
            "answered",
            "whole number",
            "Required answers given.",
            lambda line: _seen(line, line.row.answered, refused=False),
            "Empty where nothing could be read",
        ),
        ExportColumn(
            "asked", "whole number", "Required answers asked for.", lambda line: line.row.asked
        ),
        ExportColumn(
            "queries",
            "whole number",
            "Findings the partner must look at.",
            lambda line: _seen(line, line.row.queries),
            "Empty where nothing came back",
        ),
        ExportColumn(
            "notes",
            "whole number",
            "Findings worth knowing.",
            lambda line: _seen(line, line.row.notes),
            "Empty where nothing came back",
        ),
        ExportColumn(
            "put_right",
            "whole number",
            "Values the reader put right.",
            lambda line: _seen(line, line.row.put_right),
            "Empty where nothing came back",
        ),
        ExportColumn(
            "remarks", "text", "The findings in words, one a line.", lambda line: line.row.remarks
        ),
        ExportColumn(
            "file",
            "text",
            "Name of the file it came under.",
            lambda line: line.row.person.file if _came(line.row) else "",
            "Where partners are lettered, “Return” with letter and number",
        ),
    ),
)


def _standing(line: ExportLine[ToolkitResults], *wanted: str) -> int:
    return sum(entry.standing in wanted for entry in line.row.entries)


RESPONSE: TableSpec[ToolkitResults] = TableSpec(
    "response",
    "One row for each toolkit, with how many workbooks came back.",
    (
        *where(),
        ExportColumn("issued", "whole number", "Workbooks issued.", lambda line: line.row.issued),
        ExportColumn(
            "returned",
            "whole number",
            "Workbooks that came back and count.",
            lambda line: line.row.returned,
        ),
        ExportColumn(
            "nil_returns",
            "whole number",
            "Recorded as having nothing to report.",
            lambda line: line.row.nil_returns,
        ),
        ExportColumn(
            "response_rate",
            "number",
            "Returned and nil returns, of issued, from 0 to 1.",
            lambda line: line.row.response_rate,
        ),
        ExportColumn(
            "query_open",
            "whole number",
            "Returned with an open query.",
            lambda line: _standing(line, "Query open"),
        ),
        ExportColumn(
            "declined",
            "whole number",
            "Recorded as not taking part.",
            lambda line: line.row.declined,
        ),
        ExportColumn(
            "refused",
            "whole number",
            "Came back, but could not be used.",
            lambda line: _standing(line, "Refused"),
        ),
        ExportColumn(
            "still_out",
            "whole number",
            "Not come back, or without a single answer.",
            lambda line: _standing(line, *STILL_OUT),
        ),
        ExportColumn(
            "partners_asked",
            "whole number",
            "Organisations asked.",
            lambda line: line.row.partners_asked,
        ),
        ExportColumn(
            "partners_heard",
            "whole number",
            "Organisations with a return that counts.",
            lambda line: line.row.partners_heard,
        ),
    ),
)
