"""Toolkit and assessment to workbooks: a plate is built once, copies are stamped from it."""

from xlassess.generate.file_names import entry_file_name, file_name, query_file_name
from xlassess.generate.joint.questions import (
    PlanPart,
    kind_of,
    may_stay_empty,
    plan_questions,
    progress_questions,
    workshop_questions,
)
from xlassess.generate.joint.workbook import JointWorkbook, build_joint
from xlassess.generate.plate import (
    Personal,
    Plate,
    build_entry,
    build_plate,
    build_with_last_time,
)
from xlassess.generate.query.asking import Asking, query_answers
from xlassess.generate.query.doubts import Doubts, doubts_of
from xlassess.generate.query.earlier_answers import EarlierAnswers
from xlassess.generate.query.letter import StandIn, query_letter, query_subject, slot_cells
from xlassess.generate.query.query_workbook import build_query
from xlassess.generate.workbook.last_time import ShownAnswers, printed_beside

__all__ = [
    "Asking",
    "Doubts",
    "EarlierAnswers",
    "JointWorkbook",
    "Personal",
    "PlanPart",
    "Plate",
    "ShownAnswers",
    "StandIn",
    "build_entry",
    "build_joint",
    "build_plate",
    "build_query",
    "build_with_last_time",
    "doubts_of",
    "entry_file_name",
    "file_name",
    "kind_of",
    "may_stay_empty",
    "plan_questions",
    "printed_beside",
    "progress_questions",
    "query_answers",
    "query_file_name",
    "query_letter",
    "query_subject",
    "slot_cells",
    "workshop_questions",
]
