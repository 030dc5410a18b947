"""``xlassess ingest``: read what came back; refused first, then doubtful, then what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import (
    Console,
    choosing,
    dumps,
    finding_as_json,
    offer_as_json,
    progress,
    put_right_as_json,
    show_offers,
    show_said_why,
)
from xlassess.cli.options import AS_JSON, FULL, Options, folder_of, here_or_in, in_round, leave, now
from xlassess.model.errors import UsageError
from xlassess.services.common.phrases import capital, count, listed, named, noticed, refusal

if TYPE_CHECKING:
    from xlassess.model.answer import State
    from xlassess.model.finding import Finding
    from xlassess.services.collect_mail import Collected
    from xlassess.services.ingest import Ingested, Received


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="How many files to read at the same time.",
)
@click.option(
    "--password", "passwords", metavar="[TEXT]", multiple=True, is_flag=False, flag_value="",
    help="Password for files that need one. Leave TEXT out to type it unseen. Put this after PATH.",
)  # fmt: skip
@click.option(
    "--mailbox", metavar="URL",
    help="Read the new messages of a mailbox: imaps://user@host/FOLDER. Nothing is changed there.",
)  # fmt: skip
@click.option(
    "--move-to", metavar="FOLDER", default="",
    help="Move the messages to this folder of the mailbox once they are on record.",
)  # fmt: skip
@AS_JSON
@FULL
@in_round
@click.pass_obj
def ingest(
    options: Options,
    paths: tuple[Path, ...],
    *,
    mailbox: str | None,
    move_to: str,
    workers: int | None,
    passwords: tuple[str, ...],
    as_json: bool,
    full: bool,
) -> None:
    """Read the workbooks that came back: files, folders, zip files, e-mails and mailboxes.

    For each file it says what was read, what is unclear (where, and what to do) and whether the
    file was refused. It keeps every file. Reading a file twice changes nothing.

    It looks for each PATH in the folder you are in, then in the assessment's folder. It uses a
    password for this run only and does not keep it.
    """
    from xlassess.services import ingest as service

    found = [here_or_in(options.root, path) for path in paths]
    folder, known = folder_of(options), _passwords(passwords, found)
    if move_to and not mailbox:
        raise UsageError("--move-to needs --mailbox.", "It moves messages within a mailbox.")
    if mailbox and paths:
        raise UsageError("Files and a mailbox are read one after the other.", "Run it for each.")
    collected = None
    with progress("Reading") as watch:
        if mailbox:
            from xlassess.services.collect_mail import collect_mail

            collected = collect_mail(
                folder, mailbox, now=now(), move_to=move_to, workers=workers, passwords=known,
                watch=watch,
            )  # fmt: skip
            result = collected.ingested
        else:
            result = service.ingest(
                folder, found, now=now(), workers=workers, passwords=known, watch=watch
            )
    if as_json:
        click.echo(dumps(_as_json(result, collected)))
    else:
        out = Console(full=full)
        if collected is not None:
            _show_collected(out, collected)
        if result.files or collected is None:
            _show(out, result)
    leave(result.needs_person)


def _show_collected(out: Console, result: Collected) -> None:
    """Say which messages were read."""
    moved = f" {count(result.moved, 'message')} moved." if result.moved else ""
    out.say(f"{count(result.taken, 'new message')} read in {result.place}.{moved}", style="head")
    if result.left:
        out.say(
            f"{count(result.left, 'other message')} left alone: no file, no reference, and not "
            "from anybody who is asked."
        )
    for uids, why in (
        (result.large, "too large to be read. Save the file in it, and read that."),
        (result.unread, "not given by the server. Run this again."),
        (result.locked, "with a file that needs a password. Run this again with --password."),
    ):
        if uids:
            out.say(f"{count(len(uids), 'message')} {why}", style="query")


def _passwords(given: Sequence[str], paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the passwords to try; where one was left out, ask until an empty line.

    Args:
        given: what came with each ``--password``; empty where nothing did.
        paths: the files and folders named.

    Raises:
        UsageError: a path was taken for a password.
    """
    for text in given:
        if not paths and text and Path(text).exists():
            raise UsageError(
                f"{text} was read as a password.",
                "Put the files first and --password last.",
            )
    asked = _typed() if "" in given else ()
    return tuple(dict.fromkeys((*filter(None, given), *asked)))


def _typed() -> Iterator[str]:
    click.echo(
        "Passwords are not shown as you type. To finish, press Enter on an empty line.", err=True
    )
    while text := click.prompt(
        "Password", default="", hide_input=True, show_default=False, err=True
    ):
        yield text


_STATES: tuple[State, ...] = (
    "refused", "query", "accepted with notes", "accepted", "superseded", "set aside",
    "duplicate",
)  # fmt: skip

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


