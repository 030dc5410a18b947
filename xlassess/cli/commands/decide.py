"""The verbs that record what the coordinator did or decided.

They stand together because they take the same options, are one kind of record in the ledger, and
say alike what was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, folder_of, in_round, now
from xlassess.services.common.phrases import capital, count, day, named, whose

if TYPE_CHECKING:
    from xlassess.model.record import OutcomeKind
    from xlassess.services.decide import Book, Decided, Mark, Waived, Why

_COUNT = re.compile("[1-9][0-9]{0,8}")
_MESSAGE = re.compile("[mM]([1-9][0-9]{0,8})")


def _number(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """Return the number of a return that somebody names."""
    del ctx, param
    if not _COUNT.fullmatch(value.strip()):
        raise click.BadParameter(
            f"“{value}” is not a return number. Give a number such as 13; xlassess ingest and "
            "xlassess history show them."
        )
    return int(value)


def _number_or_none(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """Return the number of a return that somebody names, or 0 where none is named."""
    return _number(ctx, param, value) if value else 0


def _returns_or_messages(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> tuple[tuple[int, int], ...]:
    """Return the numbers of returns that somebody names, or of messages; 0 for the other."""
    found = [(_MESSAGE.fullmatch(value.strip()), value) for value in values]
    return tuple(
        (0, int(message[1])) if message else (_number(ctx, param, value), 0)
        for message, value in found
    )


_BY = click.option("--by", metavar="NAME", default="", help="Who decided. The default is you.")
_REASON = click.option(
    "--reason", metavar="TEXT", required=True, help="Why. This is kept with the decision."
)
_UNDO = click.option(
    "--undo", is_flag=True,
    help="Undo the last decision of this kind. This needs --reason, too.",
)  # fmt: skip


def _deciding(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a decision: --reason, --by, --undo."""
    return _REASON(_BY(_UNDO(in_round(click.pass_obj(command)))))


@click.command()
@click.argument("references", metavar="[REF]...", nargs=-1)
@click.option(
    "--all", "everyone", is_flag=True,
    help="All workbooks not yet recorded as sent. With --undo: all recorded as sent by hand that "
    "have not come back.",
)  # fmt: skip
@click.option(
    "--queries", is_flag=True,
    help="All query workbooks not yet recorded as sent. With --undo: all recorded by hand.",
)  # fmt: skip
@click.option(
    "--feedback", is_flag=True,
    help="Pages of feedback: of the workbooks named, or all not yet recorded as sent.",
)  # fmt: skip
@click.option(
    "--progress", is_flag=True,
    help="All progress workbooks not yet recorded as sent. With --undo: all recorded as sent by "
    "hand that have not come back.",
)  # fmt: skip
@click.option("--by", metavar="NAME", default="", help="Who sent them. The default is you.")
@click.option("--undo", is_flag=True, help="Undo the last record of this kind.")
@in_round
@click.pass_obj
def sent(
    options: Options, references: tuple[str, ...], *, everyone: bool, queries: bool,
    feedback: bool, progress: bool, by: str, undo: bool,
) -> None:  # fmt: skip
    """Record that you sent workbooks, query workbooks, pages of feedback or progress workbooks.

    REF is the reference of a workbook. It is in the file name. Nothing is sent by this. What was
    sent with --via smtp is on record already.
    """
    from xlassess.services import decide as service

    why = service.Why(now(), by=by)
    if feedback:
        if everyone or queries or progress:
            raise click.UsageError("--feedback goes with REF or with nothing.")
        folder = folder_of(options)
        _show(Console(), service.mark_feedback(folder, references, why, undone=undo), "feedback")
        return
    if queries:
        if references or everyone or progress:
            raise click.UsageError("Give references, or --all, or --queries.")
        _show(Console(), service.mark_queries(folder_of(options), why, undone=undo))
        return
    _mark(options, references, "sent", everyone=everyone, progress=progress, by=by, undo=undo)


