"""The papers of a round that were written: a list of them, and each to be saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.responses import Response

from xlassess.model.errors import UsageError
from xlassess.services.common.outbox import output_of
from xlassess.web.page import download, page
from xlassess.web.shown import written_as
from xlassess.web.visit import Visit

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
    """The papers that the page lists."""

    papers: tuple[WrittenPaper, ...]


def show(visit: Visit) -> Response:
    """Show the papers that were written for the round."""
    return page(visit, "papers.html", "Papers", PapersView(tuple(_papers(visit))))


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