def _show(out: Console, result: Ingested) -> None:
    """Report file by file: refused first, then what is doubtful, then what was read."""
    new = result.new
    refused = [file for file in new if file.ret.state == "refused"]
    doubtful = [file for file in new if file.ret.state == "query"]
    if refused:
        out.heading(f"Refused: {count(len(refused), 'file')} that cannot be used")
        for file in refused:
            _file(out, file, file.findings("refuse"))
    partners, joint = _unclear(out, doubtful)
    read = [file for file in new if file.ret.reference and file.ret.state != "refused"]
    if read:
        out.heading(f"Read: {count(len(read), 'file')}")
        _read(out, read)
    _notes(out, read)
    _noticed(out, result)
    _pairs(out, result)
    _displaced(out, result)
    _aside(out, [file for file in read if file.ret.state == "set aside"])
    _known(out, result)
    out.gap()
    out.say(_totals(result), style="head")
    if refused or doubtful:
        out.say("Every file is kept in returns/. To see what is open: xlassess status")
    if doubtful:
        if joint:
            out.say("Correct plan, progress and workshop workbooks in the file, and read it again.")
        if partners:
            out.say("To ask the partners: xlassess query")
        out.say('To accept a query as it is: xlassess waive NUMBER --reason "..."')


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
    from xlassess.services.common.asked import said_why

    out.gap()
    out.say(file.ret.file, indent=2, style="head")
    if file.issued is not None:
        out.say(", ".join(filter(None, (*_who(file), file.issued.reference))), indent=2)
    for _, alike in groupby(findings, key=lambda one: (one.code, one.remedy)):
        _findings(out, list(alike))
    said = said_why(file.ret)
    for finding in file.findings("query"):
        show_said_why(out, finding, said, indent=_TEXT)
    unclear = [one for one in file.findings("query") if one.code in UNCLEAR]
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
            _SHORT.get(file.ret.state, file.ret.state),
        ]
        for file in files
    ]
    out.gap()
    heads = ("Return", "Partner", "Respondent", "Toolkit", "Answers", "State")
    out.table(heads, rows, numbers=(0, 4), wraps=(1,), styles=_STATE_STYLES)
    renamed = [
        file
        for file in files
        if file.issued and not file.ret.entered and _base(file) != file.issued.file_name
    ]
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


def _base(file: Received) -> str:
    return file.ret.file.rpartition("/")[2]


def _notes(out: Console, files: Sequence[Received]) -> None:
    noted = [file for file in files if file.findings("note") or file.ret.normalised]
    if not noted:
        return
    out.heading("Notes: nothing to do, unless the note says so")
    for file in noted:
        out.say(file.ret.file, indent=2)
        for finding in file.findings("note"):
            place = f"{finding.where}: " if finding.where else ""
            out.say(f"{finding.code}  {place}{finding.message}", indent=4, style="note")
        put_right = file.ret.normalised
        if put_right:
            # a number typed where words are asked for says the same in words: not the best example
            first = next((one for one in put_right if one.before != one.after), put_right[0])
            how = f"read as “{first.after}”" if first.before != first.after else "read as text"
            see = f" To see them all: xlassess history {file.ret.reference} --full"
            out.say(
                f"{count(len(put_right), 'value')} put right, because the meaning was clear. The "
                f"first is {first.sheet}, {first.cell}: “{first.before}” {how}."
                f"{see if len(put_right) > 1 else ''}",
                indent=4,
                style="note",
            )


def _noticed(out: Console, result: Ingested) -> None:
    """Say what came back about messages that were sent, and what messages say besides."""
    _said(out, result)
    show_offers(out, result.offers)
    if result.notices:
        out.heading(f"About messages sent: {count(len(result.notices), 'notice')}")
    for each in result.notices:
        books = each.issued
        who = books[0].who if books else ""
        references = ", ".join(book.reference for book in books)
        out.say(f"{who} ({references}): {noticed(each.notice)}. {each.file}", indent=2)
        if each.notice.address:
            out.say("Correct this address in the register.", indent=4)
        elif each.notice.kind == "no such address":
            out.say(
                "Correct the address in the register, run xlassess generate, and send again: "
                f"xlassess send --again {' '.join(book.reference for book in books)}",
                indent=4,
            )


def _said(out: Console, result: Ingested) -> None:
    """Say what messages say whose workbooks were read before."""
    if result.words:
        out.heading("Messages with workbooks that were read before")
    for file, text in result.words:
        out.say(f"{file}: “{text}”", indent=2)


