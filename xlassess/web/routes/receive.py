"""What came back: dropped on the page or fetched from the mailbox, read, and told file by file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from xlassess.model.errors import UsageError
from xlassess.services.common.opening import closing_of
from xlassess.services.common.phrases import count
from xlassess.web.jobs import Job, JobProgress, JobStep
from xlassess.web.request.forms import Done, FieldError, FormErrors
from xlassess.web.request.page import PageLink, page
from xlassess.web.request.visit import Visit

_READ, _MAILBOX = "read", "mailbox"
_MOST = 200
"""So many files are listed of which there is nothing to say but that they were read."""

_LISTED = 20
"""So many earlier readings are listed."""


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """An earlier reading in the list: what came of it, who asked for it and when, its page."""

    job: Job
    link: PageLink


@dataclass(frozen=True, slots=True)
class ReadingView:
    """What came of one reading: files by what became of them, and all that came out beside."""

    job: Job
    result: Mapping[str, Any]
    refused: tuple[Mapping[str, Any], ...] = ()
    doubtful: tuple[Mapping[str, Any], ...] = ()
    read: tuple[Mapping[str, Any], ...] = ()
    noted: tuple[Mapping[str, Any], ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class ReceiveView:
    """What the page shows: the forms, readings under way, the one chosen, and those before."""

    closed: bool
    mailbox: str
    here: str
    now: tuple[JobProgress, ...]
    shown: ReadingView | None
    before: tuple[ReadingLine, ...]


def show(visit: Visit) -> Response:
    """Show where files are dropped, what is being read, and what came of it."""
    jobs = visit.jobs.of(visit.assessment.round, _READ, _MAILBOX)
    open_ones = [job for job in jobs if job.state != "done"]
    done = [job for job in jobs if job.state == "done"]
    wanted = visit.request.query_params.get("job", "")
    chosen = next((job for job in done if job.id == wanted), None)
    if chosen is None and done and not any(job.id > done[0].id for job in open_ones):
        chosen = done[0]
    mail = visit.assessment.mail
    view = ReceiveView(
        closed=closing_of(visit.folder) is not None,
        mailbox=mail.mailbox if mail else "",
        here=visit.at("receive"),
        now=tuple(_progress(visit, job) for job in reversed(open_ones)),
        shown=_reading(visit, chosen) if chosen else None,
        before=tuple(
            ReadingLine(job, PageLink(job.came["total"], visit.at("receive", job=job.id),
                                      job is chosen))
            for job in done[:_LISTED]
        ),
    )  # fmt: skip
    return page(visit, "receive.html", "Receive", view)


def _progress(visit: Visit, job: Job) -> JobProgress:
    """A reading under way: files that nothing was told of yet were received."""
    so_far = visit.jobs.progress(job)
    told = {step.name for step in so_far.things}
    waiting = (name for name in visit.jobs.names(job) if name not in told)
    things = (*so_far.things, *(JobStep(name=name, state="Received") for name in waiting))
    return JobProgress(job, so_far.done, so_far.total, things)


def _reading(visit: Visit, job: Job) -> ReadingView:
    """What came of a reading that is done."""
    result = visit.jobs.result(job)
    files: tuple[Mapping[str, Any], ...] = tuple(result.get("files", ()))
    read = [file for file in files if file["reference"] and file["state"] != "refused"]
    return ReadingView(
        job,
        result,
        refused=tuple(one for one in files if one["state"] == "refused" and not one["known"]),
        doubtful=tuple(one for one in files if one["state"] == "query" and not one["known"]),
        read=tuple(read[:_MOST]),
        noted=tuple(one for one in read if not one["known"] and _has_notes(one)),
        more=max(0, len(read) - _MOST),
    )


def _has_notes(file: Mapping[str, Any]) -> bool:
    noted = any(one["severity"] == "note" for one in file["findings"])
    return noted or bool(file["put_right"])


def take(visit: Visit) -> Done:
    """Take files in, or ask for what is new in the mailbox; reading them is a job.

    Raises:
        FormErrors: no file was chosen.
        UsageError: the round is closed, or no mailbox is set up.
    """
    if closing_of(visit.folder):
        raise UsageError("This round is closed.", "Nothing more is read for it.")
    if visit.form.text("what") == _MAILBOX:
        if not (visit.assessment.mail and visit.assessment.mail.mailbox):
            raise UsageError("No mailbox is set up.", "Enter one as mailbox: under mail:.")
        job = visit.start(_MAILBOX)
        said = "The mailbox is being read. What was found in it will stand below."
        return Done(said, visit.at("receive"), job.id, "The mailbox was read. See below.")
    files, folder = visit.form.files, visit.form.folder
    if not files or folder is None:
        raise FormErrors(FieldError("files", "Choose at least one file or folder."))
    passwords = tuple(filter(None, visit.form.text("passwords").split("\n")))
    job = visit.start(_READ, folder, passwords)
    received = f"Received: {count(len(files), 'file')}."
    said = f"{received} Below you see each being read."
    return Done(said, visit.at("receive"), job.id, f"{received} Below stands what was read.")
