"""``xlassess status``: the register, the response rates, and what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import (
    Console,
    choosing,
    dumps,
    finding_as_json,
    leaving_out,
    offer_as_json,
    show_offers,
    show_older,
    show_said_why,
    show_ways,
)
from xlassess.cli.options import AS_JSON, FULL, Options, folder_of, in_round, now
from xlassess.model.errors import as_argument
from xlassess.services.common.phrases import (
    MATTERS,
    capital,
    count,
    day,
    matter,
    named,
    noticed,
    percent,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xlassess.model.answer import Return
    from xlassess.model.finding import Finding
    from xlassess.model.plan import AgreedAction
    from xlassess.model.record import Notice, Outcome
    from xlassess.services.common.phrases import Matter
    from xlassess.services.status import Line, Rate, Status


@click.command()
@AS_JSON
@FULL
@in_round
@click.pass_obj
def status(options: Options, as_json: bool, full: bool) -> None:
    """Show who was sent what, who has answered, what is still open, and the response rate."""
    from xlassess.services import status as service
    from xlassess.services.common.showing_more import older_papers

    folder = folder_of(options)
    result = service.status(folder, today=now().astimezone().date())
    if as_json:
        found = older_papers(folder, result.assessment)
        older = [{"file": one.where, "shown": one.kept.attribution} for one in found]
        click.echo(dumps({**_as_json(result), "older_papers": older}))
    else:
        out = Console(full=full)
        _show(out, result)
        show_older(out, folder, result.assessment)


_LINE_STYLES: dict[str, str] = {
    "not issued": "quiet",
    "not sent": "quiet",
    "sent": "",
    "reminded": "",
    "overdue": "query",
    "refused only": "refuse",
    "blank": "query",
    "query open": "query",
    "returned": "good",
    "nil return": "good",
    "declined": "quiet",
    "withdrawn": "quiet",
}


def _show(out: Console, result: Status) -> None:
    """Show the register, the response rates, and what is open."""
    assessment = result.assessment
    until = f", return by {day(assessment.return_by)}" if assessment.return_by else ""
    out.say(f"{assessment.partnership}, round {assessment.round}{until}", style="head")
    if result.closed:
        when = day(result.closed.at.astimezone().date())
        out.say(
            f"This round was closed on {when} by {result.closed.by}. To open it again: "
            f'xlassess round reopen {as_argument(assessment.round)} --reason "..."',
            style="note",
        )
    if not result.lines:
        out.gap()
        out.say("There are no respondents in partners.xlsx yet.")
        return
    _waiting_mail(out, result)
    out.gap()
    _register(out, result)
    _rates(out, result)
    if result.remarks:
        out.heading("About the register")
    for remark in result.remarks:
        out.say(remark, indent=2, style="note")
    _open(out, result)
    _reports(out, result)
    _overdue(out, result)
    _unexplained(out, result)
    _unsettled(out, result)
    for review in result.reviews:
        out.gap()
        left, when = count(abs(review.days), "day"), day(review.due)
        said = (
            f"is due by {when}, in {left}" if review.days >= 0 else f"was due by {when}, {left} ago"
        )
        out.say(f"The next review with {review.title} {said}.")


def _waiting_mail(out: Console, result: Status) -> None:
    """Say how many messages were not read, as a round was closed."""
    for mailbox, number in result.mail_waiting.items():
        which = count(number, "message")
        out.say(f"Not read, as a round was closed: {which} in {mailbox}.")
        if not result.closed:
            out.say(f"To read what waits there: xlassess ingest --mailbox {as_argument(mailbox)}")


def _unsettled(out: Console, result: Status) -> None:
    """Say how many proposals and concerns wait for a decision."""
    if result.waiting is None:
        out.heading(f"{MATTERS['unsettled'][0]}: not known")
        out.say(
            "Answers are held back, so it is not counted what waits for a decision. To see why: "
            "xlassess consolidate"
        )
    elif result.waiting:
        out.heading(matter("unsettled", result.waiting))
        if not result.closed:
            out.say("To put them to a decision: xlassess plan")


def _reports(out: Console, result: Status) -> None:
    """Say which owners of actions have not reported yet."""
    if not result.reports:
        return
    out.heading(matter("reports", len(result.reports)))
    lines = []
    for one in result.reports:
        marks = _marks(one.sent, one.reminded, one.notice)
        until = one.issued.return_by
        wanted = [f"wanted by {day(until)}"] if until else []
        state = ", ".join([*wanted, *(marks or ["not recorded as sent"])])
        lines.append(f"{one.issued.partner}, {one.issued.reference}: {state}")
    out.some(lines, "xlassess status --full")
    if not result.closed:
        out.say("To send them: xlassess send --progress. To remind: xlassess remind --progress")


def _overdue(out: Console, result: Status) -> None:
    """Say which agreed actions have passed their deadline."""
    if not result.overdue:
        return
    out.heading(matter("overdue", len(result.overdue)))
    lines = [
        f"{_numbered(one, result)}, due {day(one.deadline)}, {one.owner or 'no owner'}: "
        f"{one.action}"
        for one in result.overdue
        if one.deadline
    ]
    out.some(lines, "xlassess status --full")
    if not result.closed:
        out.say("To ask the owners: xlassess progress")


def _unexplained(out: Console, result: Status) -> None:
    """Say which actions stay as they were, because a reason is missing."""
    if not result.unexplained:
        return
    out.heading(matter("unexplained", len(result.unexplained)))
    lines = [
        f"{_numbered(one, result)}, {one.owner or 'no owner'}: reported as {one.unexplained}, "
        f"still “{one.state}”"
        for one in result.unexplained
    ]
    out.some(lines, "xlassess status --full")
    if not result.closed:
        out.say("To ask the owners again: xlassess progress")


def _numbered(action: AgreedAction, result: Status) -> str:
    from xlassess.model.plan import action_number

    return action_number(action, result.assessment.round)


def _register(out: Console, result: Status) -> None:
    kits = [rate.toolkit for rate in result.rates]
    states: dict[tuple[str, str], dict[str, str]] = {}
    for line in result.lines:
        person = (line.partner, line.respondent)
        mark = "" if line.in_register or line.state == "withdrawn" else ", no longer in register"
        states.setdefault(person, {})[line.toolkit] = line.state + mark
    rows = [[*person, *(own.get(kit, "–") for kit in kits)] for person, own in states.items()]
    heads = ("Partner", "Respondent", *kits)
    out.table(heads, rows, styles=_LINE_STYLES)


def _rates(out: Console, result: Status) -> None:
    out.heading("Response rate")
    out.gap()
    rows = [
        [
            rate.toolkit,
            rate.title,
            f"{rate.answered} of {rate.issued}",
            percent(rate.share),
            str(rate.queries),
        ]
        for rate in result.rates
    ]
    heads = ("Toolkit", "Title", "Returned", "Rate", "Open queries")
    out.table(heads, rows, numbers=(2, 3, 4), wraps=(1,))
    for rate in result.rates:
        if rate.settled:
            out.say(f"{rate.toolkit}: {rate.settled}.", indent=2)


def _queries(out: Console, result: Status) -> None:
    """List the open queries, and what can be done about each."""
    from xlassess.ledger import UNCLEAR
    from xlassess.ledger.tables.order import NAMES_ANOTHER

    queries = result.with_queries
    if queries:
        out.heading(matter("queries", result.queries))
        if not result.closed:
            _asking(out, queries)
            out.say('To accept a query as it is: xlassess waive NUMBER --reason "..."')
    for line in queries:
        out.gap()
        sent = f" ({_issued(line)})" if line.asked else ""
        out.say(f"{_who(line)}, {line.toolkit}, {line.reference}{sent}", indent=2)
        for finding in line.queries:
            text = f"{finding.number}  {finding.code}  {_phrase(finding)}"
            out.say(text, indent=4, style="query")
            if not result.closed:
                show_said_why(out, finding, line.said, indent=9)
            if finding.code == NAMES_ANOTHER and not result.closed:
                out.say(f"To do: {finding.remedy}", indent=9)
            elif finding.code in UNCLEAR and not result.closed:
                rival = finding.number.partition(".")[0]
                between = f"choose between {rival} ({finding.file}) and {line.number} ({line.file})"
                what = between if line.number else f"let {rival} ({finding.file}) count"
                out.say(f"To {what}: {choosing(line.reference)}", indent=9)


def _open(out: Console, result: Status) -> None:
    """Say what is open in the round, or that nothing is."""
    _queries(out, result)
    _joint(out, result)
    show_offers(out, result.offers, over=result.closed is not None)
    _from_others(out, result)
    _evidence(out, result)
    _later(out, result)
    _settled(out, result)
    waiting = result.awaited
    if waiting:
        out.heading(result.told["awaited"])
        out.some([_awaited(line) for line in waiting], "xlassess status --full")
    missing = result.having("not issued")
    if missing:
        do = "" if result.closed else ". Run: xlassess generate"
        out.heading(f"{matter('not issued', len(missing))}{do}")
    _refused(out, result)
    pending = (
        result.joint,
        result.offers,
        result.from_others,
        result.reports,
        result.overdue,
        result.unplaced,
    )
    if not (result.with_queries or waiting or missing or any(pending) or result.waiting):
        out.gap()
        out.say("Nothing is open.", style="good")


def _issued(line: Line) -> str:
    """How many query workbooks were issued about a workbook, and when one was last sent."""
    when = f"sent {day(line.asked_at.astimezone().date())}" if line.asked_at else "not sent"
    last = "; the last one is not sent" if line.asked_again else ""
    return f"{count(line.asked, 'query workbook')} issued, {when}{last}"


def _asking(out: Console, lines: Sequence[Line]) -> None:
    """How partners are asked: by query workbooks to be written, or to be sent once written."""
    if not all(line.asked_now for line in lines):
        out.say("To ask the partners: xlassess query")
    if any(line.has_query_to_send for line in lines):
        out.say("To send the query workbooks issued: xlassess send --queries")


def _joint(out: Console, result: Status) -> None:
    """Plan, progress and workshop workbooks that are to be put right by whoever filled them in."""
    if not result.joint:
        return
    out.heading(matter("joint", len(result.joint)))
    if not result.closed:
        out.say("Correct it in Excel, and read it again: xlassess ingest FILE")
        out.say("To ask whoever filled it in: xlassess query")
    for one in result.joint:
        out.gap()
        issued = one.issued
        what = f"{issued.identity.kind} workbook, {issued.reference}"
        out.say(", ".join(filter(None, (issued.partner, issued.respondent, what))), indent=2)
        for finding in one.queries:
            text = f"{finding.number}  {finding.code}  {_phrase(finding)}"
            out.say(text, indent=4, style="query")


def _from_others(out: Console, result: Status) -> None:
    """Returns that came from the address of another respondent, and what can be done about each."""
    from xlassess.ledger.tables.order import ANOTHER_ADDRESS

    if not result.from_others:
        return
    out.heading(f"Sent from another address: {count(len(result.from_others), 'workbook')}")
    for ret in result.from_others:
        out.say(f"{named(ret)}, {ret.reference}", indent=2, style="note")
        for one in ret.findings:
            if one.code == ANOTHER_ADDRESS:
                out.say(f"{one.number}  {one.code}  {one.message}", indent=4)
                if not result.closed:
                    out.say(one.remedy, indent=6)
                    out.say(f'If it is right: xlassess waive {one.number} --reason "..."', indent=6)


def _evidence(out: Console, result: Status) -> None:
    """Answers that came in a PDF or a picture, and that nobody has typed in yet."""
    waiting = result.with_evidence
    if not waiting:
        return
    out.heading(matter("evidence", len(waiting)))
    for line in waiting:
        out.say(f"{_who(line)}, {line.toolkit}, {line.reference}", indent=2, style="query")
        for ret in line.evidence:
            out.say(named(ret), indent=4)
            for words in _words(result, ret):
                out.say(words, indent=6)
            if not result.closed:
                out.say(ret.findings[0].remedy, indent=6)
    if not result.closed:
        out.say(
            'Nobody is reminded of these. If it is none: xlassess set-aside NUMBER --reason "..."'
        )


def _later(out: Console, result: Status) -> None:
    """PDFs and pictures that came after the return that counts."""
    lines = result.with_later
    if not lines:
        return
    out.heading(matter("later", len(lines)))
    for line in lines:
        counts = f"return {line.number} counts" if line.number else line.state
        out.say(f"{_who(line)}, {line.toolkit}, {line.reference}: {counts}", indent=2, style="note")
        for ret in line.later:
            out.say(named(ret), indent=4)
            for words in _words(result, ret):
                out.say(words, indent=6)
    if not result.closed:
        out.say(
            "Look whether it says something else. To change an answer: "
            'xlassess correct REF ITEM VALUE --reason "..."'
        )
        out.say('If there is nothing in it: xlassess set-aside NUMBER --reason "..."')


def _refused(out: Console, result: Status) -> None:
    """Refused files that are no workbook of this round."""
    refused: tuple[tuple[Matter, tuple[Return, ...]], ...] = (
        ("other round", result.of_other_round), ("asked", result.of_people_asked),
        ("nobody", result.of_nobody),
    )  # fmt: skip
    for kind, found in refused:
        if found:
            out.heading(matter(kind, len(found)))
            out.some([_of_refused(result, ret) for ret in found], "xlassess status --full")
            for ret in found if kind == "other round" and not result.closed else ():
                out.say(f"{capital(named(ret))}:", indent=2)
                show_ways(out, result.other_rounds[ret.number], ret.file, indent=4)
            if kind == "asked":
                out.say(
                    "Anybody can write this address into a message: before you act on one, ask the "
                    "person whose it is."
                )
    if result.closed:
        return
    nobodys = [ret.number for ret in result.of_nobody]
    if len(nobodys) < len(result.unplaced):
        out.say('To leave one out for good: xlassess set-aside NUMBER --reason "..."')
    if nobodys:
        which = "it" if len(nobodys) == 1 else "those that are not known"
        out.say(f"To leave {which} out for good: {leaving_out(nobodys)}")


def _settled(out: Console, result: Status) -> None:
    """What was decided: queries that are waived, and who will not answer."""
    from xlassess.ledger import UNCLEAR

    settled = [(line, finding) for line in result.lines for finding in line.waived]
    waived = [each for each in settled if each[1].code not in UNCLEAR]
    chosen = [each for each in settled if each[1].code in UNCLEAR]
    _decided(out, f"Waived: {count(len(waived), 'query', 'queries')}", waived)
    _decided(out, f"Decided which return counts: {count(len(chosen), 'time')}", chosen)
    typed = [line for line in result.lines if line.entered]
    if typed:
        out.heading(f"Typed in for respondents: {count(len(typed), 'workbook')}")
    for line in typed:
        if line.entered:
            told = line.entered.details
            said = f"answered {told['source']}; typed in by {told['by']}, copy of {told['day']}"
            out.say(f"{_who(line)}, {line.toolkit}, {line.reference}: {said}", indent=2)
    ended = [line for line in result.lines if line.state in ("nil return", "declined")]
    if ended:
        out.heading(f"Nil returns and declined: {count(len(ended), 'workbook')}")
    for line in ended:
        if line.outcome:
            when = day(line.outcome.at.astimezone().date())
            out.say(f"{_who(line)}, {line.toolkit}, {line.reference}: {line.state}", indent=2)
            out.say(f"{line.outcome.by}, {when}: {line.outcome.reason}", indent=6)


def _decided(out: Console, title: str, decided: Sequence[tuple[Line, Finding]]) -> None:
    """Findings that a decision settled, with who decided, when and why."""
    if decided:
        out.heading(title)
    for line, finding in decided:
        out.say(f"{finding.number}  {finding.code}  {_phrase(finding)}", indent=2)
        if finding.waiver:
            when = day(finding.waiver.at.astimezone().date())
            reason = f"{finding.waiver.by}, {when}: {finding.waiver.reason}"
            out.say(f"{_who(line)}, {line.toolkit}. {reason}", indent=6)


def _awaited(line: Line) -> str:
    marks = _marks(line.sent, line.reminded, line.notice)
    tail = f" ({', '.join(marks)})" if marks else ""
    return f"{_who(line)}, {line.toolkit}, {line.reference}: {line.state}{tail}"


def _marks(sent: datetime | None, reminded: datetime | None, notice: Notice | None) -> list[str]:
    """What is on record about a workbook that is out."""
    marks = [
        f"{what} {day(at.astimezone().date())}"
        for what, at in (("sent", sent), ("reminded", reminded))
        if at
    ]
    return [*marks, noticed(notice)] if notice else marks


def _who(line: Line) -> str:
    return ", ".join(filter(None, (line.partner, line.respondent)))


def _phrase(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}" if finding.where else finding.message


def _unplaced(result: Status, ret: Return) -> str:
    line, sender = result.perhaps(ret), result.senders.get(ret.number)
    said = f"{refusal(ret)}{_instead(ret)}"
    if sender:
        said += f". From the address of {sender}"
    if line is None:
        return said
    return f"{said}. By its name it may be from {_who(line)} (workbook: {line.state})"


def _words(result: Status, ret: Return) -> list[str]:
    """What messages say that a refused file came with."""
    from xlassess.services.common.said_beside import in_short

    return [f"The message says: “{in_short(text)}”" for text in result.words.get(ret.number, ())]


def _of_refused(result: Status, ret: Return) -> str:
    """What is known of a refused file, and what the message says that it came with."""
    return ". ".join((_unplaced(result, ret), *_words(result, ret)))


def _instead(ret: Return) -> str:
    """What a message is instead of one with a workbook, such as one with a link; else nothing."""
    return next((one.details.get("what", "") for one in ret.findings if one.code == "G21"), "")


def _as_json(result: Status) -> dict[str, Any]:
    """Return the register with states, the response rates, and refused files of nobody."""
    until = result.assessment.return_by
    return {
        "format": "xlassess-status/1",
        "assessment": result.assessment.id,
        "partnership": result.assessment.partnership,
        "round": result.assessment.round,
        "return_by": until.isoformat() if until else None,
        "closed_at": result.closed.at.isoformat() if result.closed else None,
        "workbooks": [_line(line) for line in result.lines],
        "response": [_rate_as_json(rate) for rate in result.rates],
        **_actions_as_json(result),
        "waiting": result.waiting,
        "mail_waiting": {**result.mail_waiting},
        "reviews": [
            {"toolkit": one.toolkit, "due": one.due.isoformat(), "days": one.days}
            for one in result.reviews
        ],
        **_joint_as_json(result),
        "offers": [offer_as_json(one) for one in result.offers],
        "from_others": [
            {"number": ret.number, "file": ret.file, "reference": ret.reference}
            for ret in result.from_others
        ],
        "unplaced": [_unplaced_as_json(result, ret) for ret in result.unplaced],
    }


def _rate_as_json(rate: Rate) -> dict[str, Any]:
    return {
        "toolkit": rate.toolkit,
        "issued": rate.issued,
        "returned": rate.answered,
        "with_open_queries": rate.with_queries,
        "rate": rate.share,
        "nil_returns": rate.nil,
        "declined": rate.declined,
    }


def _unplaced_as_json(result: Status, ret: Return) -> dict[str, Any]:
    line = result.perhaps(ret)
    return {
        "file": ret.file,
        "sha256": ret.sha256,
        "findings": [finding_as_json(found) for found in ret.findings],
        "perhaps": line.reference if line else "",
        "sender": result.senders.get(ret.number, ""),
        "words": [*result.words.get(ret.number, ())],
    }


def _actions_as_json(result: Status) -> dict[str, Any]:
    """Actions of the agreed plan that are overdue, and reports on them that explain nothing."""
    return {
        "overdue": [
            {
                "number": _numbered(one, result),
                "action": one.action,
                "owner": one.owner,
                "deadline": one.deadline.isoformat() if one.deadline else None,
            }
            for one in result.overdue
        ],
        "unexplained": [
            {
                "number": _numbered(one, result),
                "action": one.action,
                "owner": one.owner,
                "reported": one.unexplained,
                "state": one.state,
            }
            for one in result.unexplained
        ],
    }


def _joint_as_json(result: Status) -> dict[str, Any]:
    """Plan, progress and workshop workbooks to be put right, and reports that are awaited."""
    return {
        "joint": [
            {
                "kind": one.issued.identity.kind,
                "reference": one.issued.reference,
                "respondent": one.issued.respondent,
                "queries": [finding_as_json(found) for found in one.queries],
            }
            for one in result.joint
        ],
        "reports": [
            {
                "reference": one.issued.reference,
                "owner": one.issued.partner,
                "return_by": one.issued.return_by.isoformat() if one.issued.return_by else None,
                "sent": one.sent.isoformat() if one.sent else None,
                "reminded": one.reminded.isoformat() if one.reminded else None,
            }
            for one in result.reports
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    # People read another word for it since; programs go on with the one they know.
    state = "late" if line.state == "overdue" else line.state
    return {
        "toolkit": line.toolkit,
        "partner": line.partner,
        "respondent": line.respondent,
        "level": line.level,
        "reference": line.reference,
        "state": state,
        "file": line.file,
        "answers": line.answers,
        "in_register": line.in_register,
        "queries": [finding_as_json(found) for found in line.queries],
        "waived": [finding_as_json(found) for found in line.waived],
        "number": line.number,
        "sent": line.sent.isoformat() if line.sent else None,
        "reminded": line.reminded.isoformat() if line.reminded else None,
        "outcome": _outcome_as_json(line.outcome) if line.outcome else None,
        "query_workbooks": line.asked,
        "query_sent": line.asked_at.isoformat() if line.asked_at else None,
        "evidence": [{"file": ret.file, "number": ret.number} for ret in line.evidence],
        "later_evidence": [{"file": ret.file, "number": ret.number} for ret in line.later],
        "entered": (
            {name: line.entered.details[name] for name in ("source", "by", "day")}
            if line.entered
            else None
        ),
        "notice": _notice_as_json(line.notice) if line.notice else None,
    }


def _outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "by": outcome.by,
        "at": outcome.at.isoformat(),
        "reason": outcome.reason,
    }


def _notice_as_json(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "at": notice.at.isoformat(),
        "until": notice.until.isoformat() if notice.until else None,
        "address": notice.address,
    }
