"""One returned file read from its bytes to a `Return`."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.guard.limits import MEGABYTE, MOST_BYTES
from xlassess.ingest.reading.actions import ActionPlanRead, far_off, read_action_plan
from xlassess.ingest.reading.cells.cell_findings import CellFinding, findings_of
from xlassess.ingest.reading.cells.grid import Grid, read_grid
from xlassess.ingest.reading.check import ReadContent, check, still_to_come
from xlassess.ingest.reading.identify import IdentifiedWorkbook, asking_the_same, identify
from xlassess.ingest.reading.joint_checks import check_joint
from xlassess.ingest.reading.locate import locate
from xlassess.ingest.reading.merge import about_asked, to_the_point
from xlassess.ingest.reading.outside import Surroundings, outside
from xlassess.ingest.reading.printed import PrintedWorkbook, read_printed
from xlassess.ingest.reading.read import Reading, read_rows, settle
from xlassess.ingest.reading.reading_plan import Context, CoveringMail, ReturnedFile
from xlassess.ingest.reading.unasked import unread_elsewhere
from xlassess.ingest.reading.unseen import unseen
from xlassess.ingest.reading.without_workbook.evidence import evidence
from xlassess.model.answer import Issued, Return, state_of
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding
from xlassess.model.query import Query


def read_return(source: ReturnedFile, context: Context) -> Return:
    """Read one returned file in this process.

    Every answer that could be read exactly is in the return, whatever its findings.

    Args:
        source: the file.
        context: the assessment it is read against.
    """
    data = contents_of(source)
    if isinstance(data, Return):
        return with_mail(data, source, context)
    return read_contents(data, source, context)


def contents_of(source: ReturnedFile) -> bytes | Return:
    """Return the bytes of a file; the refusal of one that is none, or too large, or unreadable."""
    try:
        status = source.path.stat()
        if not stat.S_ISREG(status.st_mode):
            return refused(source.name, found("G13", problem="it is not a file"))
        size = status.st_size
        if size > MOST_BYTES:
            limit = str(MOST_BYTES // MEGABYTE)
            finding = found("G02", size=str(-(-size // MEGABYTE)), limit=limit)
            return refused(source.name, finding, *fingerprint(source.path))
        return source.path.read_bytes()
    except OSError as fault:
        return refused(source.name, found("G13", problem=in_words(fault)))


def read_contents(data: bytes, source: ReturnedFile, context: Context) -> Return:
    """Read one returned file by its bytes, in this process.

    Args:
        data: what is in the file.
        source: the file, which is not opened.
        context: the assessment it is read against.
    """
    return with_mail(_read_bytes(data, source, context), source, context)


def with_mail(ret: Return, source: ReturnedFile, context: Context) -> Return:
    """Return it with what is worth telling of the message it came with; no word is an answer.

    Args:
        ret: what was read from the file, or why it is refused.
        source: the file.
        context: the assessment.
    """
    mail = source.mail
    if mail is None:
        return ret
    notes = [_said(mail)] if mail.text else []
    if ret.state == "refused" and not mail.text:
        ret = _sent_by(ret, mail)
    book = context.issued.get(ret.reference)
    whose = context.senders.get(mail.sender.casefold(), frozenset())
    if book and whose and book.identity.respondent not in whose:
        held = [one for one in context.issued.values() if one.identity.respondent in whose]
        other = held[0].who if held else "another respondent"
        to = asking_the_same(book, held)
        notes.append(found("I15", owner=book.who, sender=mail.sender, other=other, to=to))
    findings = (*ret.findings, *(note.in_file(ret.file) for note in notes))
    state = "accepted with notes" if notes and ret.state == "accepted" else ret.state
    return replace(ret, findings=findings, state=state, received_at=mail.received)


def _sent_by(ret: Return, mail: CoveringMail) -> Return:
    """Return a refused file with its sender on record, which no note of what they say tells."""
    sent = {"sender": mail.sender, "clock": mail.clock}
    findings = (replace(one, details={**one.details, **sent}) for one in ret.findings)
    return replace(ret, findings=tuple(findings)) if mail.sender else ret


def _said(mail: CoveringMail) -> Finding:
    whom = f" from {mail.sender}" if mail.sender else ""
    return found("I14", text=mail.text, sender=mail.sender, whom=whom, clock=mail.clock)


def refused(name: str, finding: Finding, sha256: str = "", size: int = 0) -> Return:
    """Return a file that was refused for one reason."""
    return Return(name, sha256, size, "", "refused", findings=(finding.in_file(name),))


def in_words(fault: OSError) -> str:
    """Return what the system says is wrong, for a sentence."""
    return (fault.strerror or type(fault).__name__).lower()


def fingerprint(path: Path) -> tuple[str, int]:
    """Return the SHA-256 (hex) and the size of a file, read block by block.

    Raises:
        OSError: the file cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 16):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _read_bytes(data: bytes, source: ReturnedFile, context: Context) -> Return:
    name, sha256, size = source.name, hashlib.sha256(data).hexdigest(), len(data)
    guarded = guard(data, context.passwords)
    if isinstance(guarded, Finding):
        whose = evidence(data, name, source.mail, context)
        ret = refused(name, whose or guarded, sha256, size)
        return replace(ret, reference=whose.details["reference"]) if whose else ret
    grid = read_grid(guarded)
    if isinstance(grid, Finding):
        return replace(refused(name, grid, sha256, size), kind=guarded.kind)
    known = identify(grid, guarded.properties.identity, context)
    if isinstance(known, Finding):
        return replace(refused(name, known, sha256, size), kind=guarded.kind)
    result = _read_answers(grid, known, guarded, context)
    findings = tuple(finding.in_file(name) for finding in result.findings)
    return replace(result, file=name, sha256=sha256, size=size, findings=findings)


