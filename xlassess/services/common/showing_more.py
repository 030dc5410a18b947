"""Older papers that show more than the settings, or than one of their kind written since.

They are not to be passed on. They stay where they are: a committee may have been told by any of
them, and whoever keeps them has to decide. But nobody sees from a file name how it shows answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.assessment import Assessment, Promise, strictest
from xlassess.model.record import Output, OutputKind
from xlassess.services.common.phrases import SHOWN, ToldMatter, count
from xlassess.services.common.workbooks.outbox import FEEDBACK, kept_at, output_of
from xlassess.sheet.saved import made_at

_KINDS: tuple[OutputKind, ...] = ("summary", "report", "export")
"""The papers that are passed on. Pages of feedback go to whom they are about."""
_OFFICE = (".xlsx", ".docx")
_DATA = (".csv", ".json", ".parquet")

CLOCKS_DIFFER = timedelta(seconds=2)
"""Clocks of file systems are coarser than that of the record, which is made first."""


@dataclass(frozen=True, slots=True)
class OlderPaper:
    """A paper, or the folder of an export, that shows more than one of its kind written since.

    ``where`` is its place in the assessment's folder; ``kept`` is what was kept to in it.
    """

    where: str
    kept: Promise

    def __str__(self) -> str:
        """Return the paper as people read of it: where it is, and how it shows answers."""
        least = self.kept.minimum_group
        few = f", from {least} people on" if least > 1 else ""
        return f"{self.where}: {SHOWN[self.kept.attribution].lower()}{few}"


def older_papers(
    folder: AssessmentFolder, assessment: Assessment | None = None
) -> tuple[OlderPaper, ...]:
    """Return the papers of the present round that show more than is shown now.

    Args:
        folder: the assessment.
        assessment: its settings, where they have been read.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    assessment = assessment or folder.assessment()
    # often nothing was written yet, and then no ledger need be opened
    if not output_of(folder, assessment.round).is_dir() or not Ledger.is_at(folder.ledger):
        return ()
    with Ledger(folder.ledger) as ledger:
        outputs = ledger.outputs(assessment.round)
    return older_papers_of(folder, assessment.round, outputs, (assessment.promise,))


def older_papers_of(
    folder: AssessmentFolder, round_name: str, outputs: Sequence[Output],
    now: Sequence[Promise] = (),
) -> tuple[OlderPaper, ...]:  # fmt: skip
    """Return the papers of a round that show more than one of their kind written since.

    A paper that was written once with less says nothing of those of other kinds.

    Args:
        folder: the assessment.
        round_name: the round.
        outputs: what was written from it, oldest first.
        now: what the settings of the round come to, where they count.
    """
    written = [one for one in outputs if one.kind in _KINDS]
    kept = [Promise.under(one.attribution, one.minimum_group) for one in written]
    found: dict[str, OlderPaper] = {}
    for path in _files(output_of(folder, round_name)):
        at = _place_of(path, written)
        if at is None:
            continue
        since = (kept[i] for i in range(at, len(kept)) if written[i].kind == written[at].kind)
        if kept[at].shows_more_than(strictest((*now, *since))):
            # the files of an export go together
            whole = path.parent if _of_export(path) else path
            where = whole.relative_to(folder.root).as_posix()
            found[where] = OlderPaper(where, kept[at])
    return tuple(found.values())


def _files(home: Path) -> Iterator[Path]:
    """Yield the files that may be papers of a round, earlier ones included."""
    for folder, below, names in os.walk(home):
        # thousands of pages of feedback: they are not even looked through
        below[:] = sorted(one for one in below if one != FEEDBACK and not one.startswith("."))
        for path in (Path(folder, name) for name in sorted(names) if not name.startswith(".")):
            if _kinds_of(path) and path.is_file():
                yield path


def _of_export(path: Path) -> bool:
    return path.parent.name.startswith("export-")


def _kinds_of(path: Path) -> tuple[OutputKind, ...]:
    """What a file may be, by its name and place. People keep files of their own beside ours."""
    ours = next((kind for kind in _KINDS[:2] if path.name.startswith(kind)), None)
    if path.suffix == ".docx":
        return ("report",)
    if path.suffix == ".xlsx":
        # whoever renamed it: which of them it is, is told by when it was made
        return ("export",) if _of_export(path) else ("summary", "export")
    if path.suffix == ".pdf":
        return (ours,) if ours else ()
    return ("export",) if path.suffix in _DATA and _of_export(path) else ()


def _place_of(path: Path, written: Sequence[Output]) -> int | None:
    """Which of the outputs a file is, by its place among them; None where that is not known.

    Office files say when they were made, whoever edited or copied them since.
    """
    kinds = _kinds_of(path)
    mine = [at for at, one in enumerate(written) if one.kind in kinds]
    if path.suffix in _OFFICE:
        made = made_at(path) if mine else None
        return next((at for at in mine if _second(written[at].at) == made), None)
    kept = kept_at(path)
    until = kept or _changed(path)
    before = [
        at for at in mine
        if (_second(written[at].at) < until if kept else written[at].at <= until)
    ]  # fmt: skip
    return before[-1] if before else None


def _second(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(microsecond=0)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc) + CLOCKS_DIFFER


def older_in_words(papers: Iterable[OlderPaper]) -> Iterator[ToldMatter]:
    """Yield what is to be said of such papers: which they are, and what to do."""
    names = tuple(map(str, papers))
    if names:
        show = count(len(names), "older paper shows", "older papers show")
        yield ToldMatter(
            f"{show} more about who answered than the settings or a later paper",
            names,
            "Do not pass them on. Delete them, or move them to another folder.",
        )


def older_in_a_line(papers: Iterable[OlderPaper]) -> tuple[str, ...]:
    """Return the same in one line, for where there is no list."""
    return tuple(
        f"{told.title}: {'; '.join(told.names)}. {told.remedy}" for told in older_in_words(papers)
    )
