"""``xlassess send`` and ``xlassess remind``: messages as drafts, or to the mail server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import FULL, Options, folder_of, in_round, leave, now, shown
from xlassess.services.common.phrases import count, day

if TYPE_CHECKING:
    from xlassess.mail import Kind
    from xlassess.model.record import SentMessage
    from xlassess.services.common.due import Ask, Composed
    from xlassess.services.common.posting import Posted, PostedMessage
    from xlassess.services.send import Drafted


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


_VERBS: dict[Kind, str] = {
    "invitation": "send", "thanks": "send --thanks", "query": "send --queries",
    "plan": "send --plan", "workshop": "send --workshop", "progress": "send --progress",
    "progress_reminder": "remind --progress", "feedback": "send --feedback",
}  # fmt: skip
"""The commands that send messages of a kind; all others are reminders."""

_SENT: tuple[Kind, ...] = ("invitation", "plan", "workshop", "progress")
"""The kinds of which it is recorded that workbooks were sent."""

_WRITES: dict[Kind, str] = {
    "query": "query", "plan": "plan", "workshop": "workshop", "progress": "progress",
    "progress_reminder": "progress", "feedback": "feedback",
}  # fmt: skip
"""The commands that write the workbooks a message goes with; of all others ``generate``."""


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
    from xlassess.services import send as service

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
    from xlassess.services import send as service

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
    _show_unwritten(out, composed, ask)
    leave(composed.needs_person or unsent)


def _preview(out: Console, texts: Sequence[str]) -> None:
    for text in texts:
        for line in text.split("\n"):
            out.say(line)
        out.say("-" * 20)
    out.say(f"{count(len(texts), 'message')}. Nothing was written or sent.", style="head")


def _which(drafted: Drafted) -> str:
    """All workbooks where all are in the drafts, or their references."""
    made = drafted.composed
    if made.whole and not (made.needs_person or made.away or made.waiting):
        return "--queries" if made.kind == "query" else "--all"
    return " ".join(reference for draft in drafted.drafts for reference in draft.references)


def _show_drafted(out: Console, result: Drafted) -> None:
    """Say which drafts were written and what to do with them."""
    kind = result.composed.kind
    record = "sent" if kind in (*_SENT, "query") else "reminded"
    if result.drafts:
        place = shown(result.folder)
        out.say(f"{count(len(result.drafts), 'message')} written into {place}.", style="head")
        out.say("Open each in Outlook or Thunderbird, check it and send it.")
        if kind == "feedback":
            out.say(
                "Each has the page of its respondent alone. There is nothing to record: each "
                "message is written again when you run this again."
            )
        elif kind != "thanks":
            out.say(f"When they are sent, record it: xlassess {record} {_which(result)}")
    else:
        _nobody(out, result.composed)


def _nobody(out: Console, composed: Composed) -> None:
    unwritten = (composed.no_address, composed.missing, composed.problems, composed.uncertain)
    if any(unwritten):
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
        every = "REF" if composed.kind == "progress_reminder" else "--all"
        out.say(
            f"Not recorded as sent: {count(composed.unsent, 'workbook')}. Reminders are for "
            f"workbooks recorded as sent: xlassess sent {every}"
        )
    elif composed.kind not in (*_SENT, "thanks") and not (
        composed.recent or composed.away or composed.waiting
    ):
        out.say("Nothing is awaited: all has come back, or nothing more is expected.")


def _show_posted(out: Console, result: Posted, composed: Composed) -> None:
    """Say what became of the messages that were handed to the mail server."""
    if not result.messages and not result.left:
        _nobody(out, composed)
    else:
        taken = sum(one.handover.taken == "sent" for one in result.messages)
        out.say(f"{count(taken, 'message')} sent. This is on record.", style="head")
    verb = _VERBS.get(composed.kind, "remind")
    for outcome, heading, remedy in (
        ("refused", "Refused by the mail server", "Correct the address, and run this again."),
        (
            "not sent", "Not taken by the mail server for now",
            f"Wait half an hour, then run this again: xlassess {verb} --via smtp",
        ),
        ("uncertain", "Not certain whether it was sent", _settle(composed.kind)),
    ):  # fmt: skip
        some = [one for one in result.messages if one.handover.taken == outcome]
        if some:
            out.heading(f"{heading} ({len(some)})")
            out.some([_told(one) for one in some], _FULL[composed.kind])
            out.say(remedy)
    without = [each for one in result.messages for each in one.handover.without]
    if without:
        out.heading(f"Sent, but not to these further addresses ({len(without)})")
        out.some(without, _FULL[composed.kind])
        out.say("Correct them in the register.")
    if result.left:
        out.heading(f"Not begun: {count(result.left, 'message')}")
        out.say(result.why)
        out.say(f"Run this again later: xlassess {verb} --via smtp")
    if result.elsewhere:
        out.say(f"{count(result.elsewhere, 'message')} were sent by another program meanwhile.")


def _told(one: PostedMessage) -> str:
    letter = one.post.letter
    who = ", ".join(dict.fromkeys(filter(None, (one.post.partner, letter.name))))
    return f"{who}, {letter.address} ({', '.join(letter.references)}): {one.handover.reply}"


def _settle(kind: Kind) -> str:
    """How to settle what nobody knows."""
    verb = _VERBS.get(kind, "remind")
    record = "reminded" if verb.startswith("remind") else "sent"
    return (
        "Ask the person, or look into the mail server's log. If it arrived: xlassess "
        f"{record} REF. To send it once more: xlassess {verb} --via smtp --again REF"
    )


def _uncertain(one: SentMessage) -> str:
    when = day(one.at.astimezone().date())
    reply = f": {one.reply}" if one.reply else ""
    return f"{', '.join(one.references)}, message {one.number} of {when}{reply}"


_ADDRESS: dict[str, str] = {
    "": "Enter it in the register and run this again.",
    "progress": "The register has no address, or several people. Send it yourself, or name one "
    "person as owner in the plan workbook: xlassess plan",
    "progress_reminder": "The register has no address, or several people. Remind them yourself.",
    "workshop": "Give it: xlassess send --workshop --to ADDRESS",
}
"""What to do where nobody knows the address, by the kind of the message."""


def _show_unwritten(out: Console, made: Composed, ask: Ask) -> None:
    """Say who gets no message, and why."""
    if made.day_over:
        out.heading(f"The return date, {day(made.day_over)}, has passed")
        later = "Enter a later date as return_by, and write them again."
        if made.kind in _WRITES:
            later = "To name a later one: xlassess progress --return-by DATE --reissue"
        out.say(f"The messages name it. {later}")
    if made.recent:
        out.say(f"{count(made.recent, 'person', 'people')} reminded less than a day ago: left out.")
    if made.fresh:
        who = count(made.fresh, "person", "people")
        out.say(f"Sent less than a day ago to {who} who are reminded now. Check that you mean it.")
    if made.waiting:
        out.heading(f"Not reminded, as a PDF or a picture waits ({len(made.waiting)})")
        out.some(made.waiting, _FULL[made.kind])
        out.say("To see what is to be typed in: xlassess status")
    if made.absent:
        out.heading(f"On leave until the return date or later ({len(made.absent)})")
        out.some(made.absent, _FULL[made.kind])
        out.say("Agree with them who answers, or enter a Delegate in the register.")
    if made.away:
        out.heading(f"On leave, so not reminded ({len(made.away)})")
        out.some(made.away, _FULL[made.kind])
        out.say("To write to them all the same: add --again, and name them with --only.")
    for heading, names, remedy in (
        ("No e-mail address", made.no_address, _ADDRESS.get(made.kind, _ADDRESS[""])),
        (
            "No page that was written for them" if made.kind == "feedback"
            else "Not in the outbox as issued", made.missing,
            f"Run: xlassess {_WRITES.get(made.kind, 'generate')}",
        ),
        ("No message can be written", made.problems, "Correct the address in the register."),
        (
            "Not certain whether an earlier message was sent, so nothing was sent now",
            [_uncertain(one) for one in made.uncertain], _settle(ask.kind),
        ),
    ):  # fmt: skip
        if names:
            out.heading(f"{heading} ({len(names)})")
            out.some(names, _FULL[made.kind])
            out.say(remedy)