@click.command()
@click.argument("references", metavar="[REF]...", nargs=-1)
@click.option(
    "--all", "everyone", is_flag=True,
    help="All that remind writes about: not people on leave or who left, nor where an address does "
    "not exist or a PDF or a picture waits. "
    "With --undo: all recorded as reminded by hand.",
)  # fmt: skip
@click.option(
    "--progress", is_flag=True,
    help="All owners that remind --progress writes to. With --undo: all recorded as reminded by "
    "hand.",
)  # fmt: skip
@click.option("--by", metavar="NAME", default="", help="Who reminded them. The default is you.")
@click.option("--undo", is_flag=True, help="Undo the last record of this kind.")
@in_round
@click.pass_obj
def reminded(
    options: Options, references: tuple[str, ...], *, everyone: bool, progress: bool, by: str,
    undo: bool,
) -> None:  # fmt: skip
    """Record that you reminded respondents of their workbooks, or owners of their reports.

    REF is the reference of a workbook. It is in the file name. Nothing is sent by this. Reminders
    sent with --via smtp are on record already.
    """
    _mark(options, references, "reminded", everyone=everyone, progress=progress, by=by, undo=undo)


@click.command()
@click.argument("findings", metavar="FINDING...", nargs=-1, required=True)
@_REASON
@_BY
@click.option("--revoke", is_flag=True, help="Undo the waiver of these queries.")
@in_round
@click.pass_obj
def waive(options: Options, findings: tuple[str, ...], reason: str, by: str, revoke: bool) -> None:
    """Accept queries as they are, so that they no longer hold up the return.

    FINDING is the number that ingest and status show, such as 12.2. A waived query is still
    shown, with who waived it, when and why. An answer that was left out stays left out.
    """
    from xlassess.services import decide as service

    result = service.waive(folder_of(options), findings, _why(reason, by), revoke=revoke)
    _show_waived(Console(), result, revoked=revoke)


@click.command()
@click.argument("reference", metavar="REF")
@click.argument("which", metavar="[RETURN]", default="")
@_deciding
def choose(
    options: Options, reference: str, which: str, *, reason: str, by: str, undo: bool
) -> None:
    """Choose which of several returns counts for workbook REF.

    Use this when two different files came back and xlassess cannot tell which is the later one
    (finding L01). RETURN is the number of the return, its file name, or the start of its hash.
    """
    from xlassess.services import decide as service

    if not which and not undo:
        raise click.UsageError("Missing argument 'RETURN': which return should count?")
    folder, why = folder_of(options), _why(reason, by)
    if undo:
        _show(Console(), service.undo(folder, "chosen", reference, why))
    else:
        _show(Console(), service.choose(folder, reference, which, why))


@click.command("set-aside")
@click.argument(
    "which", metavar="RETURN...", nargs=-1, required=True, callback=_returns_or_messages
)
@_deciding
def set_aside(
    options: Options, which: tuple[tuple[int, int], ...], *, reason: str, by: str, undo: bool
) -> None:
    """Leave out the returns with these numbers, so that they count for no one: all, or none.

    Use this for files that were sent by mistake, or read from a wrong folder. If a return had
    replaced an earlier one, the earlier one counts again.

    Give m and a number, such as m41, to leave out what a message seems to ask for, as status
    shows it.
    """
    from xlassess.services import decide as service

    folder, why = folder_of(options), _why(reason, by)
    messages = [message for _, message in which if message]
    if messages and len(which) > 1:
        raise click.UsageError("Give numbers of returns, or the number of one message.")
    if messages:
        _show(Console(), service.set_message_aside(folder, messages[0], why, undone=undo))
    else:
        numbers = [number for number, _ in which]
        _show(Console(), service.set_all_aside(folder, numbers, why, undone=undo))


