"""The Profile of a toolkit that scores nothing: how far each section is filled in."""

from __future__ import annotations

from xlassess.generate.profile_table import Heading, ProfileTable
from xlassess.generate.scored import scored_places
from xlassess.generate.status import progress_of
from xlassess.sheet import looks
from xlassess.sheet.checked import Formula, quoted


class ProgressTable(ProfileTable):
    """One row a section: answers given and asked for."""

    def headings(self) -> tuple[Heading, ...]:
        """The table's columns, which set the widths of the whole sheet."""
        number, section, filled, asked, state = self.job.words.headings("progress_table_headers")
        return (
            Heading(number, 8), Heading(section, 48, middle=False), Heading(filled, 13),
            Heading(asked, 11), Heading(state, 30),
        )  # fmt: skip

    def write(self, row: int) -> int:
        """Write table and chart from this row on; return the next free row."""
        self.head(row)
        complete, open_ = self.job.words.say("complete"), self.job.words.say("not_complete")
        for place in scored_places(self.job.layout):
            row += 1
            progress = progress_of(place)
            section = place.section
            number = looks.CELL_MIDDLE.but(number=looks.TEXT_FORMAT)
            self.sheet.text(row, 0, section.id, number)
            self.sheet.text(row, 1, section.title, looks.CELL)
            self.sheet.formula(row, 2, Formula(progress.done, 0), looks.CELL_MIDDLE)
            self.sheet.number(row, 3, progress.asked, looks.CELL_MIDDLE)
            state = f"IF(C{row + 1}=D{row + 1},{quoted(complete)},{quoted(open_)})"
            self.sheet.formula(row, 4, Formula(state, open_), looks.CELL_MIDDLE)
            self.sheet.fit(row, ((section.title, 48, looks.CELL),), least=22)
        return row + 2
