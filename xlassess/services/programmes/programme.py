"""A programme: beginning one, adding partnerships, and where each of them stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from xlassess.assessment.programme import ProgrammeFolder
from xlassess.assessment.rounds import has_rounds, round_names
from xlassess.assessment.settings import REGISTER, AssessmentFolder
from xlassess.assessment.slugs import slug
from xlassess.files.problems import FileError
from xlassess.ledger import Ledger, RoundOverview
from xlassess.model.days import local_day
from xlassess.model.errors import UsageError
from xlassess.model.programme import Partnership, Programme, SharedSettings
from xlassess.model.toolkit import years_later
from xlassess.services.common.opening import open_folder, shown
from xlassess.services.common.phrases import Matter, what_is_wrong
from xlassess.services.setup.rounds import RoundLine, rounds
from xlassess.services.status import LineState, Status, status

Need = Literal[
    "cannot be used", "evaluation overdue", "to be looked at", "workbooks overdue",
    "plan to be followed up", "to be decided", "not set up yet", "evaluation due", "under way",
    "no evaluation on record", "nothing", "over",
]  # fmt: skip
"""What a partnership needs of a person, the most pressing first.

cannot be used: its assessment cannot be opened, or two have one id, and it is neither over nor yet
to be decided on; evaluation overdue: the day of the next evaluation has passed, and no round is
under way; to be looked at: returns, messages or files wait for the coordinator; workbooks overdue:
they have not come back in time; plan to be followed up: actions are overdue or not settled; to be
decided: it is proposed, and no decision is on record; not set up yet: settings of its assessment
are empty, or nobody is in its register; evaluation due: within half a year; under way: workbooks
are out, and in time; no evaluation on record: none, and no day for one; over: left, or decided
against.
"""

NEEDS: tuple[Need, ...] = get_args(Need)

DUE_SOON = 183
"""Days before an evaluation is due from which it is told."""

_FOR_COORDINATOR: tuple[Matter, ...] = (
    "queries", "joint", "offers", "evidence", "later", "other round", "asked", "nobody",
    "not issued",
)  # fmt: skip
_FOR_PLAN: tuple[Matter, ...] = ("reports", "overdue", "unexplained", "unsettled")
_UNUSABLE: tuple[LineState, ...] = ("refused only", "blank")


@dataclass(frozen=True, slots=True)
class HeldRound:
    """One round of a partnership: its day, and how many of the workbooks issued came back.

    ``day`` is the return date. Where none was set, or it has not come and nothing more is awaited,
    it is the day of the last return: nothing was evaluated on a day to come.
    ``evaluates`` and ``checks`` say that answers to an evaluation, or a completed checklist, came
    back. ``due`` is the day of the next evaluation by what its toolkits ask for.
    """

    name: str
    day: date | None
    issued: int
    returned: int
    evaluates: bool
    checks: bool
    closed: bool
    due: date | None = None

    def is_held(self, today: date) -> bool:
        """True once its day has come, or nothing more is awaited."""
        return self.closed or self.returned == self.issued or bool(self.day and self.day <= today)


@dataclass(frozen=True, slots=True)
class PartnershipStanding:
    """Where one partnership stands.

    ``place`` is its assessment's folder and ``id`` its assessment's id; None and empty where it has
    none or it cannot be opened. ``rounds`` are those held, the first one first; ``status`` is
    that of the present one. ``checklist`` and ``evaluated`` are the days of the last ones,
    ``due`` is the day of the next evaluation. ``trouble`` says why the assessment cannot be used,
    and ``remedy`` what to do; ``faults`` is everything that is wrong with it, each in a sentence or
    two. ``unfilled`` says that all of that is only not filled in yet, and nothing was issued.
    ``days`` is how long until ``due``; fewer than 0 are past. ``own``
    names the settings in which it differs from what the programme shares.
    """

    entry: Partnership
    name: str
    need: Need
    place: Path | None = None
    id: str = ""
    rounds: tuple[HeldRound, ...] = ()
    status: Status | None = None
    checklist: date | None = None
    evaluated: date | None = None
    due: date | None = None
    days: int | None = None
    trouble: str = ""
    remedy: str = ""
    own: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    unfilled: bool = False

    @property
    def is_out(self) -> bool:
        """True where its assessment cannot be used or is not set up yet, and it is not over.

        The folder of one that is over may be in an archive: nothing is asked in it any more.
        """
        return bool(self.trouble or self.unfilled) and not self.entry.is_over

    @property
    def under_way(self) -> bool:
        """True while workbooks of a round after the last evaluation are awaited."""
        if not self.status or self.status.closed or not self.status.awaited:
            return False
        until = self.status.assessment.return_by
        return until is None or self.evaluated is None or until > self.evaluated


@dataclass(frozen=True, slots=True)
class ProgrammeStatus:
    """Where every partnership of a programme stands: first those that need a person most."""

    programme: Programme
    lines: tuple[PartnershipStanding, ...]

    @property
    def needs_person(self) -> bool:
        """True where the assessment of a partnership cannot be used, or is not set up yet."""
        return any(line.is_out for line in self.lines)


@dataclass(frozen=True, slots=True)
class AddedPartnership:
    """A partnership that was added: its folder, and whether its assessment is new."""

    place: Path
    name: str
    begun: bool


def open_programme(root: Path) -> ProgrammeFolder:
    """Return the programme in this folder.

    Raises:
        UsageError: there is none.
        ProgrammeFileError: its register has problems.
    """
    folder = ProgrammeFolder(root)
    folder.programme()
    return folder


def begin_programme(root: Path) -> ProgrammeFolder:
    """Begin a programme in this folder, which may exist but must not hold one.

    Raises:
        UsageError: it holds one already, or is a file.
        OSError: the folder cannot be written.
    """
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file.", "Give the name of a folder for the programme.")
    folder = ProgrammeFolder(root)
    folder.create()
    return folder


def add_partnership(folder: ProgrammeFolder, place: Path, entry: Partnership) -> AddedPartnership:
    """Add a partnership to the register, and begin its assessment where there is none.

    One that is in the register by this name, without an assessment, is given this one, and stays
    what it is: a folder is no decision.

    Args:
        folder: the programme.
        place: the folder of its assessment.
        entry: what the register is to say of it, but for the folder.

    Raises:
        UsageError: it is in the register with an assessment already, or another has the same id.
        XlassessError: the register or the assessment cannot be used.
        OSError: a file cannot be written.
    """
    programme = folder.programme()
    written = _from(folder.root, place)
    known = [one for one in programme.partnerships if one.folder]
    if any(_same(folder.root / one.folder, place) for one in known):
        raise UsageError(
            f"{shown(place)} is in the register already.", "Edit its lines in programme.yaml."
        )
    at = _without_folder(programme, entry.name)
    begun = not AssessmentFolder(place).settings_file.exists()
    _refuse_same_id(folder, programme, place, begun=begun)
    if begun:
        if place.exists() and not place.is_dir():
            raise UsageError(f"{shown(place)} is a file.", "Give the name of a folder.")
        folder.begin_assessment(place, programme.shared, entry.name)
    if at is None:
        folder.add(replace(entry, folder=written))
    else:
        given = {name: value for name in ("purpose", "lead_body", "statutory", "budget")
                 if (value := getattr(entry, name)) not in ("", None)}  # fmt: skip
        folder.change(at, {"folder": written, **given})
    return AddedPartnership(place, entry.name or place.name, begun)


def _without_folder(programme: Programme, name: str) -> int | None:
    """The place in the register of the partnership of this name, which has no assessment yet.

    Raises:
        UsageError: it has one.
    """
    for at, one in enumerate(programme.partnerships):
        if name and one.name.casefold() == name.casefold():
            if one.folder:
                raise UsageError(
                    f"{one.name} is in the register already, with the assessment in {one.folder}.",
                    "Give another name, or edit its lines in programme.yaml.",
                )
            return at
    return None


def _refuse_same_id(
    folder: ProgrammeFolder, programme: Programme, place: Path, *, begun: bool
) -> None:
    """Refuse an assessment with the id of another: their workbooks could not be told apart.

    Raises:
        UsageError: another of the programme has its id.
    """
    if begun:  # its id is made from the folder's name
        own = slug(place.resolve().name)
    else:
        own = AssessmentFolder(place, _present(place)).assessment().id
    for line in _opened(folder, programme):
        if line.id == own and line.place is not None:
            raise UsageError(
                f"The assessments in {shown(place)} and {shown(line.place)} have the same id, "
                f"{own}.",
                "Give the folder of a new assessment another name. If one is a copy of the other, "
                "add only the one you work with. Otherwise change the id in the settings of the "
                "one from which no workbook has been issued.",
            )


def _present(place: Path) -> str:
    names = round_names(place) if has_rounds(place) else ()
    return names[-1] if names else ""


def _from(root: Path, place: Path) -> str:
    """A folder as the register names it: from the programme's folder where it lies below."""
    full = place.resolve()
    here = root.resolve()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else str(full)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def programme_status(folder: ProgrammeFolder, *, today: date) -> ProgrammeStatus:
    """Return where every partnership stands.

    An assessment that cannot be opened is told, and the others are looked at all the same.

    Raises:
        UsageError: there is no programme here.
        ProgrammeFileError: its register has problems.
    """
    programme = folder.programme()
    found = _apart(_opened(folder, programme, today))
    lines = [_judged(_dated(line, programme, today), today) for line in found]
    return ProgrammeStatus(programme, tuple(sorted(lines, key=_by_need)))


