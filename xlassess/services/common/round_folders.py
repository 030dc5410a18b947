"""Taking an assessment's rounds over into folders of their own, so that nothing is half moved.

The folders are built beside and appear in one step; from then on the assessment is read from
them. What is left to move is moved after that, and again by whoever opens the folder next where
the run was broken off: a mark in ``rounds/`` says so until all is done.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import cast

from xlassess.assessment.inherited import with_inherited
from xlassess.assessment.rounds import (
    ROUND_FIELDS,
    ROUND_SETTINGS,
    ROUNDS,
    JoinedSettings,
    as_another,
    round_names,
    without_fields,
)
from xlassess.assessment.settings import REGISTER, AssessmentFolder
from xlassess.files.locks import holding
from xlassess.files.rights import like_its_folder, make_folder
from xlassess.files.shape import read_as
from xlassess.files.yaml_file import read_yaml
from xlassess.ledger import Ledger
from xlassess.ledger.archive import UNFINISHED, bring_to_disk
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment, Level, Respondent
from xlassess.model.errors import UsageError, XlassessError, as_place
from xlassess.model.query import Query
from xlassess.model.record import EntryCopy
from xlassess.services.common.workbooks.outbox import write_whole

_MARK = ".taking-over"
"""In ``rounds/`` while something is still to be moved; names the round whose files lie outside."""


_SETTINGS_LOCK = ".settings.lock"


def holding_settings(root: Path) -> AbstractContextManager[None]:
    """Hold the settings of an assessment, from looking at them until others stand in their place.

    Beginning a round moves some of them: whoever changes them meanwhile would put them back.

    Args:
        root: the assessment's folder.

    Raises:
        OSError: the lock cannot be made.
    """
    return holding(root / _SETTINGS_LOCK)


def take_over(folder: AssessmentFolder) -> AssessmentFolder:
    """Give every round a folder of its own, and return the assessment with its present round.

    Rounds that are on record from before, when one followed another in the same folder, get
    theirs as well, with those who were asked then as their register.

    Args:
        folder: an assessment whose rounds have no folders yet.

    Raises:
        UsageError: there is a folder of this name already.
        XlassessError: the settings have mistakes, or cannot be told apart.
        OSError: the folder cannot be written.
    """
    settings = folder.assessment()
    place = folder.root / ROUNDS
    if place.exists():
        raise UsageError(
            f"There is already something named {ROUNDS} in {as_place(folder.root)}.",
            f"Give it another name: xlassess keeps each round in the folder {ROUNDS}.",
        )
    before, unfinished = "", folder.root / f"{UNFINISHED}{ROUNDS}-{secrets.token_hex(8)}"
    try:
        for name, issued in _earlier(folder, settings.round).items():
            _write_earlier(unfinished / name, settings, before, issued)
            before = name
        _write_present(unfinished / settings.round, folder, replace(settings, follows=before))
        (unfinished / _MARK).write_text(settings.round, encoding="utf-8")
        bring_to_disk(_filled(unfinished), folder.root)
        unfinished.rename(place)
        like_its_folder(place)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    finish(folder.root)
    return AssessmentFolder(folder.root, settings.round)


def _earlier(folder: AssessmentFolder, present: str) -> dict[str, list[Issued]]:
    """The workbooks of the rounds before the present one, in the order of their first issue."""
    found: dict[str, list[Issued]] = {}
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger) as ledger:
            for one in ledger.issued():
                found.setdefault(one.identity.round, []).append(one)
    found.pop(present, None)
    return found


def _write_earlier(home: Path, settings: Assessment, before: str, issued: Iterable[Issued]) -> None:
    """Write the folder of a round that is over, from what was issued in it."""
    # Every command asks whether there are folders to make; few do, and that loads much.
    from xlassess.assessment.starter import register_book, round_text

    kits = tuple(dict.fromkeys(one.identity.toolkit for one in issued))
    then = replace(as_another(settings, home.name, before), toolkits=kits)
    home.mkdir(parents=True)
    (home / ROUND_SETTINGS).write_text(round_text(then), encoding="utf-8")
    (home / REGISTER).write_bytes(register_book(_asked(issued, kits)))


def _asked(issued: Iterable[Issued], kits: tuple[str, ...]) -> tuple[Respondent, ...]:
    """Those who were asked in a round, each with the toolkits they were asked for."""
    people: dict[str, Respondent] = {}
    for one in issued:
        who = people.get(one.identity.respondent)
        own = (*(who.toolkits if who else ()), one.identity.toolkit)
        people[one.identity.respondent] = Respondent(
            id=one.identity.respondent,
            partner_id=one.identity.partner,
            partner=one.partner,
            name=one.respondent,
            email=one.email,
            level=cast("Level", one.level),
            toolkits=tuple(dict.fromkeys(own)),
        )
    whole = set(kits)
    return tuple(
        replace(who, toolkits=()) if set(who.toolkits) == whole else who for who in people.values()
    )


def _write_present(home: Path, folder: AssessmentFolder, settings: Assessment) -> None:
    """Write the folder of the round that the settings are about; checked before anything moves.

    Raises:
        XlassessError: what lasts and what is the round's cannot be told apart in the file.
    """
    from xlassess.assessment.starter import round_text

    home.mkdir(parents=True)
    text = round_text(settings)
    (home / ROUND_SETTINGS).write_text(text, encoding="utf-8")
    if folder.register_file.is_file():
        shutil.copy2(folder.register_file, home / folder.register_file.name)
    lasting = read_yaml(_lasting(folder.settings_file).encode(), folder.settings_file.name)
    own = read_yaml(text.encode(), ROUND_SETTINGS)
    joined = with_inherited(JoinedSettings(settings.round, lasting, own), folder.root)
    if read_as(joined, Assessment)[0] != settings:
        raise XlassessError(
            f"{folder.settings_file.name} is written in a way that xlassess cannot take apart.",
            "Let every field begin at the left margin, one per line, as xlassess init writes them, "
            "and run the command again.",
        )


def _lasting(settings: Path) -> str:
    """What is to stay in assessment.yaml: everything but what is settled round by round."""
    return without_fields(settings.read_text(encoding="utf-8-sig"), ("round", *ROUND_FIELDS))


def finish(root: Path) -> None:
    """Move what is still outside the rounds' folders; nothing where nothing is left to do.

    Args:
        root: the assessment's folder.
    """
    mark = root / ROUNDS / _MARK
    try:
        present = mark.read_text(encoding="utf-8")
    except FileNotFoundError:
        _move_entries_left(root)
        return
    folder, known = AssessmentFolder(root), round_names(root)
    write_whole(folder.settings_file, _lasting(folder.settings_file).encode(), lasting=True)
    whose = _rounds_of_files(folder)
    for path in sorted(folder.outbox.rglob("*")):
        if path.is_file():
            name = whose.get(path.stem, present)
            _move(path, root / ROUNDS / name / path.relative_to(root))
    for name in known:
        for path in sorted((root / "output" / name).rglob("*")):
            if path.is_file():
                within = path.relative_to(root / "output" / name)
                _move(path, root / ROUNDS / name / "output" / within)
    archives = [root / name for name in whose if (root / name).is_dir()]
    for path in (*_registers(folder), *archives, *_filled(folder.drafts), *_filled(folder.entries)):
        name = whose.get(path.name) or whose.get(path.stem, present)
        _move(path, root / ROUNDS / name / path.relative_to(root))
    for place in (folder.outbox, folder.drafts, folder.entries, root / "output"):
        _remove_empty(place)
    bring_to_disk(_filled(root / ROUNDS), root)
    mark.unlink()


def _move_entries_left(root: Path) -> None:
    """Move copies for typing in that a version before left outside the rounds' folders.

    What is none of ours stays where it is.
    """
    folder = AssessmentFolder(root)
    left = _filled(folder.entries) if (root / ROUNDS).is_dir() else []
    if not left:
        return
    whose, known = _rounds_of_files(folder), round_names(root)
    for path in left:
        to = root / ROUNDS / whose.get(path.stem, "") / path.relative_to(root)
        if whose.get(path.stem) in known and not to.exists():
            _move(path, to)
    _remove_empty(folder.entries)


def _rounds_of_files(folder: AssessmentFolder) -> Mapping[str, str]:
    """The round of each workbook or copy of one, by its name without the ending; of archives."""
    if not Ledger.is_at(folder.ledger):
        return {}
    with Ledger(folder.ledger) as ledger:
        issued, events = (*ledger.issued(), *ledger.joint()), ledger.events()
        others: tuple[Query | EntryCopy, ...] = (*ledger.queries(), *ledger.entries())
    rounds = {one.reference: one.identity.round for one in issued}
    books = {Path(one.file_name).stem: one.identity.round for one in issued}
    asked = {Path(one.file_name).stem: rounds[one.of] for one in others if one.of in rounds}
    closed = (event.details for event in events if event.what == "round closed")
    return books | asked | {one["archive"]: one["round"] for one in closed}


def _registers(folder: AssessmentFolder) -> list[Path]:
    """The register, and what stands beside it under the same name."""
    stem = Path(REGISTER).stem
    return [path for path in folder.root.iterdir() if path.is_file() and path.stem == stem]


def _filled(place: Path) -> list[Path]:
    """The files of a folder."""
    return [path for path in sorted(place.rglob("*")) if path.is_file()]


def _move(path: Path, to: Path) -> None:
    make_folder(to.parent)
    path.replace(to)


def _remove_empty(place: Path) -> None:
    """Remove a folder and those in it as far as nothing is in them."""
    below = sorted(place.rglob("*"), reverse=True) if place.is_dir() else []
    for path in (*below, place):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
