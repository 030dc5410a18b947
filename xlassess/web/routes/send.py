"""The workbooks to send: each to be saved, or all in one zip file; and what was sent, on record."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response

from xlassess.contract.reference import find_references
from xlassess.model.errors import UsageError
from xlassess.services import decide
from xlassess.services.common.phrases import count
from xlassess.services.status import Line
from xlassess.web.jobs import JobProgress
from xlassess.web.request.forms import Done, FieldError, FormErrors
from xlassess.web.request.page import PageLink, download, download_all, page
from xlassess.web.request.visit import Visit

_MOST = 200
"""So many workbooks are listed on one page."""


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """A workbook of the list: whose it is, where it stands, and where its file is saved from."""

    line: Line
    to: str


@dataclass(frozen=True, slots=True)
class SendView:
    """The workbooks listed on this page, and where the others are."""

    lines: tuple[OutboxLine, ...]
    number: int
    choices: tuple[PageLink, ...]
    before: str
    after: str
    here: str
    bundle: str
    unsent: tuple[str, ...]
    closed: bool
    unwritten: int
    messages: str
    job: JobProgress | None
    matters: tuple[Mapping[str, Any], ...]

    @property
    def recorded(self) -> bool:
        """True when one of those listed is recorded as sent."""
        return any(one.line.sent for one in self.lines)


def show(visit: Visit) -> Response:
    """Show the workbooks that were issued: those not recorded as sent, or all of them."""
    # The job first: one that is over by then has its workbooks in what is read after it.
    jobs = visit.jobs.of(visit.assessment.round, "generate")
    found = visit.status
    issued = [line for line in found.lines if line.reference]
    unsent = [line for line in issued if line.sent is None and line.in_register and not line.file]
    everything = visit.request.query_params.get("show") == "all"
    lines = issued if everything else unsent
    more = {"show": "all"} if everything else {}
    at = visit.place(len(lines), _MOST)
    files = _files(visit)
    view = SendView(
        lines=tuple(
            OutboxLine(line, _saved_from(visit, line, files)) for line in lines[at : at + _MOST]
        ),
        number=len(lines),
        choices=(
            PageLink(f"Not recorded as sent: {len(unsent)}", visit.at("send"), not everything),
            PageLink(f"All: {len(issued)}", visit.at("send", show="all"), everything),
        ),
        before=visit.at("send", **more, at=str(at - _MOST)) if at else "",
        after=visit.at("send", **more, at=str(at + _MOST)) if at + _MOST < len(lines) else "",
        here=visit.at("send", **more),
        bundle=visit.at("bundle") if files else "",
        unsent=tuple(line.reference for line in unsent if line.state == "not sent"),
        closed=found.closed is not None,
        unwritten=len(found.having("not issued")),
        messages=visit.at("messages") if issued else "",
        job=visit.jobs.progress(jobs[0]) if jobs else None,
        matters=tuple(visit.jobs.result(jobs[0]).get("matters", ())) if jobs else (),
    )
    return page(visit, "send.html", "Workbooks to send", view)


def _files(visit: Visit) -> dict[str, Path]:
    """The workbooks in the outbox, by reference."""
    outbox = visit.folder.outbox
    try:
        with os.scandir(outbox) as found:  # it tells files from folders without asking of each
            names = sorted(one.name for one in found if one.is_file() and _is_workbook(one.name))
    except FileNotFoundError:
        return {}
    return {ref: outbox / name for name in names for ref in find_references(name)}


def _is_workbook(name: str) -> bool:
    return name.casefold().endswith(".xlsx") if os.name == "nt" else name.endswith(".xlsx")


def _saved_from(visit: Visit, line: Line, files: dict[str, Path]) -> str:
    here = line.reference in files
    return visit.at("workbook", reference=line.reference) if here else ""


def give(visit: Visit) -> Response:
    """Give out one workbook of the outbox.

    Raises:
        UsageError: there is none of this reference.
    """
    path = _files(visit).get(visit.request.query_params.get("reference", ""))
    if path is None:
        raise UsageError("There is no such workbook in the outbox.", "Write the workbooks again.")
    return download(path, path.name)


def bundle(visit: Visit) -> Response:
    """Give out all workbooks of the outbox as one zip file.

    Raises:
        UsageError: there is none.
    """
    files = sorted(_files(visit).values())
    if not files:
        raise UsageError("There are no workbooks in the outbox.", "Write the workbooks first.")
    named = f"{visit.assessment.id} {visit.assessment.round} workbooks.zip"
    return download_all(files, named)


def record(visit: Visit) -> Done:
    """Write the workbooks, or record that some were sent, or take that back.

    Raises:
        FormErrors: no workbook was chosen.
    """
    what, chosen = visit.form.text("what"), visit.form.all("book")
    if what == "all":  # those that the page spoke of, and none that was written since
        chosen = tuple(visit.form.text("unsent").split())
    if what in ("generate", "reissue"):
        job = visit.start("generate", reissue=what == "reissue")
        said = "The workbooks are being written. Once they are, they are listed below."
        over = "The workbooks are written. Send each person theirs: see below."
        return Done(said, visit.at("send"), job.id, over)
    if not chosen:
        raise FormErrors(FieldError("books", "Choose at least one workbook."))
    undone = what == "undo"
    done = decide.mark(
        visit.folder, chosen, "sent", decide.Why(now=visit.now, by=visit.user.name), undone=undone
    )
    told = count(len(done.books), "workbook")
    said = f"No longer recorded as sent: {told}." if undone else f"Recorded as sent: {told}."
    if not (done.books or done.arrived or undone):
        said = "Nothing was recorded now: somebody else recorded the same at this moment."
    return Done(said, visit.at("send", show="all"))
