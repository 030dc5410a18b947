"""Deciding: what a coordinator records about returns and workbooks, and how it is taken back."""

from xlassess.services.decide.corrections import correct, correct_all
from xlassess.services.decide.decision import Book, Decided, Why, asked_about, undo, workbook
from xlassess.services.decide.marks import Mark, mark, mark_feedback, mark_queries
from xlassess.services.decide.outcomes import settle, settle_all
from xlassess.services.decide.waivers import Waived, waive
from xlassess.services.decide.which_counts import (
    choose,
    reassign,
    set_all_aside,
    set_aside,
    set_message_aside,
)

__all__ = [
    "Book",
    "Decided",
    "Mark",
    "Waived",
    "Why",
    "asked_about",
    "choose",
    "correct",
    "correct_all",
    "mark",
    "mark_feedback",
    "mark_queries",
    "reassign",
    "set_all_aside",
    "set_aside",
    "set_message_aside",
    "settle",
    "settle_all",
    "undo",
    "waive",
    "workbook",
]
