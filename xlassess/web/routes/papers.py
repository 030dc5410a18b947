"""The papers of a round: those that were written, to be saved, and those to be written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.responses import Response

from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.services.common.workbooks.outbox import feedback_folder, output_of
from xlassess.web.jobs import JobProgress
from xlassess.web.request.forms import Done, FieldError, FormErrors
from xlassess.web.request.page import download, download_all, page
from xlassess.web.request.visit import Visit
from xlassess.web.shown import told_of_papers, written_as

_PAPERS = (".xlsx", ".docx", ".pdf", ".csv", ".json", ".parquet")


@dataclass(frozen=True, slots=True)
class WrittenPaper:
    """A paper of the round: its file, its size in kilobytes, when and how it was written."""

    name: str
    kilobytes: int
    written: datetime
    to: str
    shown: str


@dataclass(frozen=True, slots=True)
class PapersView:
    """The papers that the page lists, and those that can be written here.

    ``pages`` counts those for respondents; ``all_pages`` is where they are saved from.
    """

    papers: tuple[WrittenPaper, ...]
    here: str
    summary: str
    agreed: bool
    answered: bool
    pages: int
    all_pages: str
    messages: str
    jobs: tuple[tuple[str, JobProgress], ...]
    told: tuple[str, ...] = ()


def show(visit: Visit) -> Response:
    """Show the papers that were written for the round."""
    found = visit.status
    pages = _pages(visit)
    view = PapersView(
        papers=tuple(_papers(visit)),
        here=visit.at("papers"),
        summary=visit.at("summary"),
        agreed=_is_agreed(visit),
        answered=any(rate.answered for rate in found.rates),
        pages=sum(path.suffix == ".xlsx" for path in pages),
        all_pages=visit.at("pages") if pages else "",
        messages=visit.at("messages", kind="feedback"),
        jobs=tuple(_under_way(visit)),
        told=told_of_papers(visit.jobs.of(visit.assessment.round, "feedback")),
    )
    return page(visit, "papers.html", "Papers", view)


_WRITTEN: Mapping[str, tuple[str, str]] = {
    "feedback": ("The pages for respondents", "are"),
    "progress paper": ("The progress paper", "is"),
}  # fmt: skip
"""What is written here."""


def act(visit: Visit) -> Done:
    """Have the pages for respondents written, or the paper on what came of the plan.

    Raises:
        FormErrors: it is not said which.
    """
    what = visit.form.text("what")
    if what not in _WRITTEN:
        raise FormErrors(FieldError("", "Choose what is to be written."))
    called, word = _WRITTEN[what]
    job = visit.start(what)
    said = f"{called} {word} being written. Once done, they can be saved below."
    return Done(said, visit.at("papers"), job.id, f"{called} {word} written: see below.")


def _is_agreed(visit: Visit) -> bool:
    """True where anything of a plan is agreed on, which a progress paper can be about."""
    if not Ledger.is_at(visit.folder.ledger):
        return False
    with Ledger(visit.folder.ledger) as ledger:
        return bool(ledger.plans())


def _under_way(visit: Visit) -> Iterator[tuple[str, JobProgress]]:
    """Yield what is being written here, or was not: the last of each."""
    told = set[str]()
    for job in visit.jobs.of(visit.assessment.round, *_WRITTEN):
        if job.work not in told and job.state != "done":
            yield (
                f"Writing {_WRITTEN[job.work][0][0].lower()}{_WRITTEN[job.work][0][1:]}",
                (visit.jobs.progress(job)),
            )
        told.add(job.work)


def _pages(visit: Visit) -> list[Path]:
    """The pages for respondents that are there."""
    place = feedback_folder(visit.folder, visit.assessment)
    found = sorted(place.iterdir()) if place.is_dir() else []
    return [
        path for path in found
        if path.suffix in (".xlsx", ".docx") and path.is_file() and not path.is_symlink()
        and not path.name.startswith(".")
    ]  # fmt: skip


def give_pages(visit: Visit) -> Response:
    """Give out all pages for respondents as one zip file.

    Raises:
        UsageError: there are none.
    """
    pages = _pages(visit)
    if not pages:
        raise UsageError("There are no pages for respondents yet.", "Write them on this page.")
    named = f"{visit.assessment.id} {visit.assessment.round} pages for respondents.zip"
    return download_all(pages, named)


def give(visit: Visit) -> Response:
    """Give out one paper. Only those are given out that the page lists.

    Raises:
        UsageError: there is no such paper.
    """
    wanted = visit.request.query_params.get("name", "")
    for path in _files(visit):
        if path.name == wanted:
            return download(path, f"{visit.assessment.id} {visit.assessment.round} {path.name}")
    raise UsageError("There is no such paper.", "Choose one on the page of papers.")


def _files(visit: Visit) -> list[Path]:
    place = output_of(visit.folder, visit.assessment.round)
    found = place.iterdir() if place.is_dir() else ()
    return sorted(
        path for path in found
        if path.suffix in _PAPERS and path.is_file() and not path.is_symlink()
        and not path.name.startswith(".")
    )  # fmt: skip


def _papers(visit: Visit) -> Iterator[WrittenPaper]:
    for path in _files(visit):
        told = path.stat()
        at = datetime.fromtimestamp(told.st_mtime).astimezone()
        yield WrittenPaper(
            path.name, -(-told.st_size // 1024), at, visit.at("paper", name=path.name),
            written_as(path, at, visit.outputs),
        )  # fmt: skip