def _by_need(line: PartnershipStanding) -> tuple[int, int]:
    """The most pressing need first, then the day that comes first; else as in the register."""
    return NEEDS.index(line.need), line.days if line.days is not None else DUE_SOON


def with_assessment(
    folder: ProgrammeFolder, *, today: date | None = None
) -> tuple[PartnershipStanding, ...]:
    """Return every partnership that has an assessment, in the order of the register.

    Those that cannot be used say so in ``trouble``.

    Args:
        folder: the programme.
        today: the day; None where nobody asks what is open.

    Raises:
        UsageError: there is no programme here.
        ProgrammeFileError: its register has problems.
    """
    found = _apart(_opened(folder, folder.programme(), today))
    return tuple(line for line in found if line.place is not None)


def _opened(
    folder: ProgrammeFolder, programme: Programme, today: date | None = None
) -> list[PartnershipStanding]:
    """Look at every assessment, with what is open in it where a day is given."""
    shared = programme.shared
    return [_look(folder.place_of(one), one, shared, today) for one in programme.partnerships]


def _look(
    place: Path | None, entry: Partnership, shared: SharedSettings, today: date | None
) -> PartnershipStanding:
    name = entry.name or Path(entry.folder).name
    line = PartnershipStanding(entry, name, "nothing", place)
    if place is None:
        return line
    if not AssessmentFolder(place).settings_file.exists():
        where = f"There is no assessment in {shown(place)}."
        remedy = "Put the folder back, or write in programme.yaml where it is now."
        return _troubled(line, where, remedy)
    try:
        folder = open_folder(place)
        settings = folder.assessment()
        line = replace(
            line, name=entry.name or settings.partnership, id=settings.id,
            own=shared.differs(settings),
        )  # fmt: skip
        if today is None:
            return line
        stands = status(folder, today=today)
        line = replace(line, rounds=tuple(_rounds(folder, today)), status=stands)
    except Exception as error:
        return _with_faults(line, place, error)
    if not stands.lines and not line.rounds:
        nobody = f"Nobody is in {REGISTER} yet. Enter a row for each person."
        line = replace(line, faults=(nobody,), unfilled=True)
    return line


