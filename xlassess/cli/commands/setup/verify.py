"""``xlassess verify``: check the record; what does not hold, sentence by sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import Console, dumps
from xlassess.cli.options import AS_JSON, Options, folder_of, in_round, leave

if TYPE_CHECKING:
    from xlassess.services.setup.verify import Verified


_NOTED = re.compile("([0-9]{1,9}):([0-9a-fA-F]{6,64})")


@click.command()
@click.option(
    "--noted", metavar="NUMBER:HASH", default="",
    help="Number and hash of an event, as verify or a summary showed them to you earlier. It is "
    "checked that this event is still on record.",
)  # fmt: skip
@AS_JSON
@in_round
@click.pass_obj
def verify(options: Options, noted: str, as_json: bool) -> None:
    """Check that the records are complete and unchanged.

    It checks the event log, the records, every file kept, the outbox, the seals and the
    toolkits, and lists every problem.
    """
    from xlassess.services.setup import verify as service

    result = service.verify(folder_of(options), noted=_noted(noted))
    if as_json:
        click.echo(dumps(_as_json(result)))
    else:
        _show(Console(), result)
    leave(not result.holds)


def _noted(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    found = _NOTED.fullmatch("".join(text.split()))
    if not found:
        raise click.BadParameter(
            "Give the number of the event, a colon and the beginning of its hash, at least 6 "
            "characters (0 to 9, a to f): 57:a37884d83fede5c5",
            param_hint="--noted",
        )
    return int(found[1]), found[2]


def _show(out: Console, result: Verified) -> None:
    """Say whether everything holds, and what does not."""
    out.say(result.verdict, style="good" if result.holds else "")
    for fault in result.faults:
        out.say(fault.message, indent=2, style="refuse")
    out.gap()
    out.say(result.looked)
    for remark in result.remarks:
        out.say(remark, style="note")
    if result.to_note:
        out.say(
            "To be able to check later that no one has replaced the event log, write down its last "
            f"event: {result.to_note}"
        )


def _as_json(result: Verified) -> dict[str, Any]:
    """Return what verifying found."""
    return {
        "format": "xlassess-verify/1",
        "holds": result.holds,
        "faults": [{"about": fault.about, "message": fault.message} for fault in result.faults],
        "remarks": list(result.remarks),
        "events": result.events,
        "head": result.head,
        "workbooks": result.workbooks,
        "returns": result.returns,
        "files": result.files,
        "toolkits": result.toolkits,
    }
