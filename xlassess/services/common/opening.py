"""Opening an assessment folder, with plain words when it is not one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from xlassess.assessment.database import id_in
from xlassess.assessment.rounds import chosen_round, has_rounds, round_names
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.seal import seal_holds
from xlassess.files.yaml_file import Remark
from xlassess.ledger import Event, Ledger
from xlassess.model.answer import Issued
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError, XlassessError, as_argument, as_place
from xlassess.services.common.round_folders import finish, take_over

Elsewhere = TypeVar("Elsewhere")


def open_folder(root: Path, round_name: str = "") -> AssessmentFolder:
    """Return the assessment in this folder, with the round to work on.

    Args:
        root: the folder.
        round_name: the round; empty for the present one, which is the last one begun.

    Raises:
        UsageError: the folder holds no assessment, or there is no such round.
        XlassessError: its ledger is gone, or its rounds do not follow one another.
    """
    folder = AssessmentFolder(root)
    if not folder.settings_file.is_file():
        place = shown(root)
        raise UsageError(
            f"There is no assessment in {'this folder' if place == '.' else place}.",
            "Go to the assessment's folder, or name it with -C DIR. To start a new "
            "assessment: xlassess init DIR",
        )
    folder = _with_round(folder, round_name)
    _refuse_lost(folder)
    if folder.is_shared:
        _give_to_group(folder)
    return folder


def _give_to_group(folder: AssessmentFolder) -> None:
    """Give the group what was there before the settings said so; once for each time they do.

    With thousands of files it takes longer than a page may.
    """
    said = folder.settings_file.stat().st_mtime_ns
    if _GIVEN.get(folder.root.resolve()) != said:
        folder.give_to_group()
        # The secret has no more rights than its owner's, whatever its folder has.
        if folder.secret_file.exists():
            _GIVEN[folder.root.resolve()] = said


_GIVEN: dict[Path, int] = {}
"""When the settings were written by which a folder was given to the group, by the folder."""


def _with_round(folder: AssessmentFolder, wanted: str) -> AssessmentFolder:
    """Return the assessment with the round that somebody wants to work on."""
    if has_rounds(folder.root):
        finish(folder.root)
        return AssessmentFolder(folder.root, chosen_round(folder.root, wanted))
    if not wanted or wanted.casefold() == folder.assessment().round.casefold():
        return folder
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger) as ledger:
            names = {one.identity.round.casefold() for one in ledger.issued()}
        if wanted.casefold() in names:  # held before rounds had folders
            take_over(folder)
            return AssessmentFolder(folder.root, chosen_round(folder.root, wanted))
    raise UsageError(
        f"There is no round {wanted} here. The only round is {folder.assessment().round}.",
        "Check the name. xlassess round list shows the rounds; To begin one: xlassess round "
        "new NAME --return-by DATE",
    )


def still_open(ledger: Ledger, round_name: str) -> None:
    """Refuse to go on where a round is closed: nothing more is recorded about it.

    Raises:
        UsageError: it is closed.
    """
    closed = ledger.closed_rounds().get(round_name)
    if closed is not None:
        day = written_day(closed.at.astimezone())
        raise UsageError(
            f"Round {round_name} was closed on {day} by {closed.by}.",
            "To begin the next round: xlassess round new NAME --return-by DATE. To go on with this "
            f'one: xlassess round reopen {as_argument(round_name)} --reason "..."',
        )


def closing_of(folder: AssessmentFolder) -> Event | None:
    """Return the event that closed the round; nothing while it is open."""
    if not Ledger.is_at(folder.ledger):
        return None
    with Ledger(folder.ledger) as ledger:
        return ledger.closed_rounds().get(folder.assessment().round)


def _refuse_lost(folder: AssessmentFolder) -> None:
    """Refuse to go on without a ledger where there are files that only it can explain."""
    place = folder.ledger
    if isinstance(place, Path) and _is_held(place):
        return
    places = {folder.returns: "*.*", folder.outbox: "*.xlsx"}
    held = next((place for place, names in places.items() if any(place.rglob(names))), None)
    if held is None:
        return
    if isinstance(place, Path):
        raise XlassessError(
            f"The ledger {shown(place)} is missing or empty, but {shown(held)} "
            "has files of this assessment.",
            "Restore ledger.db from a copy. Without it, xlassess does not know what was "
            "issued, returned and decided. To start again instead, move outbox and returns "
            "away.",
        )
    if not Ledger.is_at(place):
        raise XlassessError(
            f"There is no ledger {place}, but {shown(held)} has files of this assessment.",
            "If the ledger is in a file still, copy it: xlassess ledger copy ledger.db "
            f"{as_argument(place.url)}\nIf not, correct ledger or id in assessment.yaml.",
        )


def _is_held(file: Path) -> bool:
    """True when something is on record in a file; an empty one is what a failed copy leaves."""
    log = file.with_name(f"{file.name}-wal")
    return any(path.exists() and path.stat().st_size for path in (file, log))


def own_secret(folder: AssessmentFolder, issued: Iterable[Issued]) -> bytes:
    """Return the assessment's secret, once it is sure that it is the one workbooks went out with.

    With another, every return would be taken for forged, and partners be asked to do it again.

    Raises:
        XlassessError: the secret is missing, or none of these workbooks was sealed with it.
    """
    secret, sealed = folder.secret(), tuple(issued)
    if sealed and not any(seal_holds(one.identity, secret, one.seal) for one in sealed):
        raise XlassessError(
            f"{shown(folder.secret_file)} is not the secret that this assessment's workbooks "
            "were sealed with.",
            "Restore the file .secret from a copy of this folder.",
        )
    return secret


def opened(folder: AssessmentFolder, now: Callable[[], datetime], by: str = "") -> Ledger:
    """Return the ledger of an assessment in which something was issued.

    Raises:
        UsageError: nothing was issued yet.
    """
    if not Ledger.is_at(folder.ledger):
        raise UsageError(
            "No workbook has been issued yet.",
            "Issue the workbooks first: xlassess generate",
        )
    return Ledger(folder.ledger, now, by)


def head_of(folder: AssessmentFolder) -> tuple[int, str]:
    """Return number and hash of the last event on record; 0 and nothing where none is.

    The hash stands on all events before: a ledger that was put back from a copy has another.
    """
    if not Ledger.is_at(folder.ledger):
        return 0, ""
    with Ledger(folder.ledger) as ledger:
        return ledger.head()


def files_stand(folder: AssessmentFolder) -> tuple[tuple[object, ...], ...]:
    """Return what a change of any file shows in that people write, of this and of other rounds.

    These are settings, what they take from a programme, registers and toolkits. What an earlier
    round says of its people and its questions decides what is told of this one.
    """
    homes = (folder, *(folder.of_round(name) for name in round_names(folder.root)))
    files = {folder.settings_file, *folder.toolkits.glob("*")}
    files |= {*filter(None, (folder.shared_file(),))}
    files |= {path for home in homes for path in (home.round_file, home.register_file)}
    return tuple(map(_stamp, sorted(files)))


def _stamp(path: Path) -> tuple[object, ...]:
    try:
        found = path.stat()
    except OSError:
        return (str(path),)
    return str(path), found.st_mtime_ns, found.st_size, found.st_ino


def shown(path: Path) -> str:
    """Return a path as people read it: relative to where they are when it lies below."""
    path = path.resolve()
    here = Path.cwd().resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def named_place(place: object) -> str:
    """Return where something is kept, as people read it: a path, or the URL of something else."""
    return shown(place) if isinstance(place, Path) else str(place)


def id_of(folder: AssessmentFolder, meant: str) -> str:
    """Return an assessment's id, though its other settings may not be usable yet.

    Args:
        folder: the assessment.
        meant: what the id tells apart, such as "ledger of a database is".

    Raises:
        UsageError: there is no assessment.
        FileError: the settings cannot be read, or say no id.
    """
    settings = folder.settings_file
    if not settings.is_file():
        raise UsageError(
            f"There is no assessment in {as_place(Path(shown(folder.root)))}.",
            "Go to the assessment's folder, or name it with -C DIR: its id says which "
            f"{meant} meant.",
        )
    return id_in(settings.read_bytes(), settings.name)


def place_meant(
    written: str,
    remarks: Callable[[str], Iterable[Remark]],
    elsewhere: Callable[[str], Elsewhere],
) -> Path | Elsewhere:
    """Return the place that somebody wrote: a path, or what a URL leads to.

    Args:
        written: the path or URL.
        remarks: what is wrong with a URL.
        elsewhere: makes of a URL the place that it leads to.

    Raises:
        UsageError: the URL cannot be meant.
    """
    if "://" not in written:
        return Path(written).absolute()
    for _, message, hint in remarks(written):
        raise UsageError(message, hint)
    return elsewhere(written)
