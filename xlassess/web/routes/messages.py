"""Messages: looked at, written as drafts or handed to the mail server, and recorded as sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from starlette.responses import Response

from xlassess.mail import Kind
from xlassess.model.errors import UsageError
from xlassess.services import decide
from xlassess.services.common.phrases import ToldMatter, count
from xlassess.services.common.workbooks.joint import joint_folder
from xlassess.services.post import send as service
from xlassess.services.post.mail_report import unwritten
from xlassess.services.post.posting import Post
from xlassess.services.post.send import LIST, MAILBOX, Ask
from xlassess.web.jobs import JobProgress
from xlassess.web.request.forms import Done, FieldError, FormErrors
from xlassess.web.request.page import PageLink, download, download_all, page
from xlassess.web.request.visit import Visit

_KINDS: Mapping[Kind, str] = {
    "invitation": "Workbooks to fill in", "reminder": "Reminders",
    "query": "Queries about unclear answers", "thanks": "Thanks for what came back",
    "feedback": "Pages for respondents", "progress": "Progress of agreed actions",
    "progress_reminder": "Reminders about progress",
}  # fmt: skip
"""The messages that are written here, with what they are called."""

_MARKS: Mapping[str, decide.Mark] = {
    "invitation": "sent", "reminder": "reminded", "progress": "sent",
    "progress_reminder": "reminded",
}  # fmt: skip

_OF_PROGRESS = ("progress", "progress_reminder")
"""The messages to owners of actions, which are due only where they have a workbook."""

_REMINDERS = ("reminder", "progress_reminder")
"""The messages that workbooks do not go with again."""

_UNRECORDED: tuple[Kind, ...] = ("thanks", "feedback")
"""The messages of which it is not recorded that they were sent by hand."""

_MOST, _SHOWN = 200, 3
"""So many messages are listed, and so many are shown as they will be read."""

_DRAFTS = "all"


@dataclass(frozen=True, slots=True)
class MessagesView:
    """What the page shows: the messages that are due, how they can go out, and who gets none."""

    kind: str
    choices: tuple[PageLink, ...]
    here: str
    post: tuple[Post, ...]
    number: int
    texts: tuple[str, ...]
    matters: tuple[ToldMatter, ...]
    seen: str
    server: str
    day_over: str
    job: JobProgress | None
    result: tuple[Mapping[str, Any], ...]
    drafts: tuple[PageLink, ...]
    to_record: bool


def show(visit: Visit) -> Response:
    """Show the messages of a kind that are due, and what can be done with them.

    Raises:
        UsageError: nothing was issued yet, or the round is closed.
    """
    kind = _kind(visit)
    ask = _ask(kind)
    made, texts = _preview(visit, ask)
    mail = visit.assessment.mail
    jobs = visit.jobs.of(visit.assessment.round, "draft", "post")
    job = next((one for one in jobs if one.given.get("kind") == kind), None)
    drafted = job is not None and job.work == "draft" and job.state == "done"
    view = MessagesView(
        kind=kind,
        choices=tuple(
            PageLink(title, visit.at("messages", kind=one), one == kind)
            for one, title in _KINDS.items()
            if one not in _OF_PROGRESS or one == kind or _owners_asked(visit)
        ),
        here=visit.at("messages", kind=kind),
        post=made.post[:_MOST],
        number=len(made.post),
        texts=tuple(texts),
        matters=tuple(unwritten(made)),
        seen=" ".join(reference for one in made.post for reference in one.letter.references),
        server=mail.host if mail else "",
        day_over=visit.at("return-date") if made.day_over else "",
        job=visit.jobs.progress(job) if job else None,
        result=tuple(visit.jobs.result(job).get("matters", ())) if job else (),
        drafts=_links(visit, kind) if drafted else (),
        to_record=bool(
            drafted and job and job.came["references"] and kind not in _UNRECORDED
            and not job.came.get("recorded")
        ),
    )  # fmt: skip
    return page(visit, "messages.html", "Messages", view)


def _preview(visit: Visit, ask: Ask) -> tuple[service.Composed, list[str]]:
    """What is due, with the first texts; of thousands, each page of them takes as long as all.

    Raises:
        UsageError: nothing was issued yet, or the round is closed.
    """
    found, folder = visit.status, visit.folder
    basis = found.basis
    glance = service.Glance(basis.register.respondents, basis.overview) if basis else None
    make = partial(service.preview, folder, ask, now=visit.now, most=_SHOWN, glance=glance)
    if ask.kind not in ("invitation", "reminder", "thanks"):
        return make()  # these rest on what stands in files
    # Who was sent something less than a day ago changes with the time.
    minute = int(visit.now.timestamp() // 60)
    key = (ask, minute, *map(_changed_at, (folder.outbox, folder.mail_template)))
    return visit.desk.known.made_of(found, key, make)


def _changed_at(path: Path) -> int:
    """When a file was changed, or which are in a folder; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _kind(visit: Visit) -> Kind:
    said = visit.request.query_params.get("kind", "invitation")
    return cast("Kind", said if said in _KINDS else "invitation")