def _troubled(line: PartnershipStanding, trouble: str, remedy: str) -> PartnershipStanding:
    """Return a partnership whose assessment cannot be used."""
    faults = (f"{trouble} {remedy}".strip(), *line.faults)
    return replace(line, trouble=trouble, remedy=remedy, faults=faults, unfilled=False, status=None)


def _with_faults(line: PartnershipStanding, place: Path, error: Exception) -> PartnershipStanding:
    """Return a partnership whose assessment cannot be used, with everything that is wrong."""
    wrong = what_is_wrong(error)
    faults = [f"{message} {remedy}".strip() for message, remedy in wrong]
    # Of settings that are not read the register is not either; what is to be filled in is told.
    faults += [
        text for one in AssessmentFolder(place).examples_left() if (text := str(one)) not in faults
    ]
    told = replace(_troubled(line, *wrong[0]), faults=tuple(faults))
    return replace(told, unfilled=_is_unfilled(place, error))


def _is_unfilled(place: Path, error: Exception) -> bool:
    """True where settings are only empty, and nothing shows that they ever were otherwise."""
    folder = AssessmentFolder(place)
    if not (isinstance(error, FileError) and all(one.missing for one in error.problems)):
        return False
    # a database is not asked here: whoever issued workbooks has them in the folder as well
    ledger = folder.ledger
    begun = isinstance(ledger, Path) and ledger.exists()
    return not (begun or folder.outbox.exists() or has_rounds(place))


def _apart(lines: Sequence[PartnershipStanding]) -> list[PartnershipStanding]:
    """Say of assessments with one id that neither can be used: which is meant is not known.

    Partnerships of one name are told apart by their folders.
    """
    often = Counter(line.name for line in lines)
    lines = [
        replace(line, name=f"{line.name} ({line.entry.folder or 'no folder'})")
        if often[line.name] > 1
        else line
        for line in lines
    ]
    places: dict[str, list[PartnershipStanding]] = defaultdict(list)
    for line in lines:
        if line.id:
            places[line.id].append(line)
    return [
        _troubled(
            line,
            f"It has the id {line.id}, as has {_others(line, places[line.id])}.",
            "If one is a copy of the other, take it out of programme.yaml. Otherwise change "
            "the id in the settings of the one from which no workbook has been issued.",
        )
        if len(places[line.id]) > 1 and line.id
        else line
        for line in lines
    ]


