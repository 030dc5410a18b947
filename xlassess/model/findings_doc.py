"""The catalogue of findings as a page of the documentation.

``python -m xlassess.model.findings_doc > docs/findings.md`` writes the page anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from xlassess.model.catalogue import CATALOGUE
from xlassess.model.finding import ADDED, Kind

_GROUPS = {
    "G": (
        "Can the file be read?",
        "Made before anything in the file is taken for an answer.",
    ),
    "I": ("Whose workbook is it?", "Made before any answer is looked at."),
    "R": ("Where are the answers?", "Made while questions are found by number and heading."),
    "C": ("What do the answers say?", "Made cell by cell; equal ones on a sheet are told once."),
    "L": ("How does it fit what came before?", "Made when a return is entered in the ledger."),
}
_SEVERITY = {"refuse": "refused", "query": "query", "note": "note"}
_DETAIL = re.compile(r"\{(\w+)\}")

_HEAD = """\
# Findings

Every remark about a returned workbook has a code. It says what is wrong and what to do, and
names the sheet and cells concerned. There are three degrees:

- **refused**: nothing in the file was used;
- **query**: the partner must look again; whatever could be read exactly is kept;
- **note**: put right, or worth knowing.

Words in *italics* stand for what is filled in from the file.
"""


def page() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([_HEAD, *_groups()])


def _groups() -> Iterator[str]:
    for letter, (title, about) in _GROUPS.items():
        yield f"## {title}\n\n{about}\n"
        yield "| Code | Degree | Finding | What is wrong | What to do |"
        yield "| --- | --- | --- | --- | --- |"
        for code, kind in CATALOGUE.items():
            if code.startswith(letter):
                yield _row(kind)
        yield ""


def _shown(detail: re.Match[str]) -> str:
    """What is filled in, but for what a sentence does without."""
    return ADDED.get(detail[1], f"*{detail[1]}*")


def _row(kind: Kind) -> str:
    says, do = (_DETAIL.sub(_shown, text).replace("|", "\\|") for text in (kind.says, kind.do))
    return f"| {kind.code} | {_SEVERITY[kind.severity]} | {kind.title} | {says} | {do} |"


if __name__ == "__main__":
    sys.stdout.write(page())