@click.command()
@click.argument("number", metavar="RETURN", callback=_number)
@click.option("--to", metavar="REF", default="", help="The workbook it should count for.")
@click.option(
    "--instead-of", "instead", metavar="OTHER", callback=_number_or_none, default="",
    help="The return that counts for that workbook now, and then no longer does.",
)  # fmt: skip
@_deciding
def reassign(
    options: Options, number: int, to: str, *, instead: int, reason: str, by: str, undo: bool
) -> None:
    """Count return number RETURN for a different workbook.

    Use this when someone filled in another person's workbook, or last round's. Both workbooks must
    ask the same questions. If the return had replaced an earlier one, the earlier one counts again.
    If another return counts for REF already, name it with --instead-of: it then no longer counts.
    """
    from xlassess.services import decide as service

    if not to and not undo:
        raise click.UsageError("Missing option '--to': which workbook should it count for?")
    folder, why = folder_of(options), _why(reason, by)
    if undo:
        _show(Console(), service.undo(folder, "reassigned", number, why))
    else:
        _show(Console(), service.reassign(folder, number, to, why, instead=instead))


@click.command()
@click.argument("reference", metavar="REF")
@click.argument("item", metavar="ITEM")
@click.argument("value", metavar="VALUE")
@_REASON
@_BY
@in_round
@click.pass_obj
def correct(
    options: Options, reference: str, item: str, value: str, *, reason: str, by: str
) -> None:
    """Change the answer to ITEM in workbook REF to VALUE, as the partner told you.

    The file stays as it came. Both values are on record, with who changed it, when and why, and
    the summary says so. To take a correction back, set its return aside.
    """
    from xlassess.services import decide as service

    _show(Console(), service.correct(folder_of(options), reference, item, value, _why(reason, by)))


@click.command()
@click.argument("reference", metavar="REF")
@_deciding
def nil(options: Options, reference: str, reason: str, by: str, undo: bool) -> None:
    """Record a nil return for workbook REF: the respondent has nothing to report.

    It counts as a response without answers. If a workbook comes back later, that counts instead.
    """
    _settle(options, reference, "nil return", _why(reason, by), undo)


@click.command()
@click.argument("reference", metavar="REF")
@_deciding
def decline(options: Options, reference: str, reason: str, by: str, undo: bool) -> None:
    """Record that the respondent of workbook REF is not taking part.

    This does not count as a response, but the workbook is no longer expected. Anything that came
    back before is set aside. If the workbook comes back later, it counts; an answer to a query
    about a return that was set aside does not.
    """
    _settle(options, reference, "declined", _why(reason, by), undo)


def _mark(
    options: Options, references: tuple[str, ...], what: Mark, *, everyone: bool, progress: bool,
    by: str, undo: bool,
) -> None:  # fmt: skip
    from xlassess.services import decide as service

    named = sum(map(bool, (references, everyone, progress)))
    if not named:
        raise click.UsageError(
            "Give the reference of each workbook, or use --all. "
            "To see the references, run: xlassess status"
        )
    if named > 1:
        raise click.UsageError("Give references, or --all, or --progress.")
    why = service.Why(now(), by=by)
    result = service.mark(
        folder_of(options), references, what, why, everyone=everyone, progress=progress,
        undone=undo,
    )  # fmt: skip
    _show(Console(), result)


def _settle(options: Options, reference: str, kind: OutcomeKind, why: Why, undo: bool) -> None:
    from xlassess.services import decide as service

    folder = folder_of(options)
    if undo:
        _show(Console(), service.undo(folder, kind, reference, why))
    else:
        _show(Console(), service.settle(folder, reference, kind, why))


def _why(reason: str, by: str) -> Why:
    from xlassess.services.decide import Why

    return Why(now(), reason, by)


_RECORDED = {
    "sent": "sent",
    "reminded": "reminded",
    "chosen": "chosen to count",
    "set aside": "set aside",
    "reassigned": "reassigned",
    "corrected": "made as a correction",
    "nil return": "nil return",
    "declined": "declined",
}


