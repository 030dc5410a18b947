"""What each verb says when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlassess.console.out import Out
from xlassess.console.text import count, day, listed, percent
from xlassess.desk.consolidate import Consolidated
from xlassess.desk.generate import Generated, Outcome, Workbook
from xlassess.desk.ingest import Ingested, Received
from xlassess.desk.init import Begun
from xlassess.desk.places import shown
from xlassess.desk.status import Status
from xlassess.model.answer import Return, State
from xlassess.model.assessment import LEVELS
from xlassess.model.finding import Finding

_MOST = 12
"""How many names a list shows before it only counts the rest."""


def begun(out: Out, result: Begun) -> None:
    """Say what a new assessment consists of and what to do next."""
    out.say(f"A new assessment is ready in {shown(result.root)}.", style="head")
    out.gap()
    out.say("1. Fill in assessment.yaml: who, what for, which toolkits, by when.", indent=2)
    out.say("2. Fill in partners.xlsx: one row for each person who is asked.", indent=2)
    out.say(f"3. Run: xlassess generate -C {shown(result.root)}", indent=2)
    out.gap()
    out.say("Keep the file .secret with the folder: it seals the workbooks of this assessment.")


_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "outdated": (
        "Left as issued, although names, settings or the version of xlassess changed since",
        "They stay valid. To issue new ones in their place, under new references, run: "
        "xlassess generate --reissue",
    ),
    "questions": (
        "Left as issued, although their questions changed since",
        "They stay valid, under the questions they were issued with. To issue new ones in their "
        "place, under new references, run: xlassess generate --reissue",
    ),
    "kept": (
        "Left alone: the outbox holds a file of this name with other content",
        "If somebody filled it in, hand it to xlassess ingest. Then move it out of the outbox and "
        "run generate again.",
    ),
}


def generated(out: Out, result: Generated) -> None:
    """Say what is in the outbox, and what somebody has to decide."""
    fresh = result.having("new", "reissued")
    out.say(f"{_generated_head(result, len(fresh))}", style="head")
    kits = tuple(dict.fromkeys(book.toolkit for book in result.workbooks))
    outcomes = tuple(dict.fromkeys(book.outcome for book in result.workbooks))
    rows = [
        [kit, *(str(sum(_is(b, kit, o) for b in result.workbooks)) for o in outcomes)]
        for kit in kits
    ]
    names = {"questions": "questions changed", "kept": "left alone"}
    heads = ["Toolkit", *(names.get(outcome, outcome).capitalize() for outcome in outcomes)]
    out.gap()
    out.table(heads, rows, numbers=range(1, len(heads)))
    for outcome, (what, remedy) in _OUTCOMES.items():
        books = result.having(outcome)
        if books:
            out.heading(f"{what} ({count(len(books), 'workbook')})")
            _some(out, [f"{book.path.name}" for book in books])
            out.say(remedy)


def _is(book: Workbook, toolkit: str, outcome: Outcome) -> bool:
    return book.toolkit == toolkit and book.outcome == outcome


def _generated_head(result: Generated, fresh: int) -> str:
    outbox = shown(result.outbox)
    restored = len(result.having("restored"))
    if fresh:
        return f"{count(fresh, 'workbook')} issued in {outbox}."
    if restored:
        return f"{count(restored, 'workbook')} put back in {outbox}; none issued."
    return f"Nothing new to issue; {outbox} has {count(len(result.workbooks), 'workbook')}."


def _some(out: Out, names: Sequence[str]) -> None:
    for name in names[:_MOST]:
        out.say(name, indent=2)
    if len(names) > _MOST:
        out.say(f"and {len(names) - _MOST} more", indent=2)


_STATES: tuple[State, ...] = (
    "refused", "query", "accepted with notes", "accepted", "superseded", "duplicate",
)  # fmt: skip

_STATE_STYLES = {
    "refused": "refuse",
    "query": "query",
    "accepted with notes": "good",
    "accepted": "good",
    "superseded": "quiet",
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


def _file(out: Out, file: Received, findings: Iterable[Finding]) -> None:
    out.gap()
    owner = _owner(file)
    out.say(f"{file.ret.file}{f'  ({owner})' if owner else ''}", indent=2, style="head")
    for finding in findings:
        _finding(out, finding, indent=4)


def _finding(out: Out, finding: Finding, *, indent: int) -> None:
    where = finding.where
    place = where[:1].upper() + where[1:] if where else finding.kind.title
    out.say(f"{finding.code}  {place}", indent=indent, style=finding.severity)
    out.say(finding.message, indent=indent + 5)
    out.say(f"To do: {finding.remedy}", indent=indent + 5)


def _owner(file: Received) -> str:
    if file.issued is None:
        return ""
    who = ", ".join(filter(None, (file.issued.partner, file.issued.respondent)))
    return f"{who}; {file.issued.identity.toolkit}; {file.issued.reference}"


def _read(out: Out, files: Sequence[Received]) -> None:
    rows = [
        [
            file.ret.file,
            file.issued.partner if file.issued else "",
            file.issued.identity.toolkit if file.issued else "",
            str(len(file.ret.answers)),
            file.ret.state,
        ]
        for file in files
    ]
    out.gap()
    heads = ("File", "Partner", "Toolkit", "Answers", "State")
    out.table(heads, rows, numbers=(3,), styles=_STATE_STYLES)


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
    text = f"{count(len(result.new), 'new file')}"
    text += f": {listed(parts)}." if parts else "."
    if known:
        text += f" {count(known, 'file')} read before; nothing changed for {_them(known)}."
    return text


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


_STATE_WORDS: dict[State, str] = {
    "refused": "refused",
    "query": "with queries",
    "accepted with notes": "accepted with notes",
    "accepted": "accepted",
    "superseded": "superseded by a later return",
    "duplicate": "duplicate",
}

_LINE_STYLES: dict[str, str] = {
    "not issued": "quiet",
    "issued": "",
    "late": "query",
    "refused only": "refuse",
    "query open": "query",
    "returned": "good",
}


def status(out: Out, result: Status) -> None:
    """Show the register, the response rates, and what is open."""
    assessment = result.assessment
    until = f", wanted by {day(assessment.return_by)}" if assessment.return_by else ""
    out.say(f"{assessment.partnership}, round {assessment.round}{until}", style="head")
    if not result.lines:
        out.gap()
        out.say("The register partners.xlsx names no respondents yet.")
        return
    out.gap()
    _register(out, result)
    _rates(out, result)
    _open(out, result)


def _register(out: Out, result: Status) -> None:
    kits = [rate.toolkit for rate in result.rates]
    states: dict[tuple[str, str, str], dict[str, str]] = {}
    for line in result.lines:
        person = (line.partner, line.respondent, LEVELS.get(line.level, line.level))
        mark = "" if line.in_register else " (no longer in register)"
        states.setdefault(person, {})[line.toolkit] = line.state + mark
    rows = [[*person, *(own.get(kit, "–") for kit in kits)] for person, own in states.items()]
    heads = ("Partner", "Respondent", "Level", *kits)
    out.table(heads, rows, styles=_LINE_STYLES)


def _rates(out: Out, result: Status) -> None:
    out.heading("Response rate")
    out.gap()
    rows = [
        [
            rate.toolkit,
            rate.title,
            f"{rate.answered} of {rate.issued}",
            percent(rate.share),
            str(rate.with_queries),
        ]
        for rate in result.rates
    ]
    heads = ("Toolkit", "Title", "Returned of issued", "Rate", "With open queries")
    out.table(heads, rows, numbers=(2, 3, 4))


def _open(out: Out, result: Status) -> None:
    queries = result.having("query open")
    if queries:
        out.heading(f"Queries open in {count(len(queries), 'workbook')}")
    for line in queries:
        out.gap()
        out.say(f"{line.partner}, {line.respondent}; {line.toolkit}; {line.reference}", indent=2)
        for finding in line.queries:
            out.say(f"{finding.code}  {_phrase(finding)}", indent=4, style="query")
    waiting = result.having("issued", "late", "refused only")
    if waiting:
        out.heading(f"Not back: {count(len(waiting), 'workbook')}")
        names = [f"{line.partner}, {line.respondent}; {line.toolkit}" for line in waiting]
        _some(out, names)
    missing = result.having("not issued")
    if missing:
        out.heading(f"Not issued: {count(len(missing), 'workbook')}; run: xlassess generate")
    if result.unplaced:
        out.heading(f"Refused, and nobody's: {count(len(result.unplaced), 'file')}")
        _some(out, [_unplaced(ret) for ret in result.unplaced])
    if not (queries or waiting or missing or result.unplaced):
        out.gap()
        out.say("Nothing is open.", style="good")


def _phrase(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}" if finding.where else finding.message


def _unplaced(ret: Return) -> str:
    reason = ret.findings[0] if ret.findings else None
    return f"{ret.file}: {reason.code} {reason.kind.title}" if reason else ret.file


def consolidated(out: Out, result: Consolidated) -> None:
    """Say where the summary is and on what it stands."""
    out.say(f"The summary is in {shown(result.path)}.", style="head")
    share = result.returned / result.issued if result.issued else None
    out.say(f"It stands on {result.returned} of {result.issued} workbooks ({percent(share)}).")
    if result.with_queries:
        out.say(
            f"{count(result.with_queries, 'workbook')} among them "
            f"{'has' if result.with_queries == 1 else 'have'} open queries: answers that are in "
            "doubt are left out until they are settled."
        )
