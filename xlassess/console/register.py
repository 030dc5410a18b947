"""What ``xlassess status`` says: the register, the response rates, and what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlassess.console.out import Out
from xlassess.console.text import count, day, percent
from xlassess.desk.choose import UNCLEAR
from xlassess.model.answer import Return
from xlassess.model.finding import Finding

if TYPE_CHECKING:
    from xlassess.desk.status import Line, Status

_LINE_STYLES: dict[str, str] = {
    "not issued": "quiet",
    "issued": "",
    "late": "query",
    "refused only": "refuse",
    "query open": "query",
    "returned": "good",
    "withdrawn": "quiet",
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
    states: dict[tuple[str, str], dict[str, str]] = {}
    for line in result.lines:
        person = (line.partner, line.respondent)
        mark = "" if line.in_register or line.state == "withdrawn" else ", no longer in register"
        states.setdefault(person, {})[line.toolkit] = line.state + mark
    rows = [[*person, *(own.get(kit, "–") for kit in kits)] for person, own in states.items()]
    heads = ("Partner", "Respondent", *kits)
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
    heads = ("Toolkit", "Title", "Returned of issued", "Rate", "Open queries")
    out.table(heads, rows, numbers=(2, 3, 4), wraps=(1,))


def _open(out: Out, result: Status) -> None:
    queries = result.having("query open")
    if queries:
        out.heading(f"Queries open in {count(len(queries), 'workbook')}")
    for line in queries:
        out.gap()
        out.say(f"{_who(line)}, {line.toolkit}, {line.reference}", indent=2)
        for finding in line.queries:
            out.say(f"{finding.code}  {_phrase(finding)}", indent=4, style="query")
            if finding.code == UNCLEAR:
                out.say(
                    f'Then: xlassess choose FILE --because "..."; one is {finding.file}, '
                    f"the other {line.file}.",
                    indent=9,
                )
    waiting = result.having("issued", "late", "refused only")
    if waiting:
        out.heading(f"Not back: {count(len(waiting), 'workbook')}")
        names = [f"{_who(line)}, {line.toolkit}: {line.state}" for line in waiting]
        out.some(names)
    missing = result.having("not issued")
    if missing:
        out.heading(f"Not issued: {count(len(missing), 'workbook')}; run: xlassess generate")
    if result.unplaced:
        out.heading(f"Refused, and no one's: {count(len(result.unplaced), 'file')}")
        out.some([_unplaced(ret) for ret in result.unplaced])
    if not (queries or waiting or missing or result.unplaced):
        out.gap()
        out.say("Nothing is open.", style="good")


def _who(line: Line) -> str:
    return ", ".join(filter(None, (line.partner, line.respondent)))


def _phrase(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}" if finding.where else finding.message


def _unplaced(ret: Return) -> str:
    reason = ret.findings[0] if ret.findings else None
    return f"{ret.file}: {reason.code} {reason.kind.title}" if reason else ret.file
