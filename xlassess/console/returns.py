"""What ``xlassess ingest`` says: refused first, then doubtful, then what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from xlassess.console.out import Out
from xlassess.console.text import count, listed
from xlassess.model.answer import State
from xlassess.model.finding import Finding

_STATES: tuple[State, ...] = (
    "refused", "query", "accepted with notes", "accepted", "superseded", "set aside",
    "duplicate",
)  # fmt: skip

if TYPE_CHECKING:
    from xlassess.desk.ingest import Ingested, Received

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


def ingested(out: Out, result: Ingested) -> None:
    """Report file by file: refused first, then what is doubtful, then what was read."""
    new = result.new
    refused = [file for file in new if file.ret.state == "refused"]
    doubtful = [file for file in new if file.ret.state == "query"]
    if refused:
        out.heading(f"Refused: {count(len(refused), 'file')} that cannot be used")
        for file in refused:
            _file(out, file, file.findings("refuse"))
    if doubtful:
        out.heading(f"Doubtful: {count(len(doubtful), 'file')} to ask the partner about")
        for file in doubtful:
            _file(out, file, file.findings("query"))
    read = [file for file in new if file.ret.reference and file.ret.state != "refused"]
    if read:
        out.heading(f"Read: {count(len(read), 'file')}")
        _read(out, read)
    _notes(out, read)
    out.gap()
    out.say(_totals(result), style="head")
    if refused or doubtful:
        out.say("Every file is kept in returns/. What is open is listed by: xlassess status")
    if doubtful:
        out.say('To accept a query as it is: xlassess waive NUMBER --reason "..."')


def _file(out: Out, file: Received, findings: Iterable[Finding]) -> None:
    out.gap()
    out.say(file.ret.file, indent=2, style="head")
    if file.issued is not None:
        out.say(", ".join(filter(None, (*_who(file), file.issued.reference))), indent=2)
    for finding in findings:
        _finding(out, finding, indent=4)


def _finding(out: Out, finding: Finding, *, indent: int) -> None:
    where = finding.where
    place = where[:1].upper() + where[1:] if where else finding.kind.title
    name = f"{finding.number}  {finding.code}" if finding.number else finding.code
    out.say(f"{name}  {place}", indent=indent, style=finding.severity)
    out.say(finding.message, indent=indent + 5)
    out.say(f"To do: {finding.remedy}", indent=indent + 5)


def _read(out: Out, files: Sequence[Received]) -> None:
    rows = [
        [
            str(file.ret.number),
            *_who(file),
            str(file.answers),
            _SHORT.get(file.ret.state, file.ret.state),
        ]
        for file in files
    ]
    out.gap()
    heads = ("Return", "Partner", "Respondent", "Toolkit", "Answers", "State")
    out.table(heads, rows, numbers=(0, 4), wraps=(1,), styles=_STATE_STYLES)
    renamed = [file for file in files if file.issued and _base(file) != file.issued.file_name]
    if renamed:
        out.heading(f"Under another name: {count(len(renamed), 'file')}")
        for file in renamed:
            partner, respondent, toolkit = _who(file)
            out.say(f"{file.ret.file}: {respondent or partner}, {toolkit}", indent=2)


def _who(file: Received) -> tuple[str, str, str]:
    issued = file.issued
    if issued is None:
        return ("", "", "")
    return (issued.partner, issued.respondent, issued.identity.toolkit)


def _base(file: Received) -> str:
    return file.ret.file.rpartition("/")[2]


def _notes(out: Out, files: Sequence[Received]) -> None:
    noted = [file for file in files if file.findings("note") or file.ret.normalised]
    if not noted:
        return
    out.heading("Notes, which need nothing done unless they say so")
    for file in noted:
        out.say(file.ret.file, indent=2)
        for finding in file.findings("note"):
            place = f"{finding.where}: " if finding.where else ""
            out.say(f"{finding.code}  {place}{finding.message}", indent=4, style="note")
        put_right = file.ret.normalised
        if put_right:
            first = put_right[0]
            out.say(
                f"{count(len(put_right), 'value')} put right, as certain what was meant; "
                f"first {first.sheet}, {first.cell}: “{first.before}” read as “{first.after}”.",
                indent=4,
                style="note",
            )


def _totals(result: Ingested) -> str:
    states = result.states
    parts = [f"{states[state]} {_STATE_WORDS[state]}" for state in _STATES if states.get(state)]
    known = len(result.files) - len(result.new)
    before = f"{count(known, 'file')} had been read before and changed nothing."
    if not parts:
        return f"Nothing new: {before}" if known else "There was no file to read."
    text = f"{count(len(result.new), 'new file')}: {listed(parts)}."
    return f"{text} {before}" if known else text


_STATE_WORDS: dict[State, str] = {
    "refused": "refused",
    "query": "with queries",
    "accepted with notes": "accepted with notes",
    "accepted": "accepted",
    "superseded": "superseded by a later return",
    "set aside": "set aside",
    "duplicate": "duplicate",
}
