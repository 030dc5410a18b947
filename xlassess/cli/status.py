"""What ``xlassess status`` says: the register, the response rates, and what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlassess.cli.ingest import choosing, refusal
from xlassess.cli.output import Out, count, day, percent
from xlassess.ledger import UNCLEAR
from xlassess.model.answer import Return
from xlassess.model.finding import Finding
from xlassess.services.status import OUT

if TYPE_CHECKING:
    from xlassess.services.status import Line, Status

_LINE_STYLES: dict[str, str] = {
    "not issued": "quiet",
    "not sent": "quiet",
    "sent": "",
    "reminded": "",
    "late": "query",
    "refused only": "refuse",
    "query open": "query",
    "returned": "good",
    "nil return": "good",
    "declined": "quiet",
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
    for rate in result.rates:
        if rate.nil or rate.declined:
            parts = [
                f"{count(rate.nil, 'nil return')}, counted as returned" if rate.nil else "",
                f"{rate.declined} declined, counted as issued" if rate.declined else "",
            ]
            out.say(f"{rate.toolkit}: {'; '.join(filter(None, parts))}.", indent=2)


def _open(out: Out, result: Status) -> None:
    queries = result.having("query open")
    if queries:
        out.heading(f"Queries open in {count(len(queries), 'workbook')}")
        out.say("To ask the partners: xlassess query")
        out.say('To accept one as it is: xlassess waive NUMBER --reason "..."')
    for line in queries:
        out.gap()
        sent = f" ({count(line.asked, 'query workbook')} issued)" if line.asked else ""
        out.say(f"{_who(line)}, {line.toolkit}, {line.reference}{sent}", indent=2)
        for finding in line.queries:
            text = f"{finding.number}  {finding.code}  {_phrase(finding)}"
            out.say(text, indent=4, style="query")
            if finding.code == UNCLEAR:
                rival = finding.number.partition(".")[0]
                out.say(
                    f"To decide: {choosing(line.reference)}; one is {rival} ({finding.file}), "
                    f"the other {line.number} ({line.file}).",
                    indent=9,
                )
    _settled(out, result)
    waiting = result.having(*OUT)
    if waiting:
        out.heading(f"Not back: {count(len(waiting), 'workbook')}")
        out.some([_awaited(line) for line in waiting])
    missing = result.having("not issued")
    if missing:
        out.heading(f"Not issued: {count(len(missing), 'workbook')}; run: xlassess generate")
    if result.unplaced:
        out.heading(f"Refused, and no one's: {count(len(result.unplaced), 'file')}")
        out.some([_unplaced(result, ret) for ret in result.unplaced])
    if not (queries or waiting or missing or result.unplaced):
        out.gap()
        out.say("Nothing is open.", style="good")


def _settled(out: Out, result: Status) -> None:
    """What was decided: queries that are waived, and who will not answer."""
    waived = [(line, finding) for line in result.lines for finding in line.waived]
    if waived:
        out.heading(f"Accepted as they are: {count(len(waived), 'query', 'queries')}")
    for line, finding in waived:
        out.say(f"{finding.number}  {finding.code}  {_phrase(finding)}", indent=2)
        if finding.waiver:
            when = day(finding.waiver.at.astimezone().date())
            reason = f"{finding.waiver.by}, {when}: {finding.waiver.reason}"
            out.say(f"{_who(line)}, {line.toolkit}. {reason}", indent=6)
    ended = [line for line in result.lines if line.state in ("nil return", "declined")]
    if ended:
        out.heading(f"Nil returns and declined: {count(len(ended), 'workbook')}")
    for line in ended:
        if line.outcome:
            when = day(line.outcome.at.astimezone().date())
            out.say(f"{_who(line)}, {line.toolkit}, {line.reference}: {line.state}", indent=2)
            out.say(f"{line.outcome.by}, {when}: {line.outcome.reason}", indent=6)


def _awaited(line: Line) -> str:
    marks = [
        f"{what} {day(at.astimezone().date())}"
        for what, at in (("sent", line.sent), ("reminded", line.reminded))
        if at
    ]
    tail = f" ({', '.join(marks)})" if marks else ""
    return f"{_who(line)}, {line.toolkit}, {line.reference}: {line.state}{tail}"


def _who(line: Line) -> str:
    return ", ".join(filter(None, (line.partner, line.respondent)))


def _phrase(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}" if finding.where else finding.message


def _unplaced(result: Status, ret: Return) -> str:
    line = result.perhaps(ret)
    if line is None:
        return refusal(ret)
    return f"{refusal(ret)}; by its name that of {_who(line)}, whose workbook is: {line.state}"
