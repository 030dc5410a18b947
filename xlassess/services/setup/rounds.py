"""Rounds: which there are, beginning the next one, closing one and opening it again."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from xlassess.assessment.rounds import (
    NAME_HINT,
    ROUND_SETTINGS,
    ROUNDS,
    as_another,
    has_rounds,
    is_round_name,
    round_names,
)
from xlassess.assessment.settings import REGISTER, AssessmentFolder
from xlassess.assessment.starter import register_book, round_text
from xlassess.files.rights import like_its_folder
from xlassess.ledger import Event, Ledger, RoundOverview
from xlassess.ledger.archive import UNFINISHED, bring_to_disk, sweep
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError
from xlassess.services.common.opening import still_open
from xlassess.services.common.round_folders import holding_settings, take_over
from xlassess.services.common.workbooks.asked import in_force, people_now, request_of, requests
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.services.papers.round_archive import ARCHIVE, MANIFEST, write_archive
from xlassess.services.setup.change_settings import change_settings, only_setting
from xlassess.services.status import OUT, status


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round: its name and return date, how many workbooks were issued and came back.

    Nil returns count as back, as everywhere.

    ``closed`` is the event that closed it, if it is closed; ``archive`` its archive's folder.
    ``present`` is True for the round that verbs work on unless told otherwise.
    """

    name: str
    return_by: date | None
    issued: int
    returned: int
    present: bool
    closed: Event | None = None
    archive: Path | None = None


