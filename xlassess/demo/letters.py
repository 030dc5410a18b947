"""What comes back: under which name, with which mistake, how many days late."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.demo.filling import Slip
from xlassess.demo.mistakes import (
    left_out,
    pasted_formula,
    sorted_by_answer,
    typed_over,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One file that somebody sends back.

    ``name`` is empty where the file keeps the name it was issued under. ``odd`` says what is
    odd about it, in one phrase. ``foreign`` files have nothing to do with the assessment.
    """

    name: str = ""
    odd: str = ""
    slip: Slip | None = None
    foreign: bool = False
    days_later: int = 0


PLAIN = (Letter(),)
"""One file, as it should be."""

LETTERS: dict[tuple[str, str], tuple[Letter, ...]] = {
    ("pat", "Karen Doyle"): (
        Letter(
            name="PAT FINAL Karen Doyle.xlsx",
            odd="an answer that the list does not offer",
            slip=typed_over(**{"3B": "Mostly agree"}),
        ),
    ),
    ("pat", "Jo Whitfield"): (Letter(odd="two answers left out", slip=left_out("4C", "5E")),),
    ("pat", "Dr Anita Rao"): (
        Letter(odd="the rows of sheet 2 sorted by answer", slip=sorted_by_answer("2")),
    ),
    ("pat", "Peter Lindqvist"): (
        Letter(
            name="Copy of PAT Lindqvist.xlsx",
            odd="answers typed by hand, in small letters and with blanks",
            slip=typed_over(**{"1B": "agree ", "6D": "strongly  disagree"}),
        ),
    ),
    ("melton-evaluation", "Peter Lindqvist"): (
        Letter(odd="bare numbers typed for the choices", slip=typed_over(**{"1.2": 4.0})),
    ),
    ("pat", "Grace Okafor"): (
        Letter(
            name="VAT partnership tool.xlsx",
            odd="sent twice: this is the first, with a section left out",
            slip=left_out("6A", "6B", "6C", "6D", "6E", "6F"),
        ),
        Letter(
            name="VAT partnership tool (complete).xlsx",
            odd="sent twice: this is the second",
            days_later=3,
        ),
    ),
    ("melton-evaluation", "Lee Hargreaves"): (
        Letter(odd="a formula pasted over an answer", slip=pasted_formula("2.3")),
    ),
    ("melton-evaluation", "David Ellery"): (
        Letter(
            name="Partnership evaluation College.xlsx",
            odd="the wrong file: a claim for travel costs",
            foreign=True,
        ),
    ),
}
"""What comes back otherwise than as it should, by toolkit and respondent."""

BUNDLE = "Vale County Council returns.zip"
"""The name of the zip file in which one partner sends everything."""