def _read_answers(
    grid: Grid, known: IdentifiedWorkbook, guarded: Guarded, context: Context
) -> Return:
    """Read the answers of a workbook whose questions are known."""
    query = known.query
    identity = known.issued.identity
    with_earlier = identity.given.startswith("all")
    plan = context.plan(identity.digest, query=query is not None, beside=with_earlier)
    located = locate(grid, plan)
    hidden = frozenset(row.sheet.name for row in located.rows if row.sheet.notes.hidden)
    readings, remarks = settle(list(read_rows(located.rows, plan)), plan, hidden)
    actions = read_action_plan(grid, plan)
    looked_at = about_asked(readings, query) if query else readings
    content = ReadContent(plan, located, looked_at, readings)
    remarks += _checked(content, actions, known.issued, context)
    printed = context.printed.get(identity.digest, PrintedWorkbook())
    asked = _as_asked(query, known, context) if query else None
    beside = None if query else context.beside.get(known.issued.reference)
    around = Surroundings(
        grid.sheets, plan, located, actions.tables, known.as_printed, asked or printed, query,
        beside, of_this_kind=bool(asked or not query),
    )  # fmt: skip
    remarks += outside(around, tuple(remarks))
    remarks += unseen(located.rows, actions.tables)
    if query:
        remarks = to_the_point(remarks, query) + unread_elsewhere(readings, looked_at)
    findings = (*guarded.findings, *known.findings, *findings_of(remarks))
    put_right = (one.normalisation(plan) for one in readings if one.how)
    kept = tuple(filter(None, (*put_right, *actions.normalised)))
    return Return(
        file="",
        sha256="",
        size=0,
        kind=guarded.kind,
        state=state_of(findings, kept),
        reference=known.issued.reference,
        answers=tuple(one.answer() for one in _with_proposal(readings, actions)),
        actions=tuple(actions.actions),
        findings=findings,
        normalised=kept,
        saved_at=guarded.properties.saved_at,
        query=query.reference if query else "",
    )


def _checked(
    content: ReadContent, actions: ActionPlanRead, issued: Issued, context: Context
) -> list[CellFinding]:
    """What is to be said of answers and actions that were read."""
    other = bool(actions.actions or actions.proposal)
    decided = context.decided.get(issued.reference, frozenset())
    return [
        *check(content, other_content=other),
        *still_to_come(content.plan, content.readings, context.today),
        *actions.remarks,
        *far_off(actions.actions, issued.issued_at.date()),
        *check_joint(content.plan, content.together, context.today, context.deadlines, decided),
    ]


def _as_asked(query: Query, known: IdentifiedWorkbook, context: Context) -> PrintedWorkbook | None:
    """What is printed in a query workbook, by the file that was issued, if it is still there."""
    path = context.query_files.get(query.reference)
    try:
        data = path.read_bytes() if path else b""
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != query.sha256:
        return None
    return read_printed([(known.as_printed, data)])


def _with_proposal(readings: list[Reading], actions: ActionPlanRead) -> list[Reading]:
    filled = [one for one in readings if one.value is not None]
    if actions.proposal and actions.proposal.value is not None:
        filled.append(actions.proposal)
    return filled
