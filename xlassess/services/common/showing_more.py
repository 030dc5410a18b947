"""Older papers that show more than one written since, or than the settings: not to be passed on.

They stay where they are: a committee may have been told by any of them, and whoever keeps them has
to decide. But nobody sees from a file name how it shows answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.assessment import ATTRIBUTIONS, Attribution
from xlassess.model.record import Output, OutputKind
from xlassess.services.common.phrases import SHOWN, ToldMatter, count
from xlassess.services.common.workbooks.outbox import FEEDBACK, kept_at, output_of
from xlassess.sheet.saved import made_at

_KINDS: tuple[OutputKind, ...] = ("summary", "report", "export")
"""The papers that are passed on. Pages of feedback go to whom they are about."""
_OFFICE = (".xlsx", ".docx")
_OTHERS = (".pdf", ".csv", ".json", ".parquet")

CLOCKS_DIFFER = timedelta(seconds=2)
"""Clocks of file systems are coarser than that of the record, which is made first."""


@dataclass(frozen=True, slots=True)
class OlderPaper:
    """A paper, or the folder of an export, that shows more than one written since.

    ``where`` is its place in the assessment's folder.
    """

    where: str
    attribution: Attribution


def older_papers(folder: AssessmentFolder) -> tuple[OlderPaper, ...]:
    """Return the papers of the present round that show more than is shown now.

    Args:
        folder: the assessment.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    if not Ledger.is_at(folder.ledger):
        return ()
    assessment = folder.assessment()
    with Ledger(folder.ledger) as ledger:
        outputs = ledger.outputs(assessment.round)
    return older_papers_of(folder, assessment.round, outputs, assessment.attribution)


def older_papers_of(
    folder: AssessmentFolder, round_name: str, outputs: Sequence[Output],
    least: Attribution = "named",
) -> tuple[OlderPaper, ...]:  # fmt: skip
    """Return the papers of a round that show more than one written since.

    Args:
        folder: the assessment.
        round_name: the round.
        outputs: what was written from it, oldest first.
        least: how answers are shown at most by the settings.
    """
    written = [one for one in outputs if one.kind in _KINDS]
    home = output_of(folder, round_name)
    found: dict[str, OlderPaper] = {}
    for path in _papers(home):
        at = _place_of(path, written)
        if at is None:
            continue
        shown = written[at].attribution
        since = (least, *(one.attribution for one in written[at + 1 :]))
        if max(map(ATTRIBUTIONS.index, since)) > ATTRIBUTIONS.index(shown):
            # the files of an export go together
            whole = path.parent if path.parent.name.startswith("export-") else path
            where = whole.relative_to(folder.root).as_posix()
            found[where] = OlderPaper(where, shown)
    return tuple(found.values())


def _papers(home: Path) -> Iterator[Path]:
    """Yield the files that may be papers of a round, earlier ones included."""
    for path in sorted(home.rglob("*")):
        hidden = path.name.startswith(".") or FEEDBACK in path.relative_to(home).parts
        if path.suffix in (*_OFFICE, *_OTHERS) and not hidden and path.is_file():
            yield path


def _place_of(path: Path, written: Sequence[Output]) -> int | None:
    """Which of the outputs a file is, by its place among them; None where that is not known.

    Office files say when they were made, whoever edited or copied them since.
    """
    named = _kind_of(path)
    if path.suffix in _OFFICE:
        made = made_at(path)
        same = [at for at, one in enumerate(written) if _second(one.at) == made]
        return next((at for at in same if written[at].kind == named), same[0] if same else None)
    kept = kept_at(path)
    until = kept or _changed(path)
    before = [
        at for at, one in enumerate(written)
        if one.kind == named and (_second(one.at) < until if kept else one.at <= until)
    ]  # fmt: skip
    return before[-1] if before else None


def _kind_of(path: Path) -> OutputKind:
    if path.name.startswith("summary"):
        return "summary"
    return "report" if path.name.startswith("report") else "export"


def _second(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(microsecond=0)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc) + CLOCKS_DIFFER


def older_in_words(papers: Iterable[OlderPaper]) -> Iterator[ToldMatter]:
    """Yield what is to be said of such papers: which they are, and what to do."""
    names = tuple(f"{one.where}: {SHOWN[one.attribution].lower()}" for one in papers)
    if names:
        show = count(len(names), "older paper shows", "older papers show")
        yield ToldMatter(
            f"{show} more about who answered than is shown now",
            names,
            "Do not pass them on. Delete them, or move them to another folder.",
        )


def older_in_a_line(papers: Iterable[OlderPaper]) -> tuple[str, ...]:
    """Return the same in one line, for where there is no list."""
    return tuple(
        f"{told.title}: {'; '.join(told.names)}. {told.remedy}" for told in older_in_words(papers)
    )