def _others(line: PartnershipStanding, all_of_them: Iterable[PartnershipStanding]) -> str:
    return " and ".join(one.entry.folder for one in all_of_them if one is not line)


def _rounds(folder: AssessmentFolder, today: date) -> Iterator[HeldRound]:
    """Yield the rounds of an assessment in which something was issued, the first one first."""
    if not Ledger.is_at(folder.ledger):
        return
    lines = rounds(folder)
    with Ledger(folder.ledger) as ledger:
        subjects = {kit.id: kit.subject for kit in ledger.toolkits().values()}
        for line in lines:
            if line.issued:
                yield _round(line, ledger.overview(line.name), subjects, today)


def _round(
    line: RoundLine, record: RoundOverview, subjects: Mapping[str, str], today: date
) -> HeldRound:
    """Say of a round whether it was an evaluation, and when the next one is due by its toolkits."""
    kits = {one.identity.toolkit for one in record.issued if one.reference in record.returned}
    evaluated = {kit for kit in kits if subjects.get(kit) != "proposal"}
    came = (one.received_at for one in record.history if one.state != "refused")
    last = max(filter(None, came), default=None)
    day = line.return_by
    if last and (day is None or (day > today and _is_complete(line))):
        day = local_day(last)
    years = (record.review_years.get(kit) for kit in evaluated)
    dues = [due for each in years if day and (due := years_later(day, each))]
    return HeldRound(
        line.name, day, line.issued, line.returned, bool(evaluated), bool(kits - evaluated),
        line.closed is not None, min(dues, default=None),
    )  # fmt: skip


def _is_complete(line: RoundLine) -> bool:
    """True where nothing more is awaited, though the return date has not come."""
    return line.closed is not None or line.returned == line.issued


def _dated(line: PartnershipStanding, programme: Programme, today: date) -> PartnershipStanding:
    """Say when the last checklist and evaluation were, and when the next evaluation is due."""
    entry = line.entry
    rounds = [one for one in line.rounds if one.is_held(today)]
    checks = [one.day for one in rounds if one.checks and one.day]
    days = {one.day: one.due for one in rounds if one.evaluates and one.day}
    if entry.evaluated:
        days.setdefault(entry.evaluated, None)
    last = max(days, default=None)
    due = days[last] or years_later(last, programme.review_years) if last else None
    if last is None and entry.decided and entry.membership == "joined":
        due = years_later(entry.decided, programme.review_years)
    if entry.due and (last is None or entry.due > last):
        due = min(filter(None, (due, entry.due)))
    checked = [*checks, *filter(None, (entry.checklist,))]
    over = entry.is_over or entry.membership == "proposed"
    return replace(
        line, checklist=max(checked, default=None), evaluated=last, due=None if over else due
    )


def _judged(line: PartnershipStanding, today: date) -> PartnershipStanding:
    days = (line.due - today).days if line.due else None
    line = replace(line, days=days)
    return replace(line, need=_need(line))


def _needs(line: PartnershipStanding) -> Iterator[Need]:
    """Yield what a partnership needs, in no order."""
    entry, stands = line.entry, line.status
    matters: Mapping[Matter, int] = stands.matters if stands else {}
    if line.days is not None and line.days < 0 and not line.under_way:
        yield "evaluation overdue"
    elif line.days is not None and line.days <= DUE_SOON:
        yield "evaluation due"
    if stands and not stands.closed:
        if stands.having(*_UNUSABLE) or any(kind in matters for kind in _FOR_COORDINATOR):
            yield "to be looked at"
        if stands.having("overdue"):
            yield "workbooks overdue"
    if any(kind in matters for kind in _FOR_PLAN):
        yield "plan to be followed up"
    if entry.is_undecided:
        yield "to be decided"
    if line.under_way:
        yield "under way"
    if entry.membership == "joined" and not (line.evaluated or line.due):
        yield "no evaluation on record"
    yield "nothing"


def _need(line: PartnershipStanding) -> Need:
    """What a partnership needs most."""
    if line.entry.is_over:
        return "over"
    if line.trouble and not line.unfilled:
        return "to be decided" if line.entry.is_undecided else "cannot be used"
    needs = (*_needs(line), *(("not set up yet",) if line.unfilled else ()))
    return min(needs, key=NEEDS.index)
