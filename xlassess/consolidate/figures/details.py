"""Facts from pages of details, side by side, with who gives them.

They are not opinions: nobody agrees or differs on what a partnership's budget is, so they stand
in no distribution and no list of comments. Where answers are not attributed they are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlassess.consolidate.figures.attribution import Participants
from xlassess.consolidate.figures.checklists import answer_shown
from xlassess.consolidate.figures.counted import is_facts
from xlassess.consolidate.figures.rows import PARTICULARS_OUT
from xlassess.consolidate.figures.values import Detail, ScoreRow
from xlassess.model.answer import Answer
from xlassess.model.toolkit import Toolkit


def details_of(
    toolkit: Toolkit,
    participants: Participants,
    rows: Sequence[ScoreRow],
    answers: Sequence[Sequence[Answer]],
) -> tuple[Detail, ...]:
    """Return the facts of a toolkit's pages of details, item by item; none in aggregate.

    Args:
        toolkit: the instrument. A checklist shows its own on its own page.
        participants: who is shown as what.
        rows: the returns that count.
        answers: what each of them answers, in the same order.
    """
    if toolkit.subject == "proposal" or not participants.shows_rows:
        return ()
    return tuple(_details(toolkit, participants, rows, answers))


def _details(
    toolkit: Toolkit,
    participants: Participants,
    rows: Sequence[ScoreRow],
    answers: Sequence[Sequence[Answer]],
) -> Iterator[Detail]:
    values = [
        {answer.item: answer.value for answer in given if answer.field == "answer"}
        for given in answers
    ]
    for section in toolkit.sections:
        if not is_facts(toolkit, section):
            continue
        for item in section.items:
            for row, given in zip(rows, values, strict=True):
                value = given.get(item.id, "")
                if value == "":
                    continue
                hidden = participants.attribution != "named" and item.answer == "text"
                said = participants.tidy(answer_shown(toolkit, item, value))
                by = ", ".join(filter(None, (row.person.partner, row.person.respondent)))
                yield Detail(item.id, item.ask, PARTICULARS_OUT if hidden else said, by)
