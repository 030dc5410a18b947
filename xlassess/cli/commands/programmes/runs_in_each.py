"""What became of a verb in each assessment of a programme, told and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any, cast

import click

from xlassess.cli.console import Console
from xlassess.cli.errors import DONE, NEEDS_PERSON, NOT_DONE, WRONG_USE

if TYPE_CHECKING:
    from xlassess.services.programmes.programme import PartnershipStanding


@dataclass(frozen=True, slots=True)
class RunInOne:
    """What became of a verb in one assessment: its exit code, what it printed, what went wrong."""

    line: PartnershipStanding
    code: int
    said: str
    wrong: str


def text_of(stream: TextIOWrapper) -> str:
    """Return what was printed into a stream in memory."""
    return cast("BytesIO", stream.buffer).getvalue().decode("utf-8", "replace").strip()


_ENDS = {
    DONE: ("done", "good"),
    NEEDS_PERSON: ("needs you", "query"),
    WRONG_USE: ("not done", "refuse"),
    NOT_DONE: ("not done", "refuse"),
}
"""How a run ended, by its exit code: in words, and the style of its line."""


def show_runs(out: Console, verb: str, results: Sequence[RunInOne], *, full: bool) -> None:
    """Say what became of a verb in each assessment."""
    if not results:
        out.say("There is no assessment in programme.yaml of a partnership that takes part.")
    for result in results:
        word, style = _ENDS.get(result.code, _ENDS[NOT_DONE])
        first = next((text for text in result.said.splitlines() if text.strip()), "")
        failed = result.code > NEEDS_PERSON
        told = " ".join(result.wrong.split()) if failed else first.strip()
        out.say(f"{result.line.name}: {word}{f'. {told}' if told else ''}", style=style)
        if failed and first and not full:  # some of it was done all the same
            out.say(first.strip(), indent=2)
        for text in result.said.splitlines() if full else ():
            out.say(text.lstrip(), indent=2 + len(text) - len(text.lstrip()))
    bad = sum(result.code > NEEDS_PERSON for result in results)
    if bad:
        out.gap()
        out.say(f"{verb} could not be done in {bad} of {len(results)}.", style="refuse")


def leave_by(codes: Sequence[int]) -> None:
    """End with the exit code of all runs together: wrong use only where it is wrong in all."""
    failed = [code for code in codes if code > NEEDS_PERSON]
    code = max(codes, default=DONE)
    if failed:
        code = WRONG_USE if set(codes) == {WRONG_USE} else NOT_DONE
    click.get_current_context().exit(code)


def runs_as_json(verb: str, results: Sequence[RunInOne]) -> dict[str, Any]:
    """Return what became of a verb in each assessment, with the JSON that it printed."""
    return {
        "format": "xlassess-programme-run/1",
        "verb": verb,
        "partnerships": [
            {
                "name": result.line.name,
                "folder": result.line.entry.folder,
                "exit_code": result.code,
                "trouble": " ".join(result.wrong.split()) if result.code > NEEDS_PERSON else "",
                "result": json.loads(result.said) if result.said.startswith("{") else None,
            }
            for result in results
        ],
    }
