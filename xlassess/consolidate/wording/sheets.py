"""Titles, headings and notes that the summary's sheets and the report share."""

from __future__ import annotations

from functools import lru_cache

from xlassess.sheet.words import Words


@lru_cache(maxsize=1)
def words() -> Words:
    """The titles, notes and headings of the sheets."""
    return Words("summary_sheets.j2")


SUMMARY, RESPONSES, COMMENTS = "Summary", "Responses", "Comments"


ACTIONS, DATA, METHOD = "Action plan", "Data", "Method"