@dataclass(frozen=True, slots=True)
class BegunRound:
    """A round that was begun: its folder, its two files to be checked, and who is in them.

    ``moved`` says that the rounds before were given folders of their own.
    """

    name: str
    follows: str
    settings: Path
    register: Path
    staying: int
    moved: bool


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What is still open in a round, each as a number.

    ``unsent`` are workbooks that are not recorded as sent and did not come back, ``missing`` those
    that were and did not, ``evidence`` those of which a PDF or a picture waits to be typed in,
    ``queries`` returns with open queries, ``offers`` what messages seem to ask for, ``corrections``
    plan, progress and workshop workbooks in which something is to be put right, ``reports``
    progress workbooks that are awaited, and ``overdue`` agreed actions.
    """

    unsent: int = 0
    missing: int = 0
    evidence: int = 0
    queries: int = 0
    offers: int = 0
    corrections: int = 0
    reports: int = 0
    overdue: int = 0

    @property
    def numbers(self) -> dict[str, int]:
        """What there is of each kind, without what there is none of."""
        return {name: number for name, number in asdict(self).items() if number}


@dataclass(frozen=True, slots=True)
class ClosedRound:
    """A round that was closed: its archive, how many files are in it, and what was still open."""

    name: str
    archive: Path
    files: int
    left: LeftOpen


def rounds(folder: AssessmentFolder) -> tuple[RoundLine, ...]:
    """Return every round of an assessment, the first one first.

    Raises:
        XlassessError: settings cannot be used, or the rounds do not follow one another.
    """
    names = round_names(folder.root) if has_rounds(folder.root) else ()
    homes = [AssessmentFolder(folder.root, name) for name in names] or [folder]
    if not Ledger.is_at(folder.ledger):
        return tuple(_line(home, None, home is homes[-1]) for home in homes)
    with Ledger(folder.ledger) as ledger:
        return tuple(_line(home, ledger, home is homes[-1]) for home in homes)


def _line(home: AssessmentFolder, ledger: Ledger | None, present: bool) -> RoundLine:
    settings = home.assessment()
    name = settings.round
    closed = ledger.closed_rounds().get(name) if ledger else None
    archive = home.home / closed.details["archive"] if closed else None
    issued, back = _counts(home, settings, ledger.overview(name)) if ledger else (0, 0)
    return RoundLine(
        name=name,
        return_by=settings.return_by,
        issued=issued,
        returned=back,
        present=present,
        closed=closed,
        archive=archive,
    )


def _counts(
    home: AssessmentFolder, settings: Assessment, overview: RoundOverview
) -> tuple[int, int]:
    """How many workbooks were issued and came back, as `status` and the summary count them."""
    people = people_now(home)
    named = {place for place, _ in requests(settings, people)} if people else set()
    # Where the register cannot be read, all are taken to be asked who were.
    named = named or {request_of(book) for book in overview.issued}
    settled = overview.current.keys() | overview.register.outcomes.keys()
    counting = in_force(overview.issued, settled, named).values()
    return len(counting), sum(book.reference in overview.back for book in counting)


def begin_round(
    folder: AssessmentFolder, name: str, return_by: date, *, now: datetime, by: str = ""
) -> BegunRound:
    """Begin the next round with the settings and the people of the last one.

    Its settings begin as those of the round before, but for the return date and for what belongs
    to that round alone: its purpose, what was agreed before it, and scenarios chosen in it.

    Args:
        folder: the assessment.
        name: the new round's name.
        return_by: the day by which its workbooks are wanted.
        now: the present moment, in UTC.
        by: who begins it; empty for whoever the operating system says.

    Raises:
        UsageError: the name cannot be that of a round, or is that of one, or the day is over.
        XlassessError: settings or register of the round before cannot be used.
        OSError: the folder cannot be written.
    """
    with holding_settings(folder.root):
        return _begun(folder, name, return_by, now, by)


def _begun(
    folder: AssessmentFolder, name: str, return_by: date, now: datetime, by: str
) -> BegunRound:
    """Begin a round while nobody else changes the settings."""
    _check_new(folder, name, return_by, now.astimezone().date())
    for written_in in (folder.root, folder.root / ROUNDS):
        sweep(written_in)
    before = folder
    if has_rounds(folder.root):
        before = AssessmentFolder(folder.root, round_names(folder.root)[-1])
    settings = before.assessment()
    people = before.register(settings).respondents
    moved = not before.round_name
    if moved:
        before = take_over(before)
    new = as_another(settings, name, settings.round, return_by)
    place = folder.root / ROUNDS
    unfinished = place / f"{UNFINISHED}{secrets.token_hex(8)}"
    try:
        unfinished.mkdir()
        (unfinished / ROUND_SETTINGS).write_text(round_text(new), encoding="utf-8")
        (unfinished / REGISTER).write_bytes(register_book(people))
        bring_to_disk([unfinished / ROUND_SETTINGS, unfinished / REGISTER], folder.root)
        # On record before it has its name: broken off between, it is begun again and recorded once.
        _record_begun(before, (name, settings.round, return_by), now, by)
        unfinished.rename(place / name)
        like_its_folder(place / name)
        bring_to_disk([place / name / ROUND_SETTINGS], folder.root)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    home = AssessmentFolder(folder.root, name)
    return BegunRound(name, settings.round, home.round_file, home.register_file, len(people), moved)


def _record_begun(
    folder: AssessmentFolder, what: tuple[str, str, date], now: datetime, by: str
) -> None:
    """Put on record which round begins after which, and its day, unless a broken off run did."""
    if not Ledger.is_at(folder.ledger):
        return
    wanted = {"round": what[0], "follows": what[1], "return_by": what[2].isoformat()}
    with Ledger(folder.ledger, lambda: now, by) as ledger, ledger.together():
        begun = [event.details for event in ledger.events_naming((), ["round begun"])]
        if wanted not in begun:
            ledger.round_begun(*what)


def _check_new(folder: AssessmentFolder, name: str, return_by: date, today: date) -> None:
    if not is_round_name(name):
        raise UsageError(f"'{name}' cannot be the name of a round.", NAME_HINT)
    if return_by < today:
        raise UsageError(f"The return date {return_by} has passed.", "Give a later date.")
    root = folder.root
    names = round_names(root) if has_rounds(root) else (folder.assessment().round,)
    known = {one.casefold() for one in names}
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger) as ledger:
            known |= {one.identity.round.casefold() for one in ledger.issued()}
    if name.casefold() in known:
        raise UsageError(
            f"There is a round {name} already.",
            "Give the new round another name. xlassess round list shows them all.",
        )


def change_return_date(folder: AssessmentFolder, day: date, *, now: datetime, by: str = "") -> None:
    """Write another return date into the settings; nothing else in them changes.

    Workbooks that are out name the day that they were written with. Messages name the new one.

    Args:
        folder: the assessment with the round.
        day: the day by which workbooks are wanted now.
        now: the present moment, in UTC.
        by: who changes it; empty for whoever the operating system says.

    Raises:
        UsageError: the day has passed, the round is closed, or the file is written in an unusual
            way.
        XlassessError: the settings cannot be used.
        OSError: they cannot be written.
    """
    if day < now.astimezone().date():
        raise UsageError(f"The return date {day} has passed.", "Give a later date.")
    stands = folder.assessment().return_by  # of settings that have mistakes, nothing is changed
    was = {"return_by": stands.isoformat() if stands else ""}
    only_setting(change_settings(folder, {"return_by": day.isoformat()}, was, now=now, by=by))


def left_open(folder: AssessmentFolder, *, today: date) -> LeftOpen:
    """Return what is still open in a round, before it is closed.

    Args:
        folder: the assessment with the round.
        today: the day.

    Raises:
        XlassessError: settings or register cannot be used.
    """
    stands = status(folder, today=today)
    waiting = [line for line in stands.lines if line.evidence]
    out = [line for line in stands.having(*OUT) if not line.evidence]
    unsent = sum(line.sent is None and line.reminded is None and not line.file for line in out)
    return LeftOpen(
        unsent=unsent,
        missing=len(out) - unsent,
        evidence=len(waiting),
        queries=len(stands.having("query open")),
        offers=len(stands.offers),
        corrections=len(stands.joint),
        reports=len(stands.reports),
        overdue=len(stands.overdue),
    )


def close_round(
    folder: AssessmentFolder, *, now: datetime, reason: str = "", by: str = ""
) -> ClosedRound:
    """Close a round: nothing more is accepted in it, and all of it is put into an archive.

    The archive can be checked and read without xlassess (`round_archive`).

    Args:
        folder: the assessment with the round to close.
        now: the time to record, in UTC.
        reason: what the coordinator says of it; may be empty.
        by: who closes it; empty for whoever the operating system says.

    Raises:
        UsageError: nothing was issued in the round, or it is closed already.
        XlassessError: the assessment cannot be used.
        OSError: the archive cannot be written.
    """
    settings = folder.assessment()
    if not Ledger.is_at(folder.ledger):
        raise UsageError(
            f"Nothing was issued in round {settings.round} yet, so there is nothing to close.",
            "Issue the workbooks first: xlassess generate",
        )
    sweep(folder.home)
    left = left_open(folder, today=now.astimezone().date())
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        closed = ledger.closed_rounds().get(settings.round)
        if closed and (folder.home / closed.details["archive"]).is_dir():
            still_open(ledger, settings.round)
        # Otherwise it was closed by a run that was broken off before its archive was in place.
        name = _free_name(folder.home, now)
        unfinished = folder.home / f"{UNFINISHED}{name}"
        shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was broken off
        try:
            files = write_archive(unfinished, folder, ledger, now)
            manifest = sha256_of((unfinished / MANIFEST).read_bytes())
            bring_to_disk([one for one in unfinished.rglob("*") if one.is_file()], folder.home)
            # Recorded before it has its name: no archive is about that the ledger does not know.
            ledger.round_closed(settings.round, name, manifest, reason.strip(), left.numbers)
            unfinished.rename(folder.home / name)
            like_its_folder(folder.home / name)
            bring_to_disk([folder.home / name / MANIFEST], folder.home)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return ClosedRound(settings.round, folder.home / name, files, left)


def _free_name(home: Path, now: datetime) -> str:
    """The name of a new archive: the day, and a number where there is one of that day."""
    day = f"{ARCHIVE}-{now.astimezone():%Y-%m-%d}"
    taken = {path.name for path in home.glob(f"{ARCHIVE}-*")}
    numbers = (f"{day}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (day, *numbers) if name not in taken)


def reopen_round(folder: AssessmentFolder, reason: str, *, now: datetime, by: str = "") -> str:
    """Open a closed round again, and return its name. Its archive stays as it is.

    Args:
        folder: the assessment with the round.
        reason: why.
        now: the time to record, in UTC.
        by: who opens it; empty for whoever the operating system says.

    Raises:
        UsageError: the round is not closed, or no reason is given.
    """
    name = folder.assessment().round
    if not reason.strip():
        raise UsageError("Opening a round again needs a reason.", 'Give it with --reason "...".')
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger, lambda: now, by) as ledger:
            if name in ledger.closed_rounds():
                ledger.round_reopened(name, reason.strip())
                return name
    raise UsageError(f"Round {name} is not closed.", "Nothing needs doing.")
