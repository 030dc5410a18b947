"""How what came of reading files is told: refused first, then doubtful, then what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from xlassess.cli.console import (
    Console,
    choosing,
    finding_as_json,
    leaving_out,
    offer_as_json,
    put_right_as_json,
    show_offers,
    show_said_why,
    show_ways,
)
from xlassess.services.common.phrases import capital, count

if TYPE_CHECKING:
    from pathlib import Path

    from xlassess.model.finding import Finding
    from xlassess.services.common.received import Ingested, Received, ReceivedRemark
    from xlassess.services.post.collect_mail import Collected


def show_collected(out: Console, result: Collected) -> None:
    """Say which messages were read."""
    read, *others = result.lines
    out.say(read, style="head")
    for line in others:
        out.say(line, style="query")
    if result.waiting:
        out.say(
            "To read what waits, open the round again (xlassess round reopen --help), or begin the "
            "next one (xlassess round new --help). Then do this again."
        )


_CODE, _TEXT = 4, 9
"""Where the code of a finding begins, and where what is said of it does."""

_SHORT = {"accepted with notes": "with notes"}

_STATE_STYLES = {
    "refused": "refuse",
    "query": "query",
    "with notes": "good",
    "accepted": "good",
    "superseded": "quiet",
    "set aside": "quiet",
    "duplicate": "quiet",
}


def show_ingested(out: Console, result: Ingested, paths: Sequence[Path] = ()) -> None:
    """Report file by file: refused first, then what is doubtful, then what was read.

    Args:
        out: where it is told.
        result: what came of the files.
        paths: what was handed over, as somebody typed it.
    """
    from xlassess.services.common.received import strangers_told, totals

    new = result.new
    refused = [file for file in new if file.ret.state == "refused"]
    doubtful = [file for file in new if file.ret.state == "query"]
    _refused(out, refused, result, paths)
    partners, joint = _unclear(out, doubtful)
    read = [file for file in new if file.ret.reference and file.ret.state != "refused"]
    if read:
        out.heading(f"Read: {count(len(read), 'file')}")
        _read(out, read)
    _notes(out, read)
    show_offers(out, result.offers)
    _beside(out, result)
    out.gap()
    out.say(totals(result), style="head")
    if refused or doubtful:
        some = any(not file.ret.sha256 for file in refused)
        kept = "Every file is kept but those that are too large or could not be opened."
        out.say(f"{kept if some else 'Every file is kept.'} To see what is open: xlassess status")
    if doubtful:
        if joint:
            out.say("Correct plan, progress and workshop workbooks in the file, and read it again.")
        if partners:
            out.say("To ask the partners: xlassess query")
        elif joint:
            out.say("To ask whoever filled them in: xlassess query")
        out.say('To accept a query as it is: xlassess waive NUMBER --reason "..."')
    if paths and result.strangers:
        out.say(strangers_told(result.strangers), style="query")
        out.say(f"If it was the wrong folder: {leaving_out(result.strangers)}")


def _refused(
    out: Console, refused: Sequence[Received], result: Ingested, paths: Sequence[Path]
) -> None:
    """Say which files cannot be used, why, and of those of another round what can be done."""
    if refused:
        out.heading(f"Refused: {count(len(refused), 'file')} that cannot be used")
    for file in refused:
        _file(out, file, file.findings("refuse"))
        for note in file.findings("note"):
            out.say(f"{note.code}  {note.message}", indent=_CODE, style="note")
        if one := result.other_rounds.get(file.ret.number):
            in_it = str(paths[0]) if len(paths) == 1 else file.ret.file
            show_ways(out, one, in_it, indent=_TEXT)


def _unclear(
    out: Console, doubtful: Sequence[Received]
) -> tuple[Sequence[Received], Sequence[Received]]:
    """Say what is unclear, and who is asked; return partners' own files, and joint workbooks."""
    joint = [file for file in doubtful if file.issued and file.issued.identity.kind]
    partners = [file for file in doubtful if file not in joint]
    told = [(partners, f"{count(len(partners), 'file')} to ask the partner about")]
    for kind, whom in _WHOM.items():
        mine = [file for file in joint if file.issued and file.issued.identity.kind == kind]
        names = ", ".join(dict.fromkeys(map(_name, mine)))
        told.append((mine, f"{count(len(mine), f'{kind} workbook')} to {whom.format(names)}"))
    for files, what in told:
        if files:
            out.heading(f"Unclear: {what}")
        for file in files:
            _file(out, file, file.findings("query"))
    return partners, joint


_WHOM: dict[str, str] = {
    "plan": "be put right by whoever filled it in for {}",
    "progress": "ask the owner about: {}", "workshop": "be put right by {}",
}  # fmt: skip
"""Who is asked about what is unclear in a joint workbook."""


def _name(file: Received) -> str:
    """Whom a joint workbook was for."""
    if file.issued is None:
        return ""
    owner = file.issued.identity.kind == "progress"
    return file.issued.partner if owner else file.issued.respondent or file.issued.partner


def _file(out: Console, file: Received, findings: Iterable[Finding]) -> None:
    from xlassess.ledger import UNCLEAR
    from xlassess.ledger.tables.order import NAMES_ANOTHER
    from xlassess.services.common.workbooks.asked import said_why

    out.gap()
    out.say(file.ret.file, indent=2, style="head")
    if file.issued is not None:
        out.say(", ".join(filter(None, (*_who(file), file.issued.reference))), indent=2)
    for _, alike in groupby(findings, key=lambda one: (one.code, one.remedy)):
        _findings(out, list(alike))
    said = said_why(file.ret)
    for finding in file.findings("query"):
        show_said_why(out, finding, said, indent=_TEXT)
    # What names somebody else says itself how it is decided.
    unclear = [one for one in file.findings("query") if one.code in UNCLEAR - {NAMES_ANOTHER}]
    if unclear and file.issued:
        out.say(f"To decide: {choosing(file.issued.reference)}", indent=_TEXT)


