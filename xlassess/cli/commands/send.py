"""``xlassess send`` and ``xlassess remind``: messages as drafts, or to the mail server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import FULL, Options, folder_of, in_round, leave, now, shown
from xlassess.services.common.phrases import count

if TYPE_CHECKING:
    from xlassess.mail import Kind
    from xlassess.services.post.due import Composed
    from xlassess.services.post.posting import Posted
    from xlassess.services.post.send import Drafted


_FULL: dict[Kind, str] = {
    "invitation": "xlassess send --full", "reminder": "xlassess remind --full",
    "firm": "xlassess remind --firm --full", "last": "xlassess remind --last --full",
    "thanks": "xlassess send --thanks --full", "query": "xlassess send --queries --full",
    "plan": "xlassess send --plan --full", "workshop": "xlassess send --workshop --full",
    "progress": "xlassess send --progress --full",
    "progress_reminder": "xlassess remind --progress --full",
    "feedback": "xlassess send --feedback --full",
}  # fmt: skip
"""The commands that list everybody who gets no message."""


_SENT: tuple[Kind, ...] = ("invitation", "plan", "workshop", "progress")
"""The kinds of which it is recorded that workbooks were sent."""


def _by_mail(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command what is common to messages: whom they go to, and by which way."""
    options = (
        click.argument("references", metavar="[REF]...", nargs=-1),
        click.option(
            "--only", metavar="WHO", multiple=True,
            help="Only to this person, organisation, address or reference. May be given again.",
        ),
        click.option(
            "--via", type=click.Choice(["smtp"]),
            help="Hand the messages to the mail server that assessment.yaml names.",
        ),
        click.option("--preview", is_flag=True, help="Show the messages and do nothing else."),
        click.option(
            "--test", "to", metavar="ADDRESS",
            help="Send the first message to this address, such as your own, and record nothing.",
        ),
        click.option(
            "--again", is_flag=True,
            help="Also to those it was sent to before. With REF: also where it is not certain.",
        ),
        FULL, in_round, click.pass_obj,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.option(
    "--save-template", "template", metavar="FILE", type=click.Path(path_type=Path),
    help="Write our words to FILE and stop. Saved as mail.j2 in this folder, they can be changed.",
)  # fmt: skip
@click.option(
    "--queries", "kind", flag_value="query",
    help="Write about unclear answers instead, each with its query workbook.",
)  # fmt: skip
@click.option(
    "--thanks", "kind", flag_value="thanks",
    help="Confirm what came back instead, with reference and number of answers.",
)  # fmt: skip
@click.option(
    "--feedback", "kind", flag_value="feedback",
    help="Send each respondent their own page of feedback instead.",
)  # fmt: skip
@click.option(
    "--progress", "kind", flag_value="progress",
    help="Write to the owners of agreed actions instead, each with their progress workbook.",
)  # fmt: skip
@click.option(
    "--workshop", "kind", flag_value="workshop",
    help="Write to the facilitator instead, with the workshop workbooks.",
)  # fmt: skip
@click.option(
    "--plan", "kind", flag_value="plan",
    help="Send the plan workbook instead, to whoever --to names.",
)  # fmt: skip
@click.option(
    "--to", "addressee", metavar="WHO", default="",
    help="With --plan or --workshop: who is to have it, by address or by name in the register.",
)  # fmt: skip
@_by_mail
def send(
    options: Options, references: tuple[str, ...], template: Path | None, kind: str | None,
    addressee: str, **way: Any,
) -> None:  # fmt: skip
    """Write a message with its workbooks for each person, into drafts/.

    Each is a draft: open it in Outlook or Thunderbird, check it and send it. REF limits this to
    some workbooks. There is also drafts.mbox with all of them, and a list for a mail merge.

    With --via smtp, xlassess sends the messages itself, each at most once, and records it.
    """
    from xlassess.services.post import send as service

    if template is not None:
        service.save_template(template)
        Console().say(f"Our words are in {shown(template)}.", style="head")
        return
    if addressee and kind not in ("plan", "workshop"):
        raise click.UsageError(
            "--to goes with --plan or --workshop. To limit messages to one person: --only WHO"
        )
    wanted = cast("Kind", kind or "invitation")
    _go(options, wanted, references, attach=True, addressee=addressee, **way)


@click.command()
@click.option(
    "--friendly", "kind", flag_value="reminder", help="In friendly words, whoever it goes to."
)
@click.option("--firm", "kind", flag_value="firm", help="In firmer words.")
@click.option("--last", "kind", flag_value="last", help="In the words of a last reminder.")
@click.option(
    "--progress", "kind", flag_value="progress_reminder",
    help="Remind the owners of agreed actions instead, whose reports have not come back.",
)  # fmt: skip
@click.option(
    "--with-workbook", "--attach", "attach", is_flag=True, help="Attach the workbooks again."
)
@_by_mail
def remind(
    options: Options, references: tuple[str, ...], kind: str | None, attach: bool, **way: Any
) -> None:
    """Write a reminder for each person whose workbooks have not come back, into drafts/.

    Only for workbooks recorded as sent. REF limits this to some workbooks. The first reminder is
    friendly, the second firmer, the third the last. Whoever was reminded before gets the last
    one as soon as the return date has passed.

    With --via smtp, xlassess sends the messages itself, each at most once, and records it.
    """
    turn = kind is None
    kind = kind or "reminder"
    _go(options, cast("Kind", kind), references, attach=attach, by_turn=turn, **way)


def _go(
    options: Options, kind: Kind, references: tuple[str, ...], *, attach: bool, again: bool,
    only: tuple[str, ...], via: str | None, preview: bool, to: str | None, full: bool,
    by_turn: bool = False, addressee: str = "",
) -> None:  # fmt: skip
    """Do with the messages what was asked for."""
    from xlassess.services.post import send as service

    out, folder = Console(full=full), folder_of(options)
    ask = service.Ask(kind, (*references, *only), attach, again, by_turn, addressee)
    unsent = False
    if preview:
        composed, texts = service.preview(folder, ask, now=now())
        _preview(out, texts)
    elif to:
        first = service.try_out(folder, ask, to, clock=now)
        out.say(f"The message to {first.letter.name or first.partner} was sent to {to} instead.")
        out.say("Nothing was recorded. Look at it, then send: xlassess send --via smtp")
        return
    elif via:
        with progress("Sending") as watch:
            composed, posted = service.post(folder, ask, clock=now, watch=watch)
        _show_posted(out, posted, composed)
        unsent = posted.needs_person
    else:
        drafted = service.draft(folder, ask, now=now())
        composed = drafted.composed
        _show_drafted(out, drafted)
    _show_unwritten(out, composed)
    leave(composed.needs_person or unsent)


def _preview(out: Console, texts: Sequence[str]) -> None:
    for text in texts:
        for line in text.split("\n"):
            out.say(line)
        out.say("-" * 20)
    out.say(f"{count(len(texts), 'message')}. Nothing was written or sent.", style="head")


def _is_for_all(drafted: Drafted) -> bool:
    """True where everybody who is to be written to is in the drafts."""
    made = drafted.composed
    return made.whole and not (made.needs_person or made.away or made.waiting)


_ALL_OF: dict[Kind, str] = {
    "query": "--queries", "progress": "--progress", "progress_reminder": "--progress",
}  # fmt: skip
"""The options that record all messages of a kind, where that is not --all."""


def _which(drafted: Drafted) -> str:
    """All workbooks where all are in the drafts, or their references."""
    kind = drafted.composed.kind
    if _is_for_all(drafted):
        return _ALL_OF.get(kind, "--all")
    return " ".join(reference for draft in drafted.drafts for reference in draft.references)


def _show_drafted(out: Console, result: Drafted) -> None:
    """Say which drafts were written and what to do with them."""
    kind = result.composed.kind
    record = "sent" if kind in (*_SENT, "query") else "reminded"
    if result.drafts:
        place = shown(result.folder)
        out.say(f"{count(len(result.drafts), 'message')} written into {place}.", style="head")
        _show_edited(out, result)
        out.say("Open each in Outlook or Thunderbird, check it and send it.")
        if kind == "feedback":
            out.say("Each has the page of its respondent alone.")
            which = "" if _is_for_all(result) else f" {_which(result)}"
            out.say(f"When they are sent, record it: xlassess sent --feedback{which}")
        elif kind != "thanks":
            out.say(f"When they are sent, record it: xlassess {record} {_which(result)}")
    else:
        _nobody(out, result.composed)
        _show_edited(out, result)


def _show_edited(out: Console, result: Drafted) -> None:
    """Say where drafts are kept that somebody had edited."""
    for path in result.edited:
        out.say(
            f"Somebody had edited the draft that was there. It is kept as {shown(path)}.",
            style="note",
        )


def _nobody(out: Console, composed: Composed) -> None:
    unwritten = (composed.no_address, composed.missing, composed.problems, composed.uncertain)
    if any(unwritten) or composed.unreachable:
        # Why is said below, group by group: nobody is left to be written to for another reason.
        out.say("Nobody can be written to.", style="head")
        return
    out.say("There is nobody to write to.", style="head")
    if composed.kind == "query":
        out.say("To write query workbooks first: xlassess query")
    elif composed.kind in _SENT and (composed.kind != "invitation" or not composed.whole):
        what = "What you named" if composed.kind == "invitation" else "Each workbook"
        out.say(f"{what} is recorded as sent, or has come back. To write all the same: add --again")
    elif composed.kind == "feedback":
        out.say("Each page was sent. To write all the same: add --again")
    elif composed.unsent:
        every = _ALL_OF.get(composed.kind, "--all")
        out.say(
            f"Not recorded as sent: {count(composed.unsent, 'workbook')}. Reminders are for "
            f"workbooks recorded as sent: xlassess sent {every}"
        )
    elif composed.kind not in (*_SENT, "thanks") and not (
        composed.recent or composed.away or composed.waiting or composed.left
    ):
        out.say("Nothing is awaited: all has come back, or nothing more is expected.")


def _show_posted(out: Console, result: Posted, composed: Composed) -> None:
    """Say what became of the messages that were handed to the mail server."""
    from xlassess.services.post.mail_report import posted_in_words

    if not result.messages and not result.left:
        _nobody(out, composed)
    out.matters(posted_in_words(result, composed), _FULL[composed.kind])


def _show_unwritten(out: Console, made: Composed) -> None:
    """Say who gets no message, and why."""
    from xlassess.services.post.mail_report import unwritten

    out.matters(unwritten(made), _FULL[made.kind])
