"""``xlassess history``: one workbook's story, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import Console, dumps, finding_as_json, put_right_as_json
from xlassess.cli.options import AS_JSON, FULL, Options, folder_of, in_round
from xlassess.services.common.phrases import count, day, moment, named, whose

if TYPE_CHECKING:
    from xlassess.model.answer import Issued, Return
    from xlassess.model.finding import Finding
    from xlassess.services.history import History, Step


@click.command()
@click.argument("reference", metavar="REF")
@AS_JSON
@FULL
@in_round
@click.pass_obj
def history(options: Options, reference: str, as_json: bool, full: bool) -> None:
    """Show everything that happened to workbook REF, oldest first."""
    from xlassess.services import history as service

    result = service.history(folder_of(options), reference)
    if as_json:
        click.echo(dumps(_as_json(result)))
    else:
        _show(Console(full=full), result)


def _show(out: Console, result: History) -> None:
    """Tell what happened to a workbook."""
    from xlassess.services.history import now_told, told, why_told

    issued = result.issued
    out.say(
        f"{whose(issued)}: version {issued.identity.version}, round {issued.identity.round}",
        style="head",
    )
    out.say(now_told(result))
    later = [*result.later]
    for step in result.steps:
        event = step.event
        while later and later[0][0] < event.number:
            _replaced(out, later.pop(0)[1])
        out.gap()
        out.say(f"{moment(event.at)}  {told(result, step)}", indent=2)
        for ret in step.moved:
            place = event.statuses[ret.number]
            out.say(f"{named(ret)} is now {place.state}, for {place.reference}", indent=6)
        if event.what == "received" and step.ret:
            _put_right(out, step.ret)
        if why := why_told(step):
            out.say(why, indent=6)
        if event.what == "received" and step.ret:
            for finding in step.ret.findings:
                out.say(_finding(finding), indent=6, style=finding.severity)
    for _, one in later:
        _replaced(out, one)


def _replaced(out: Console, later: Issued) -> None:
    """Tell that a workbook was issued in place of this one."""
    out.gap()
    out.say(
        f"{moment(later.issued_at)}  replaced by {later.reference}, issued to the same respondent",
        indent=2,
    )


def _put_right(out: Console, ret: Return) -> None:
    """Tell what was put right in the file itself; a return it is joined with has its own."""
    own = [value for value in ret.normalised if not value.file]
    if own:
        out.say(f"{count(len(own), 'value')} put right:", indent=6)
    lines = [
        f"{', '.join(filter(None, (value.sheet, value.cell, value.item)))}: "
        f"“{value.before}” read as “{value.after}”"
        for value in own
    ]
    out.some(lines, f"xlassess history {ret.reference} --full", indent=8)


def _finding(finding: Finding) -> str:
    from xlassess.ledger import UNCLEAR

    where = f"{finding.where}: " if finding.where else ""
    text = f"{finding.number}  {finding.code}  {where}{finding.message}"
    if finding.waiver is None:
        return text
    did = "Settled" if finding.code in UNCLEAR else "Waived"
    return f"{text} {did} by {finding.waiver.by}, {day(finding.waiver.at.astimezone().date())}."


def _as_json(result: History) -> dict[str, Any]:
    """Return what happened to a workbook; times are in UTC."""
    issued = result.issued
    return {
        "format": "xlassess-history/1",
        "reference": issued.reference,
        "partner": issued.partner,
        "respondent": issued.respondent,
        "toolkit": issued.identity.toolkit,
        "version": issued.identity.version,
        "round": issued.identity.round,
        "file": issued.file_name,
        "sha256": issued.sha256,
        "counts": result.counts.number if result.counts else None,
        "outcome": result.outcome.kind if result.outcome else None,
        "later": [one.reference for _, one in result.later],
        "events": [_event(step) for step in result.steps],
    }


def _event(step: Step) -> dict[str, Any]:
    event = step.event
    finding = f"{event.return_id}.{event.finding}" if event.finding else None
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "by": event.by,
        "what": event.what,
        "return": _return(step.ret) if step.ret else None,
        "finding": finding,
        "reason": event.reason,
        "places": {
            str(number): {"reference": place.reference, "state": place.state}
            for number, place in event.statuses.items()
        },
        "hash": event.hash,
    }


def _return(ret: Return) -> dict[str, Any]:
    from xlassess.services.common.workbooks.asked import answered

    return {
        "number": ret.number,
        "file": ret.file,
        "sha256": ret.sha256,
        "state": ret.state,
        "answers": answered(ret),
        "put_right": put_right_as_json(ret),
        "findings": [finding_as_json(found) for found in ret.findings],
    }
