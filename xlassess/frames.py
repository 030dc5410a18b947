"""The data of a round for analysts: pandas frames of what has come back.

``xlassess.open("folder")`` is the way in. Frames hold what the assessment's attribution allows,
as the summary and the exports do: partners are named, lettered, or left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import Summary, summarise
from xlassess.consolidate.export import (
    ExportTable,
    findings_of,
    frame_of,
    orders_of,
    plan_of,
    scores_of,
)
from xlassess.consolidate.export import tables_of as tables_of_export
from xlassess.ledger import Ledger
from xlassess.model.record import Output
from xlassess.services.common.opening import open_folder
from xlassess.services.papers.consolidate import output_from, present_round

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class OpenRound:
    """A round of an assessment, as it stands when it is first asked.

    Open the folder again to see what has come since. What was shown is recorded in the ledger,
    as it is of any paper: what is shown later must not, together with it, give anybody away.

    Args:
        folder: the assessment.
        now: the moment that decides what is overdue, in UTC.
        anyway: why everything that has come back is to be shown, although that may give single
            answers away; the reason is recorded. Empty if it is not.
    """

    folder: AssessmentFolder
    now: datetime
    anyway: str = ""

    @cached_property
    def _summary(self) -> Summary:
        record = present_round(self.folder, self.anyway)
        summary = summarise(record, self.now)
        written = output_from(record, summary, "frames")
        if not any(_is_same(one, written) for one in record.outputs):
            with Ledger(self.folder.ledger, lambda: self.now) as ledger:
                ledger.record_output(record.assessment.round, written, because=self.anyway)
        return summary

    def summary(self) -> Summary:
        """Return the figures and lists of the summary as plain values.

        Raises:
            XlassessError: nothing has come back yet, or the assessment cannot be used.
        """
        return self._summary

    def answers(self) -> pd.DataFrame:
        """Return a row for each answer, comment and piece of evidence that counts.

        Codes, labels and levels are categories in the order of their scale, lowest first, so
        that they sort and compare; days are dates. Where answers are shown in aggregate there
        is a row for each choice of each item, with how often it was picked.

        Raises:
            XlassessError: nothing has come back yet, or the assessment cannot be used.
        """
        return self._frame("data", "counts")

    def actions(self) -> pd.DataFrame:
        """Return a row for each action that respondents propose, soonest first.

        Raises:
            XlassessError: nothing has come back yet, or the assessment cannot be used.
        """
        return self._frame("actions", "proposals")

    def plan(self) -> pd.DataFrame:
        """Return a row for each agreed action of this round's plan and of those before it.

        Each is told as it stands now, with its deadlines, how often they were moved, and what was
        done. Before a plan is agreed there are none.

        Raises:
            XlassessError: nothing has come back yet, or the assessment cannot be used.
        """
        return frame_of(plan_of(self._summary), {})

    def returns(self) -> pd.DataFrame:
        """Return a row for each workbook issued; in aggregate, one for each toolkit.

        Raises:
            XlassessError: nothing has come back yet, or the assessment cannot be used.
        """
        return self._frame("returns", "response")

    def scores(self) -> pd.DataFrame:
        """Return a row for each section of each return; in aggregate, the means.

        An empty ``section`` stands for the score over all sections. A missing answer is never
        a zero: where answers are missing, there is no score.

        Raises:
            XlassessError: nothing has come back yet, or the assessment cannot be used.
        """
        return frame_of(scores_of(self._summary), orders_of(self._summary))

    def findings(self) -> pd.DataFrame:
        """Return a row for each finding about a return; in aggregate there are none.

        Raises:
            XlassessError: nothing has come back yet, or the assessment cannot be used.
        """
        return frame_of(findings_of(self._summary), {})

    def _frame(self, *names: str) -> pd.DataFrame:
        table: ExportTable = next(
            table for table in tables_of_export(self._summary) if table.spec.name in names
        )
        return frame_of(table, orders_of(self._summary))


def open_round(
    folder: str | Path, now: datetime | None = None, anyway: str = "", round_name: str = ""
) -> OpenRound:
    """Open a round of an assessment.

    Args:
        folder: the assessment's folder.
        now: the moment that decides what is overdue; None for this one.
        anyway: why everything that has come back is to be shown, although that may, with what
            was shown earlier, give single answers away. It is recorded. Empty if it is not.
        round_name: the round; empty for the last one begun.

    Raises:
        UsageError: there is no assessment in the folder, or no such round.
    """
    opened = open_folder(Path(folder), round_name)
    return OpenRound(opened, now or datetime.now(timezone.utc), anyway)


def _is_same(one: Output, other: Output) -> bool:
    """True for two outputs that show the same returns in the same way."""
    return replace(one, kind=other.kind, at=other.at) == other