def _pairs(out: Console, result: Ingested) -> None:
    """Name the files that one person sent for one workbook, and say which of them counts."""
    from xlassess.ledger import UNCLEAR

    if result.pairs:
        out.heading(f"Different files for one workbook: {count(len(result.pairs), 'workbook')}")
    for files in result.pairs:
        issued = files[0].issued
        if issued is None:
            continue
        out.say(f"{issued.who}, {issued.reference}", indent=2)
        names = [f"{named(file.ret)}: {file.ret.state}" for file in files]
        out.say(capital(listed(names)), indent=4)
        if any(one.code in UNCLEAR for file in files for one in file.findings("query")):
            numbers = " or ".join(str(file.ret.number) for file in files)
            out.say(f"Ask which counts, {numbers}: {choosing(issued.reference)}", indent=4)


def _displaced(out: Console, result: Ingested) -> None:
    """Name every return that no longer counts, and what took its place."""
    if result.displaced:
        out.heading(f"No longer counted: {count(len(result.displaced), 'return')}")
    for each in result.displaced:
        issued, was, by = each.issued, each.was, each.by
        out.say(issued.who, indent=2)
        out.say(
            f"Return {by.number} ({by.file}) replaces return {was.number} ({was.file}).",
            indent=4,
        )
        if each.older:
            out.say(
                "By the times in the two files, it may have been saved earlier. To count the "
                f"first one: {choosing(was.reference, str(was.number))}",
                indent=4,
            )
    replaced = [file for file in result.new if file.instead]
    if replaced:
        out.heading(f"Of a workbook that was replaced: {count(len(replaced), 'file')}")
    for file in replaced:
        out.say(
            f"{file.ret.file}: {file.instead} was issued to replace it and has come back, so "
            "that one counts.",
            indent=2,
        )


def _aside(out: Console, files: Sequence[Received]) -> None:
    """Tell of answers to queries about returns that were set aside, which do not count either."""
    if not files:
        return
    out.heading(f"Kept, but not counted: {count(len(files), 'file')}")
    for file in files:
        reference = file.issued.reference if file.issued else ""
        out.say(f"{file.ret.file} answers a query about a return that was set aside.", indent=2)
        how = choosing(reference, str(file.ret.number))
        out.say(f"To count it: {how}", indent=2)


_AGAIN = "the same command again, with --full"


def _known(out: Console, result: Ingested) -> None:
    """Name the files that still are refused, and those handed over twice in this run."""
    refused = [file.ret for file in result.files if file.known and file.ret.state == "refused"]
    if refused:
        out.heading(f"Still refused: {count(len(refused), 'file')}")
        out.some([refusal(ret) for ret in refused], _AGAIN)
    same = [file for file in result.files if file.repeats]
    if same:
        out.heading(f"The same answers again, in another file: {count(len(same), 'file')}")
        out.some([_repeated(file) for file in same], _AGAIN)
    twice = [
        file.ret
        for file in result.files
        if file.ret.state == "duplicate" and file.ret.sha256 and not file.repeats
    ]
    if twice:
        firsts = {file.ret.sha256: file.ret.file for file in reversed(result.files)}
        out.heading(f"Given twice: {count(len(twice), 'file')}")
        out.some([f"{ret.file}: the same as {firsts[ret.sha256]}" for ret in twice], _AGAIN)
    if result.untouched:
        out.heading(f"Nothing typed in yet: {count(len(result.untouched), 'copy', 'copies')}")
        out.some(list(result.untouched), _AGAIN)


def _repeated(file: Received) -> str:
    first = file.repeats
    if first is None:
        return file.ret.file
    stands = "" if first.state in _COUNTING else f", which is {first.state}"
    return f"{file.ret.file}: as return {first.number} ({first.file}){stands}; nothing changed"


_COUNTING: tuple[State, ...] = ("accepted", "accepted with notes", "query")


def _totals(result: Ingested) -> str:
    states = result.states
    parts = [f"{states[state]} {_STATE_WORDS[state]}" for state in _STATES if states.get(state)]
    known = len(result.files) - len(result.new)
    before = f"{count(known, 'file')} had been read before; nothing changed."
    if not parts:
        return f"Nothing new: {before}" if known else "There were no files to read."
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


def _as_json(result: Ingested, collected: Collected | None) -> dict[str, Any]:
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
        told["mailbox"] = {
            "place": str(collected.place), "taken": collected.taken, "left": collected.left,
            "moved": collected.moved, "large": [*collected.large], "unread": [*collected.unread],
            "locked": [*collected.locked],
        }  # fmt: skip
    return told


def _received(file: Received) -> dict[str, Any]:
    issued = file.issued
    return {
        "number": file.ret.number,
        "file": file.ret.file,
        "sha256": file.ret.sha256,
        "state": file.ret.state,
        "known": file.known,
        "reference": file.ret.reference,
        "query": file.ret.query,
        "partner": issued.partner if issued else "",
        "respondent": issued.respondent if issued else "",
        "toolkit": issued.identity.toolkit if issued else "",
        "answers": file.answers,
        "actions": len(file.ret.actions),
        "put_right": put_right_as_json(file.ret),
        "findings": [finding_as_json(found) for found in file.ret.findings],
    }
