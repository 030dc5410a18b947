"""Older papers that show more than the settings, or than one of their kind written since.

They are not to be passed on. They stay where they are: a committee may have been told by any of
them, and whoever keeps them has to decide. But nobody sees from a file name how it shows answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import chain
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.assessment import Assessment, Promise, strictest
from xlassess.model.record import Output, OutputKind
from xlassess.services.common.phrases import SHOWN, ToldMatter, count
from xlassess.services.common.workbooks.outbox import FEEDBACK, kept_at, named_place, output_of
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

    ``where`` is its place as the assessment's folder leads to it; ``kept`` is what was kept to.
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
    if not Ledger.is_at(folder.ledger):
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
    there = ((path, _place_of(path, written)) for path in _files(output_of(folder, round_name)))
    found: dict[str, OlderPaper] = {}
    for path, at in chain(there, _elsewhere(folder, written)):
        if at is None:
            continue
        since = (kept[i] for i in range(at, len(kept)) if written[i].kind == written[at].kind)
        if kept[at].shows_more_than(strictest((*now, *since))):
            # the files of an export go together
            whole = path.parent if _of_export(path) else path
            where = named_place(folder, whole)
            found[where] = OlderPaper(where, kept[at])
    return tuple(found.values())


def _elsewhere(
    folder: AssessmentFolder, written: Sequence[Output]
) -> Iterator[tuple[Path, int | None]]:
    """Yield what was written where somebody named a place for it, with its place among these.

    Whatever else lies there is not looked at: it may be anybody's folder.
    """
    # what was written last to a place is what is there
    places = {one.place: at for at, one in enumerate(written) if one.place}
    if places:
        # takes longer than all else that status needs, and most have none
        from xlassess.consolidate.export import file_names
    for place, at in places.items():
        path, export = folder.root / place, written[at].kind == "export"
        stem = "" if path.is_dir() else path.stem
        home = path.parent if stem else path
        names = sorted(file_names(stem) - {path.name}) if export else []
        for file in (*(home / name for name in names), *_copies_of(path)):
            if file.suffix in _OFFICE and file.is_file():
                yield (file if stem else path), _made_with(file, written, (written[at].kind,))
            elif file.is_file() and _changed(file) >= written[at].at:
                yield (path if path.exists() else file), at


def _copies_of(path: Path) -> Iterator[Path]:
    """Yield a file, and the copies that were kept of it beside it."""
    yield path
    if path.suffix in _OFFICE and path.parent.is_dir():
        yield from (
            one for one in path.parent.iterdir()
            if one.name.startswith(f"{path.stem} ") and kept_at(one) and one.suffix == path.suffix
        )  # fmt: skip


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
        return _made_with(path, written, kinds)
    kept = kept_at(path)
    until = kept or _changed(path)
    before = [
        at for at in mine
        if (_second(written[at].at) < until if kept else written[at].at <= until)
    ]  # fmt: skip
    return before[-1] if before else None


def _made_with(path: Path, written: Sequence[Output], kinds: Sequence[OutputKind]) -> int | None:
    """Which of the outputs of these kinds an office file is, by when it says it was made."""
    mine = [at for at, one in enumerate(written) if one.kind in kinds]
    made = made_at(path) if mine else None
    return next((at for at in mine if _second(written[at].at) == made), None)


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