def _ask(kind: Kind) -> Ask:
    return Ask(kind, attach=kind not in _REMINDERS, by_turn=kind == "reminder")


def _owners_asked(visit: Visit) -> bool:
    """True where a workbook was written for an owner of an action."""
    return any(joint_folder(visit.folder, "progress").glob("*.xlsx"))


def _links(visit: Visit, kind: Kind) -> tuple[PageLink, ...]:
    """The drafts of a kind in the forms in which mail programs take them."""
    names = {
        _DRAFTS: "All drafts as one zip file: open each in Outlook or Thunderbird",
        MAILBOX: "All drafts as one mailbox file, for Thunderbird or Apple Mail",
        LIST: "The list for a mail merge in Word",
    }
    there = {path.name for path in _files(visit, kind)}
    return tuple(
        PageLink(title, visit.at("draft-file", kind=kind, name=name))
        for name, title in names.items()
        if name in there or (name == _DRAFTS and there)
    )


def _files(visit: Visit, kind: Kind) -> list[Path]:
    place = service.drafts_of(visit.folder, kind)
    found = sorted(place.iterdir()) if place.is_dir() else []
    return [
        path for path in found
        if (path.suffix == ".eml" or path.name in (MAILBOX, LIST))
        and path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    ]  # fmt: skip


def give(visit: Visit) -> Response:
    """Give out the drafts: as one zip file, as a mailbox, or as a list.

    Raises:
        UsageError: there are none.
    """
    wanted = visit.request.query_params.get("name", "")
    files = _files(visit, _kind(visit))
    named = f"{visit.assessment.id} {visit.assessment.round}"
    drafts = [path for path in files if path.suffix == ".eml"]
    if wanted == _DRAFTS and drafts:
        return download_all(drafts, f"{named} drafts.zip")
    for path in files:
        if path.name == wanted and path.suffix != ".eml":
            return download(path, f"{named} {path.name}")
    raise UsageError("There are no such drafts.", "Write them on the page of messages.")


def act(visit: Visit) -> Done:
    """Write drafts, send messages, try one, or record that they were sent.

    Raises:
        FormErrors: something was filled in wrongly, or was done already.
        XlassessError: the messages cannot be written or sent.
    """
    kind, what = _kind(visit), visit.form.text("what")
    back = visit.at("messages", kind=kind)
    if what == "draft":
        job = visit.start("draft", kind=kind)
        said = "The drafts are being written. Once they are, they can be saved below."
        return Done(said, back, job.id, "The drafts are written: save them below.")
    if what == "post":
        seen = visit.form.text("seen").split()
        job = visit.start("post", kind=kind, seen=seen)
        said = "The messages are going out. Below you see how many are sent."
        return Done(said, back, job.id, "Below stands what was sent, and what was not.")
    if what == "try":
        to = visit.form.wanted("to", "Enter an address, such as your own.")
        first = service.try_out(visit.folder, _ask(kind), to, clock=lambda: visit.now)
        whom = first.letter.name or first.partner
        return Done(f"The message to {whom} was sent to {to} instead. Nothing was recorded.", back)
    if what == "record":
        return _record(visit, kind, back)
    raise FormErrors(FieldError("", "Choose what is to be done."))


def _record(visit: Visit, kind: Kind, back: str) -> Done:
    """Record that drafts were sent by hand: those that were written, once.

    Another desk, or a command, may do so at the same moment. The ledger tells which of the
    workbooks somebody recorded since the drafts were written, in the transaction that records.
    """
    job = visit.jobs.find(visit.form.text("job"))
    if job is None or job.work != "draft" or job.given.get("kind") != kind:
        raise FormErrors(FieldError("", "These drafts are no longer on the list."))
    if kind in _UNRECORDED:
        raise FormErrors(FieldError("", "It is not recorded that these were sent by hand."))
    if job.state != "done":
        raise FormErrors(FieldError("", "These drafts are not written yet."))
    if job.came.get("recorded"):
        raise FormErrors(FieldError("", _RECORDED))
    why, named = decide.Why(now=visit.now, by=visit.user.name), job.came["references"]
    if kind == "query":
        number = len(decide.mark_queries(visit.folder, why, among=named).arrived)
    else:
        made = decide.mark(visit.folder, named, _MARKS[kind], why, since=job.at)
        number = len(made.books)
    visit.jobs.keep(replace(job, came={**job.came, "recorded": True}))
    if not number:
        raise FormErrors(FieldError("", _ANSWERED if kind == "query" else _RECORDED))
    word = "reminded" if kind in _REMINDERS else "sent"
    what = "query workbook" if kind == "query" else "workbook"
    return Done(f"Recorded as {word}: {count(number, what)}.", back)


_RECORDED = "This was recorded already."
_ANSWERED = "Nothing is left to record: these were recorded already, or answered meanwhile."
