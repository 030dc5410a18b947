"""What ``xlassess verify`` says: what does not hold, sentence by sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlassess.cli.output import Out, count, listed

if TYPE_CHECKING:
    from xlassess.services.verify import Verified


def verified(out: Out, result: Verified) -> None:
    """Say whether everything holds, and what does not."""
    if result.holds:
        out.say("Everything on record holds.", style="good")
    else:
        things = count(len(result.faults), "thing")
        out.say(f"{things} on record {'does' if len(result.faults) == 1 else 'do'} not hold:")
        for fault in result.faults:
            out.say(fault.message, indent=2, style="refuse")
    out.gap()
    looked = (
        count(result.events, "event"), count(result.workbooks, "workbook"),
        count(result.returns, "return"), count(result.files, "file kept", "files kept"),
        count(result.toolkits, "toolkit"),
    )  # fmt: skip
    out.say(f"Looked at: {listed(looked)}.")
    for remark in result.remarks:
        out.say(remark, style="note")
    if result.events:
        out.say(
            "To be able to tell later that the event log was not made anew, note down its last "
            f"event: {result.events}:{result.head[:16]}"
        )


def as_json(result: Verified) -> dict[str, Any]:
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