def _show(out: Console, result: Decided, of: str = "") -> None:
    """Say what was recorded, and what counts now for the workbooks concerned.

    Args:
        out: where it is said.
        result: what was recorded.
        of: what messages had with them, where that was no workbook.
    """
    head = "Undone" if result.undone else "Recorded"
    what = _RECORDED[result.what]
    if result.arrived:
        one, was = ("message", "was") if len(result.arrived) == 1 else ("messages", "were")
        about = ", ".join(result.arrived)
        with_it = f" with {of}" if of else ""
        out.say(f"{head}: the {one}{with_it} about {about} {was} sent.", style="head")
        if not result.books:
            return
    if result.message:
        out.say(f"{head}: message m{result.message} set aside.", style="head")
        return
    if result.what in ("sent", "reminded"):
        _show_marked(out, result, of)
        return
    if result.what == "set aside" and len(result.returns) > 1:
        out.say(f"{head}: {count(len(result.returns), 'return')} {what}.", style="head")
        for ret in result.returns:
            out.say(named(ret), indent=2)
        _show_books(out, result)
        return
    returns = ", ".join(named(ret) for ret in result.returns)
    about = f"{returns}: {what}" if returns else what
    if result.what in ("nil return", "declined") and not result.undone:
        about = f"{what}; set aside: {returns}" if returns else what
    out.say(f"{head}: {about}.", style="head")
    _show_books(out, result)


def _show_marked(out: Console, result: Decided, of: str) -> None:
    """Say which workbooks were recorded as sent, or their respondents as reminded."""
    head, what = ("Undone" if result.undone else "Recorded"), _RECORDED[result.what]
    if result.left_out:
        left = count(len(result.left_out), "workbook")
        why = "on leave, no longer there, no such address, or a PDF or a picture waits"
        out.heading(f"Left out: {why} ({left})")
        out.some(result.left_out, "xlassess status --full")
        out.say("If you reminded them all the same: xlassess reminded REF")
        out.gap()
    if not result.books:
        # of query workbooks too: those named are told above
        which = f"page of {of}" if of else "workbook"
        nothing = (
            f"Nothing to undo: no {which} is recorded as {what} by hand."
            if result.undone
            else f"Nothing to record: no {which} is waiting to be {what}."
        )
        out.say(nothing, style="head")
        return
    out.say(f"{head}: {count(len(result.books), 'workbook')} {what}.", style="head")
    out.some([whose(book.issued) for book in result.books], "xlassess status --full")


def _show_books(out: Console, result: Decided) -> None:
    """Say what counts now for the workbooks concerned, and what no longer does."""
    for book in result.books:
        out.say(f"{whose(book.issued)}: {_stands(book)}", indent=2)
    for ret in result.gave_way:
        out.say(f"{capital(named(ret))} gave way to it.", indent=2, style="query")
    if result.ended:
        out.say(result.ended_told, indent=2, style="query")


def _stands(book: Book) -> str:
    if book.counts is not None:
        return f"{named(book.counts)} counts ({book.counts.state})"
    if book.outcome is not None:
        return f"{book.outcome.kind}, recorded {day(book.outcome.at.astimezone().date())}"
    return "no return counts"


def _show_waived(out: Console, results: Sequence[Waived], *, revoked: bool) -> None:
    """Say which queries were waived, or no longer are, and in what state their returns are."""
    for result in results:
        who = f"{whose(result.issued)}: " if result.issued else ""
        numbers = ", ".join(f"{one.number} ({one.code})" for one in result.findings)
        verb = "no longer waived" if revoked else "waived"
        out.say(f"{who}{numbers} {verb}.", style="head")
        out.say(capital(f"{named(result.ret)} is now: {result.ret.state}."), indent=2)
        still = [one.number for one in result.ret.findings if one.is_open]
        if still:
            out.say(f"Still open: {', '.join(still)}.", indent=2)