def _findings(out: Console, alike: Sequence[Finding]) -> None:
    """Say each of these; what they have in common is said once, after them."""
    for _, same in groupby(alike, key=lambda one: one.message):
        found = list(same)
        for finding in found:
            place = capital(finding.where) or finding.kind.title
            name = f"{finding.number}  {finding.code}" if finding.number else finding.code
            out.say(f"{name}  {place}", indent=_CODE, style=finding.severity)
        out.say(found[0].message, indent=_TEXT)
    out.say(f"To do: {alike[0].remedy}", indent=_TEXT)


def _read(out: Console, files: Sequence[Received]) -> None:
    rows = [
        [
            str(file.ret.number),
            *_who(file),
            str(file.answers),
            _SHORT.get(file.told.state, file.told.state),
        ]
        for file in files
    ]
    out.gap()
    heads = ("Return", "Partner", "Respondent", "Toolkit", "Answers", "State")
    out.table(heads, rows, numbers=(0, 4), wraps=(1,), styles=_STATE_STYLES)
    renamed = [file for file in files if file.is_renamed]
    if renamed:
        out.heading(f"Renamed: {count(len(renamed), 'file')}")
        for file in renamed:
            partner, respondent, toolkit = _who(file)
            out.say(f"{file.ret.file}: {respondent or partner}, {toolkit}", indent=2)


def _who(file: Received) -> tuple[str, str, str]:
    issued = file.issued
    if issued is None:
        return ("", "", "")
    return (issued.partner, issued.respondent, issued.identity.toolkit)


def _notes(out: Console, files: Sequence[Received]) -> None:
    from xlassess.services.common.received import put_right

    noted = [file for file in files if file.findings("note") or file.told.normalised]
    if not noted:
        return
    out.heading("Notes: nothing to do, unless the note says so")
    for file in noted:
        out.say(file.ret.file, indent=2)
        for finding in file.findings("note"):
            place = f"{finding.where}: " if finding.where else ""
            out.say(f"{finding.code}  {place}{finding.message}", indent=4, style="note")
            if finding.code in _ASKED:
                out.say(f"To do: {finding.remedy}", indent=9)
        if changed := put_right(file.told):
            see = f" To see them all: xlassess history {file.ret.reference} --full"
            out.say(
                f"{changed}{see if len(file.told.normalised) > 1 else ''}", indent=4, style="note"
            )


_ASKED = {"G16", "I15", "R12"}
"""The notes that somebody is to be asked about."""

_AGAIN = "the same command again, with --full"


def _beside(out: Console, result: Ingested) -> None:
    """Say what came out beside what was read: the groups, and what can be done."""
    from xlassess.services.common.received import beside

    for group in beside(result):
        out.heading(group.title)
        if group.long:
            out.some([line for one in group.remarks for line in one.lines], _AGAIN)
            continue
        for one in group.remarks:
            for place, line in enumerate(one.lines):
                out.say(line, indent=4 if place else 2)
            if one.remedy:
                out.say(f"{one.remedy}: {_command(one)}", indent=4)


def _command(one: ReceivedRemark) -> str:
    """The command by which something that came out is dealt with."""
    if one.by == "send again":
        return f"xlassess send --again {one.reference}"
    return choosing(one.reference, str(one.number or "RETURN"))


def ingested_as_json(result: Ingested, collected: Collected | None = None) -> dict[str, Any]:
    """Return what came of each file and message, and how many new files are in each state."""
    told = {
        "format": "xlassess-ingest/1",
        "files": [_received(file) for file in result.files],
        "new": len(result.new),
        "states": result.states,
        "needs_person": result.needs_person,
        "displaced": [
            {"reference": one.issued.reference, "was": one.was.number, "by": one.by.number,
             "older": one.older}
            for one in result.displaced
        ],
        "pairs": [
            {"reference": files[0].ret.reference, "returns": [one.ret.number for one in files]}
            for files in result.pairs
        ],
        "notices": [
            {"file": one.file, "kind": one.notice.kind, "at": one.notice.at.isoformat(),
             "until": one.notice.until.isoformat() if one.notice.until else None,
             "references": [book.reference for book in one.issued]}
            for one in result.notices
        ],
        "offers": [offer_as_json(one) for one in result.offers],
        "untouched": list(result.untouched),
        "words": [{"file": file, "text": text} for file, text in result.words],
    }  # fmt: skip
    if collected is not None:
        told["mailbox"] = mailbox_as_json(collected)
    return told


def mailbox_as_json(collected: Collected) -> dict[str, Any]:
    """Return how many messages of a mailbox were read, and which were not."""
    return {
        "place": str(collected.place), "taken": collected.taken, "left": collected.left,
        "moved": collected.moved, "large": [*collected.large], "unread": [*collected.unread],
        "locked": [*collected.locked], "waiting": [*collected.waiting],
    }  # fmt: skip


def _received(file: Received) -> dict[str, Any]:
    issued = file.issued
    return {
        "number": file.ret.number,
        "file": file.ret.file,
        "sha256": file.ret.sha256,
        "state": file.told.state,
        "known": file.known,
        "reference": file.ret.reference,
        "query": file.ret.query,
        "partner": issued.partner if issued else "",
        "respondent": issued.respondent if issued else "",
        "toolkit": issued.identity.toolkit if issued else "",
        "answers": file.answers,
        "actions": len(file.ret.actions),
        "put_right": put_right_as_json(file.told),
        "findings": [finding_as_json(found) for found in file.told.findings],
    }
