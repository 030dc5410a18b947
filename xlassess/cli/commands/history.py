"""``xlassess history``: one workbook's story, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import Console, dumps, finding_as_json, put_right_as_json
from xlassess.cli.options import AS_JSON, FULL, Options, folder_of, in_round
from xlassess.services.common.phrases import capital, count, day, named, whose

if TYPE_CHECKING:
    from datetime import datetime

    from xlassess.ledger import Event
    from xlassess.model.answer import Issued, Return
    from xlassess.model.finding import Finding
    from xlassess.services.history import History, Step

_SHORT = 12
"""How many digits of a hash are shown."""


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
    issued = result.issued
    out.say(
        f"{whose(issued)}: version {issued.identity.version}, round {issued.identity.round}",
        style="head",
    )
    out.say(_now(result))
    later = [*result.later]
    for step in result.steps:
        event = step.event
        while later and later[0][0] < event.number:
            _replaced(out, later.pop(0)[1])
        out.gap()
        out.say(f"{_moment(event.at)}  {_told(result, step)}", indent=2)
        for ret in step.moved:
            place = event.statuses[ret.number]
            out.say(f"{named(ret)} is now {place.state}, for {place.reference}", indent=6)
        if event.what == "received" and step.ret:
            _put_right(out, step.ret)
        if why := _why(step):
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
        f"{_moment(later.issued_at)}  replaced by {later.reference}, issued to the same respondent",
        indent=2,
    )


def _moment(at: datetime) -> str:
    local = at.astimezone()
    return f"{day(local.date())}, {local:%H:%M}"


def _now(result: History) -> str:
    if result.counts is not None:
        return f"Now {named(result.counts)} counts ({result.counts.state})."
    if result.outcome is not None:
        return f"Now on record: {result.outcome.kind}."
    if result.instead:
        return f"Now no return of it counts: {result.instead} counts in its place."
    return "Now no return counts."


def _told(result: History, step: Step) -> str:
    """What happened, in words."""
    event, ret = step.event, step.ret
    about = named(ret) if ret else ""
    finding = f"{event.return_id}.{event.finding} ({_code(step)})"
    plain = {
        "issued": f"issued as {result.issued.file_name}, SHA-256 {_short(result.issued.sha256)}",
        "sent": "recorded as sent",
        "reminded": "recorded as reminded",
        "message begun": f"message {event.details.get('number')} begun "
        f"({event.details.get('purpose')})",
        "message ended": f"message {event.details.get('outcome')}: {event.details.get('reply')}",
        "corrected": f"{about} made as a correction",
        "entry made": f"copy {event.details.get('entry')} made, to type answers in",
        "words came": f"a message came with {about} again{_from(event)}",
        "message set aside": f"message m{event.details.get('message')} set aside",
        "mail came": f"mail came about a message{_from(event)}: {event.details.get('kind')}",
        "came again": f"{about} came again as {event.details.get('file', '')}; nothing changed",
        "waived": f"finding {finding} waived",
        "waiver revoked": f"finding {finding} no longer waived",
        "chosen": f"{about} chosen to count",
        "set aside": f"{about} set aside",
        "reassigned": f"{about} reassigned from {event.details.get('from')} to {event.reference}",
        "nil return": "recorded as a nil return",
        "declined": "recorded as declined",
        "query issued": f"query workbook {event.details.get('query')} issued about {about}",
        "consolidated": f"{about} counted in the summary of round {event.details.get('round')}",
        "reported": f"{about} counted in the report of round {event.details.get('round')}",
        "exported": f"{about} counted in the data of round {event.details.get('round')}",
        "opened": f"{about} counted in what Python read of round {event.details.get('round')}",
        "plan written": f"{about} counted in the plan workbook",
        "workshop written": f"{about} counted in a workshop workbook",
        "workshop held": (
            f"{count(len(event.details.get('judged', ())), 'judgement')} of a workshop recorded"
        ),
        "feedback written": f"{about} counted in the feedback of round "
        f"{event.details.get('round')}",
        "plan agreed": f"{count(len(event.details.get('agreed', ())), 'row')} of the plan recorded",
        "progress reported": (
            f"progress of {count(len(event.details.get('reported', ())), 'action')} recorded"
        ),
        "progress written": "a progress paper was written",
        "undone": f"undone: “{event.details.get('was')}”" + (f", {about}" if about else ""),
    }
    return _received(step) if event.what == "received" else plain.get(event.what, event.what)


def _from(event: Event) -> str:
    """The address that a message came from, where that is on record."""
    sender = event.details.get("sender", "")
    return f" from {sender}" if sender else ""


def _code(step: Step) -> str:
    place = step.event.finding
    return step.ret.findings[place - 1].code if step.ret and place else ""


def _received(step: Step) -> str:
    ret = step.ret
    if ret is None:
        return "received"
    state = step.event.statuses[ret.number].state
    size = f"{max(1, round(ret.size / 1024))} kB, SHA-256 {_short(ret.sha256)}"
    read = count(_answers(ret), "answer") + " read" if state != "refused" else "nothing read"
    return f"{named(ret)} received: {size}; {read}; {state}"


def _answers(ret: Return) -> int:
    from xlassess.services.common.asked import answered

    return answered(ret)


def _short(sha256: str) -> str:
    return sha256[:_SHORT]


def _why(step: Step) -> str:
    """By whom it was done, and why; empty where neither is known."""
    event = step.event
    said = [f"by {event.by}"] if event.by else []
    if event.details.get("taken over"):
        said.append("from the records of an earlier version of xlassess")
    if not said and not event.reason:
        return ""
    who = capital(", ".join(said)) if said else "Reason"
    return f"{who}: {event.reason}" if event.reason else who


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
    where = f"{finding.where}: " if finding.where else ""
    text = f"{finding.number}  {finding.code}  {where}{finding.message}"
    if finding.waiver is None:
        return text
    return f"{text} Waived by {finding.waiver.by}, {day(finding.waiver.at.astimezone().date())}."


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
    return {
        "number": ret.number,
        "file": ret.file,
        "sha256": ret.sha256,
        "state": ret.state,
        "answers": _answers(ret),
        "put_right": put_right_as_json(ret),
        "findings": [finding_as_json(found) for found in ret.findings],
    }
