"""Sending: a message for each person, as a draft for a mail program or to the mail server."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger.archive import hash_of_file
from xlassess.mail import Kind, as_read, mailbox_of, merge_list, message, standard_template
from xlassess.model.errors import UsageError
from xlassess.services.common.opening import opened
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.workbooks.outbox import keep_edited, put, sha256_of
from xlassess.services.post.due import Ask, Composed, Glance, compose, words_of
from xlassess.services.post.posting import Post, Posted, Sender, way_of

__all__ = [
    "Ask", "Composed", "Drafted", "Glance", "draft", "drafts_of", "post", "preview",
    "save_template", "try_out",
]  # fmt: skip

MAILBOX, LIST = "drafts.mbox", "mail-merge.xlsx"
"""The files beside the drafts: all of them as one mailbox, and a list for a mail merge."""

AS_WRITTEN = ".as-written.json"
"""Beside the drafts: the hash of each as it was written, by name."""

_MARK = b"X-Unsent: 1"
"""By this header a draft of an earlier run is known again."""


_FOLDERS: Mapping[Kind, str] = {
    "invitation": "invitations", "reminder": "reminders", "firm": "reminders", "last": "reminders",
    "query": "queries", "thanks": "thanks", "plan": "plan", "workshop": "workshop",
    "progress": "progress", "progress_reminder": "progress reminders", "feedback": "feedback",
}  # fmt: skip
"""The folder within ``drafts/`` for each kind of message."""


def drafts_of(folder: AssessmentFolder, kind: Kind) -> Path:
    """Return where the drafts of a kind of message are.

    Each kind has its own place: somebody may be invited to one workbook and reminded of another,
    and drafts that are not sent yet are not replaced by those for something else.
    """
    return folder.drafts / _FOLDERS[kind]


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message that was written: whom it goes to, about which workbooks, and its file."""

    partner: str
    respondent: str
    address: str
    references: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Drafted:
    """Messages that were written as drafts into a folder.

    ``edited`` is where earlier drafts are kept that somebody had edited.
    """

    folder: Path
    drafts: tuple[MessageDraft, ...]
    composed: Composed
    edited: tuple[Path, ...] = ()


def draft(folder: AssessmentFolder, ask: Ask, *, now: datetime) -> Drafted:
    """Write a message for each person whose workbooks are to be sent, or who has to be reminded.

    An invitation is about workbooks not recorded as sent; a reminder about those that were sent
    and for which nothing usable has come back. Drafts of the same kind are replaced: what has
    come back meanwhile is not asked for again. A copy is kept of those that somebody had edited.
    Nothing is recorded, because nothing was sent.

    Args:
        folder: the assessment.
        ask: which messages.
        now: the present moment, in UTC.

    Raises:
        UsageError: nothing was issued yet, the round is closed, or somebody is not known.
        XlassessError: settings, register or the organisation's template cannot be used.
        OSError: a file cannot be written.
    """
    assessment = folder.assessment()
    with opened(folder, lambda: now) as ledger:
        words = words_of(folder)
        composed = compose(folder, assessment, ledger, words, ask, now=now)
    place = drafts_of(folder, ask.kind)
    if not composed.post and not composed.whole:
        # nobody of those named is to be written to: the drafts for others are left as they are
        return Drafted(place, (), composed)
    drafts = tuple(
        MessageDraft(
            post.partner, post.letter.name, post.letter.address, post.letter.references,
            place / f"{post.person}.eml",
        )
        for post in composed.post
    )  # fmt: skip
    contents = [message(post.letter, assessment, words) for post in composed.post]
    letters = [post.letter for post in composed.post]
    files = {one.path: content for one, content in zip(drafts, contents, strict=True)}
    files[place / MAILBOX] = mailbox_of(contents, now)
    files[place / LIST] = merge_list(letters, assessment, words)
    edited = _clear(folder, place, files, now)
    for path, content in files.items():
        put(path, content)
    put(place / AS_WRITTEN, json.dumps({one.name: sha256_of(files[one]) for one in files}).encode())
    return Drafted(place, drafts, composed, edited)


