"""``xlassess send`` and ``xlassess remind``: messages to open in a mail program and send."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from xlassess.cli.console import Console, count, day
from xlassess.cli.options import FULL, Options, folder_of, in_round, leave, now, shown

if TYPE_CHECKING:
    from xlassess.mail import Kind
    from xlassess.services.send import Drafted


_FULL: dict[Kind, str] = {
    "invitation": "xlassess send --full", "reminder": "xlassess remind --full",
    "firm": "xlassess remind --firm --full", "last": "xlassess remind --last --full",
}  # fmt: skip
"""The commands that list everybody who gets no message."""


@click.command()
@click.argument("references", metavar="[REF]...", nargs=-1)
@click.option("--again", is_flag=True, help="Also for workbooks recorded as sent.")
@click.option(
    "--save-template", "template", metavar="FILE", type=click.Path(path_type=Path),
    help="Write our words to FILE and stop. Saved as mail.j2 in this folder, they can be changed.",
)  # fmt: skip
@FULL
@in_round
@click.pass_obj
def send(
    options: Options, references: tuple[str, ...], again: bool, template: Path | None, full: bool
) -> None:
    """Write a message with its workbooks for each person, into drafts/.

    Each is a draft: open it in Outlook or Thunderbird, check it and send it. REF limits this to
    some workbooks. There is also drafts.mbox with all of them, and a list for a mail merge.
    """
    from xlassess.services import send as service

    if template is not None:
        service.save_template(template)
        Console().say(f"Our words are in {shown(template)}.", style="head")
        return
    _draft(options, "invitation", references, full=full, attach=True, again=again)


@click.command()
@click.argument("references", metavar="[REF]...", nargs=-1)
@click.option("--firm", "kind", flag_value="firm", help="In firmer words.")
@click.option("--last", "kind", flag_value="last", help="In the words of a last reminder.")
@click.option("--attach", is_flag=True, help="Attach the workbooks again.")
@FULL
@in_round
@click.pass_obj
def remind(
    options: Options, references: tuple[str, ...], kind: str | None, attach: bool, full: bool
) -> None:
    """Write a reminder for each person whose workbooks have not come back, into drafts/.

    Only for workbooks recorded as sent. REF limits this to some workbooks.
    """
    chosen = cast("Kind", kind or "reminder")
    _draft(options, chosen, references, full=full, attach=attach)


def _draft(
    options: Options, kind: Kind, references: tuple[str, ...], *, full: bool, attach: bool,
    again: bool = False,
) -> None:  # fmt: skip
    from xlassess.services import send as service

    result = service.draft(
        folder_of(options), kind, now=now(), only=references, attach=attach, again=again
    )
    _show(Console(full=full), result)
    leave(result.needs_person)


def _which(result: Drafted) -> str:
    """All workbooks where all are in the drafts, or their references."""
    if result.whole and not (result.no_address or result.missing or result.problems):
        return "--all"
    return " ".join(reference for draft in result.drafts for reference in draft.references)


def _show(out: Console, result: Drafted) -> None:
    """Say which messages were written, what to do with them, and who gets none."""
    record = "sent" if result.kind == "invitation" else "reminded"
    if result.drafts:
        place = shown(result.folder)
        out.say(f"{count(len(result.drafts), 'message')} written into {place}.", style="head")
        out.say("Open each in Outlook or Thunderbird, check it and send it.")
        out.say(f"When they are sent, record it: xlassess {record} {_which(result)}")
    else:
        out.say("There is nobody to write to.", style="head")
        if result.kind != "invitation":
            out.say("Reminders are for workbooks recorded as sent: xlassess sent --all")
    if result.day_over:
        out.heading(f"The return date, {day(result.day_over)}, has passed")
        out.say("The messages name it. Enter a later date as return_by, and write them again.")
    for heading, names, remedy in (
        ("No e-mail address", result.no_address, "Enter it in the register and run this again."),
        ("Not in the outbox as issued", result.missing, "Run: xlassess generate"),
        ("No message can be written", result.problems, "Correct the address in the register."),
    ):
        if names:
            out.heading(f"{heading} ({len(names)})")
            out.some(names, _FULL[result.kind])
            out.say(remedy)
