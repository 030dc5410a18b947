"""``xlassess programme run ingest`` of what came for all: a mixed inbox, or one mailbox."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from xlassess.cli.commands.programmes.runs_in_each import (
    RunInOne,
    leave_by,
    runs_as_json,
    show_runs,
    text_of,
)
from xlassess.cli.console import Console, dumps
from xlassess.cli.errors import DONE, NEEDS_PERSON, NOT_DONE
from xlassess.cli.ingested import (
    ingested_as_json,
    mailbox_as_json,
    show_collected,
    show_ingested,
)
from xlassess.cli.options import Options, now
from xlassess.model.errors import UsageError
from xlassess.services.common.phrases import count

if TYPE_CHECKING:
    from xlassess.services.programmes.collect_for_all import CollectedForAll
    from xlassess.services.programmes.programme import PartnershipStanding
    from xlassess.services.programmes.sort_returns import ReadForOne, SortedReturns, UnplacedFile
    from xlassess.workers import Workers


def ingest_mixed(
    options: Options,
    given: Mapping[str, Any],
    mixed: Sequence[Path],
    lines: Sequence[PartnershipStanding],
    readers: Workers,
    *,
    full: bool,
) -> None:
    """Sort what was handed over, and let each assessment read what belongs to it.

    Raises:
        UsageError: passwords are to be asked for.
    """
    from xlassess.services.programmes.sort_returns import SORTING, read_for_one, sort_returns

    passwords, workers = _passwords(given), readers or given["workers"]
    with tempfile.TemporaryDirectory(prefix=SORTING) as room:
        found = sort_returns(lines, mixed, Path(room), workers=workers, passwords=passwords)
        results = [
            _read_for(
                lines[place],
                read_for_one(
                    cast("Path", lines[place].place), files, now=now(),
                    round_name=options.round_name, workers=workers, passwords=passwords,
                ),
                given,
            )
            for place, files in sorted(found.places.items())
        ]  # fmt: skip
    if given["as_json"]:
        click.echo(dumps({**runs_as_json("ingest", results), **_sorted_as_json(found)}))
    else:
        _show_sorted(Console(), results, found.unplaced, found.apart, full=full)
    leave_by([*(result.code for result in results), *([NEEDS_PERSON] if found.unplaced else [])])


def ingest_mailbox(
    given: Mapping[str, Any], lines: Sequence[PartnershipStanding], readers: Workers, *, full: bool
) -> None:
    """Read a mailbox of all partnerships; each message goes to the assessment it is for.

    Raises:
        UsageError: files were named too, or passwords are to be asked for.
    """
    from xlassess.services.programmes.collect_for_all import collect_for_all

    if given["paths"]:
        raise UsageError("Files and a mailbox are read one after the other.", "Run it for each.")
    results: list[RunInOne] = []

    def tell(found: CollectedForAll) -> None:
        results.extend(
            _read_for(lines[place], one, given) for place, one in sorted(found.results.items())
        )
        if given["as_json"]:
            told = {**runs_as_json("ingest", results), **_sorted_as_json(found)}
            click.echo(dumps({**told, "mailbox": mailbox_as_json(found.collected)}))
        else:
            out = Console()
            show_collected(out, found.collected)
            _show_sorted(out, results, found.unplaced, found.apart, full=full)

    found = collect_for_all(
        lines, given["mailbox"], now=now(), move_to=given["move_to"],
        workers=readers or given["workers"], passwords=_passwords(given), tell=tell,
    )  # fmt: skip
    if found.collected.broke:
        raise found.collected.broke
    leave_by([*(result.code for result in results), *([NEEDS_PERSON] if found.unplaced else [])])


def _passwords(given: Mapping[str, Any]) -> Sequence[str]:
    """The passwords to try.

    Raises:
        UsageError: they are to be asked for.
    """
    if "" in given["passwords"]:
        raise UsageError("Nobody is asked for passwords here.", "Write: --password TEXT")
    return cast("Sequence[str]", given["passwords"])


def _read_for(line: PartnershipStanding, one: ReadForOne, given: Mapping[str, Any]) -> RunInOne:
    """What came of files or messages for one assessment, as its own command would tell it.

    Where some of them could not be read, what came of the others is told all the same.
    """
    out = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(out):
        if one.trouble and not one.ingested.files:
            pass
        elif given["as_json"]:
            click.echo(dumps(ingested_as_json(one.ingested)))
        else:
            show_ingested(Console(full=given["full"]), one.ingested)
    code = NEEDS_PERSON if one.ingested.needs_person else DONE
    wrong = f"{one.trouble} {one.remedy}".strip()
    return RunInOne(line, NOT_DONE if one.trouble else code, text_of(out), wrong)


def _show_sorted(
    out: Console, results: Sequence[RunInOne], unplaced: Sequence[UnplacedFile],
    apart: Sequence[str], *, full: bool,
) -> None:  # fmt: skip
    """Say what became of what came in: what each assessment read, and what belongs to none."""
    if results:
        show_runs(out, "ingest", results, full=full)
    for name in apart:
        out.gap()
        out.say(
            f"{name} was taken apart, because not all of it is known to belong to one assessment. "
            "Each has only its own files, without what a message said.",
            style="query",
        )
    if unplaced:
        out.heading(f"Belongs to none: {count(len(unplaced), 'file')}, read by nobody")
        alike: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in unplaced:
            alike[each.why, each.remedy].append(each.name)
        for (why, remedy), names in alike.items():
            for name in names:
                out.say(name, indent=2, style="head")
            out.say(why, indent=4, style="refuse")
            out.say(remedy, indent=4)


def _sorted_as_json(found: SortedReturns | CollectedForAll) -> dict[str, Any]:
    return {
        "unplaced": [
            {"file": each.name, "why": each.why, "remedy": each.remedy} for each in found.unplaced
        ],
        "taken_apart": list(found.apart),
    }