def _clear(
    folder: AssessmentFolder, place: Path, new: Collection[Path], now: datetime
) -> tuple[Path, ...]:
    """Remove the drafts of an earlier run, with a copy of what somebody had edited.

    Of drafts that stand there from a version that did not note what it wrote nothing is known.

    Args:
        folder: the assessment.
        place: where the drafts of the kind are.
        new: the files that are to be written.
        now: the time that the names of copies say.
    """
    noted = _noted(place / AS_WRITTEN)
    drafts = {path for path in place.glob("*.eml") if _MARK in path.read_bytes()[:4096]}
    ours = (path for path in (*new, *(place / name for name in noted)) if path.is_file())
    edited: list[Path] = []
    for path in sorted({*drafts, *ours}):
        as_written = not noted or noted.get(path.name) == hash_of_file(path)
        edited += keep_edited(path, now, as_written=as_written)
        path.unlink()
    # Those of earlier versions stood in drafts/ itself, of whatever kind.
    for path in folder.drafts.glob("*.eml"):
        if _MARK in path.read_bytes()[:4096]:
            path.unlink()
    for name in (MAILBOX, LIST):
        (folder.drafts / name).unlink(missing_ok=True)
    return tuple(edited)


def _noted(path: Path) -> dict[str, str]:
    """The hashes of the drafts as they were written, by name; none where that was not noted."""
    try:
        noted = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    # Whoever has the folder can write into this: no name may lead to a file that is not ours.
    kept = noted if isinstance(noted, dict) else {}
    return {name: sha256 for name, sha256 in kept.items() if _is_ours(name)}


def _is_ours(name: str) -> bool:
    """True for the name of a file as we write them beside each other in a folder of drafts."""
    plain = not {"/", "\\", ":"} & {*name} and Path(name).name == name
    return plain and (name in (MAILBOX, LIST) or name.endswith(".eml"))


def post(
    folder: AssessmentFolder, ask: Ask, *, clock: Callable[[], datetime], watch: Watch = silent,
    seen: Collection[str] | None = None, by: str = "",
) -> tuple[Composed, Posted]:  # fmt: skip
    """Hand the messages that are due to the mail server, each at most once.

    Args:
        folder: the assessment.
        ask: which messages.
        clock: gives the present moment, in UTC.
        watch: told how many messages are done.
        seen: the workbooks that messages were looked at about; those about others wait. None where
            nobody looked.
        by: who sends them; the user of the computer, where empty.

    Raises:
        UsageError: no mail server is set up, nothing was issued yet, or somebody is not known.
        XlassessError: settings, register, template or mail server cannot be used.
    """
    assessment = folder.assessment()
    way = way_of(assessment)
    with opened(folder, clock, by) as ledger:
        planned = ledger.last_event()
        words = words_of(folder)
        composed = compose(folder, assessment, ledger, words, ask, now=clock(), by_server=True)
        if seen is not None:
            due = [one for one in composed.post if {*one.letter.references} <= {*seen}]
            composed = replace(composed, post=tuple(due))
        sender = Sender(assessment, words, way, clock, watch)
        return composed, sender.send(ledger, composed.post, planned)


def try_out(folder: AssessmentFolder, ask: Ask, to: str, *, clock: Callable[[], datetime]) -> Post:
    """Send the first of the messages that are due to oneself; nothing is recorded.

    Raises:
        UsageError: there is no message to try, or no mail server is set up.
        XlassessError: settings, register, template or mail server cannot be used, or the server
            does not take the message.
    """
    assessment = folder.assessment()
    way = way_of(assessment)
    with opened(folder, clock) as ledger:
        words = words_of(folder)
        composed = compose(folder, assessment, ledger, words, ask, now=clock())
    if not composed.post:
        raise UsageError("There is no message to try.", "Nobody has to be written to now.")
    first = composed.post[0]
    sender = Sender(assessment, words, way, clock)
    sender.try_out(replace(first, letter=replace(first.letter, address=to, also=(), copies=())))
    return first


def preview(
    folder: AssessmentFolder, ask: Ask, *, now: datetime, most: int | None = None,
    glance: Glance | None = None,
) -> tuple[Composed, list[str]]:  # fmt: skip
    """Return the messages that are due, each as people read it; nothing is written or sent.

    Args:
        folder: the assessment.
        ask: which messages.
        now: the present moment, in UTC.
        most: so many texts are returned; all, where None.
        glance: what is known already, where only these are looked at in full.

    Raises:
        UsageError: nothing was issued yet, or somebody is not known.
        XlassessError: settings, register or template cannot be used.
    """
    assessment = folder.assessment()
    with opened(folder, lambda: now) as ledger:
        words = words_of(folder)
        composed = compose(folder, assessment, ledger, words, ask, now=now, glance=glance)
    return composed, [as_read(one.letter, assessment, words) for one in composed.post[:most]]


def save_template(path: Path) -> None:
    """Write our words for messages to a file, to be changed.

    Raises:
        UsageError: the file is there already.
        OSError: it cannot be written.
    """
    if path.exists():
        raise UsageError(f"{path} is there already.", "Move it away, or give another name.")
    put(path, standard_template().encode())
