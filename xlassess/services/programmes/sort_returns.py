"""Sorting a mixed inbox: each file to the assessment whose workbook it is, and to no other.

A file is looked at in the worker processes that read returns, so that none can do harm. What its
workbook says of itself decides; the assessment that it names then checks the seal, as it does with
every file. Where only the printed reference is left, it is the assessment that issued it. What
comes by e-mail without either belongs to the one assessment that asks whoever it is from.

What may belong to an assessment that cannot be used now, or needs a password before anybody can
tell, belongs to none as yet: it is for whoever hands it over to do so again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from xlassess.contract.reference import find_references
from xlassess.ingest import (
    Context,
    NoticedMail,
    ReturnedFile,
    collect_each,
    head_of,
    mail_kind,
    origin_of,
    read_all,
)
from xlassess.ledger.archive import sweep
from xlassess.model.answer import Return
from xlassess.services.common.offers import sender_of, words_of
from xlassess.services.common.opening import open_folder
from xlassess.services.common.phrases import listed, what_is_wrong
from xlassess.services.common.received import Ingested, needs_password
from xlassess.services.ingest import ingest
from xlassess.services.programmes.issued_by_all import IssuedByAll, issued_by_all
from xlassess.services.programmes.programme import PartnershipStanding
from xlassess.workers import Workers

SORTING = "xlassess-sorted-"
"""How the names of folders begin in which files are sorted that were handed over."""

_OF_ANOTHER = "I04"
"""The finding of a workbook that says which assessment it is of: here none is the right one."""

_BY_HAND = "If you know whose it is, read it there: xlassess ingest FILE -C FOLDER"
_AGAIN = "Put that right, and do this again."
_LOCKED = "Do this again with its password: --password TEXT"


@dataclass(frozen=True, slots=True)
class UnplacedFile:
    """A file that belongs to no assessment of the programme that can be used, and why.

    ``later`` says that another time more may be known of it: it may belong to an assessment that
    cannot be used now, or is ``locked`` by a password. ``anothers`` says that it names an
    assessment outside the programme, or one that is over and cannot be opened.
    """

    name: str
    why: str
    remedy: str
    later: bool = False
    locked: bool = False
    anothers: bool = False

    @property
    def is_nobodys(self) -> bool:
        """True where nothing says whose it is, or ever will."""
        return not (self.later or self.anothers)


@dataclass(frozen=True, slots=True)
class FilesForOne:
    """The files of one assessment in a folder.

    ``arrived`` is when the messages came that files were taken out of, by the names of the files.
    """

    folder: Path
    arrived: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadForOne:
    """What came of files in one assessment; ``trouble`` says why some were not read."""

    ingested: Ingested
    trouble: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class SortedReturns:
    """A mixed inbox, sorted.

    ``places`` are the files of each assessment, by the place of its partnership in the lines that
    were given. ``apart`` are the zip files, messages and mailboxes that were taken apart, because
    not all in them is known to belong to one assessment.
    """

    places: Mapping[int, FilesForOne]
    unplaced: tuple[UnplacedFile, ...]
    apart: tuple[str, ...] = ()


def sort_returns(
    lines: Sequence[PartnershipStanding],
    paths: Sequence[Path],
    room: Path,
    *,
    workers: Workers = None,
    passwords: Sequence[str] = (),
    known: IssuedByAll | None = None,
) -> SortedReturns:
    """Sort what was handed over by the assessments whose workbooks it is.

    Args:
        lines: the partnerships that have an assessment.
        paths: files, folders, zip files and messages.
        room: an empty folder of this computer; what is sorted is in it, each under its name.
        workers: how many files are looked at at once, or who looks at them.
        passwords: tried on files that need one to open; not kept.
        known: what the assessments issued, where it was looked up before.
    """
    sweep(Path(tempfile.gettempdir()), (SORTING,))
    known = known or issued_by_all(lines)
    unpacked, sorted_into = room / "unpacked", room / "sorted"
    for each in (unpacked, sorted_into):
        each.mkdir()
    found = list(collect_each(paths, unpacked))
    items = [item for _, item in found]
    origins = list(_origins(found))
    placed, guessed = _placed(items, origins, known, workers, passwords)
    if known.out:
        sure = _guessed_beside(placed, guessed, origins)
        placed |= {place: _guess(items[place], known) for place in guessed - sure}
    return _laid_out(items, placed, origins, sorted_into)


def read_for_one(
    root: Path,
    files: FilesForOne,
    *,
    now: datetime,
    arrived: Mapping[str, datetime] | None = None,
    round_name: str = "",
    workers: Workers = None,
    passwords: Sequence[str] = (),
) -> ReadForOne:
    """Read what was sorted into one assessment; where that cannot be done, say why.

    Args:
        root: the assessment's folder.
        files: its files.
        now: the time of receipt where nothing else is known, in UTC.
        arrived: when messages came, by their names, where they do not say so.
        round_name: the round; empty for the present one.
        workers: how many files are read at once, or who reads them.
        passwords: tried on files that need one to open.
    """
    try:
        result = ingest(
            open_folder(root, round_name), [files.folder], now=now, workers=workers,
            passwords=passwords, arrived={**(arrived or {}), **files.arrived},
        )  # fmt: skip
    except Exception as error:
        message, remedy = what_is_wrong(error)[0]
        return ReadForOne(Ingested(()), message, remedy)
    return ReadForOne(result)


_Item = ReturnedFile | NoticedMail | Return


@dataclass(frozen=True, slots=True)
class _Origin:
    """A file on this computer, under its name for show, with the items that are in it."""

    name: str
    path: Path
    items: list[int] = field(default_factory=list)

    @property
    def is_message(self) -> bool:
        """True for one message: what is in it is one sender's."""
        try:
            return mail_kind(self.path) in ("message", "outlook")
        except OSError:  # it cannot be read, which is told
            return False


def _placed(
    items: Sequence[_Item], origins: Iterable[_Origin], known: IssuedByAll, workers: Workers,
    passwords: Sequence[str],
) -> tuple[dict[int, int | UnplacedFile], set[int]]:  # fmt: skip
    """Say of each item which assessment's it is, or why none's; and which were only guessed.

    A guess is by nothing but the address that it comes from, or that it is about.
    """
    context = Context("", "", b"", known.toolkits, known.issued, passwords=tuple(passwords))
    files = {place: one for place, one in enumerate(items) if isinstance(one, ReturnedFile)}
    read = read_all(tuple(files.values()), context, workers)
    returns = {place: ret for place, (_, ret) in zip(files, read, strict=True)}
    came_in = {place: one for one in origins for place in one.items}
    placed: dict[int, int | UnplacedFile] = {}
    guessed: set[int] = set()
    for place, item in enumerate(items):
        ret = returns[place] if isinstance(item, ReturnedFile) else _returned(item)
        whose = _whose(item, ret, known)
        if whose is None:
            whose = known.of_addresses(_addresses(item, came_in.get(place)))
            guessed |= set() if whose is None else {place}
        placed[place] = _nobodys(ret) if whose is None else whose
    return placed, guessed


def _guessed_beside(
    placed: Mapping[int, int | UnplacedFile], guessed: Collection[int], origins: Iterable[_Origin]
) -> set[int]:
    """The items of messages that bring a file of the same assessment whose it is for certain."""
    found: set[int] = set()
    for one in origins:
        sure = {placed[place] for place in one.items if place not in guessed}
        if one.is_message:
            found.update(place for place in one.items if placed[place] in sure)
    return found


def _guess(item: _Item, known: IssuedByAll) -> UnplacedFile:
    """What is known by an address alone, while not all are known who might ask its owner."""
    why = f"It may be for {_one_of(known.out)}, which cannot be used now."
    return UnplacedFile(_name(item), why, _AGAIN, later=True)


def _addresses(item: _Item, origin: _Origin | None) -> Sequence[str]:
    """Whom something is from; or about, where no person wrote it."""
    if isinstance(item, NoticedMail):
        return item.notice.addresses
    if isinstance(item, ReturnedFile):
        return [item.mail.sender] if item.mail else []
    sender = sender_of(item)
    if not sender and origin and origin.is_message:
        _, sender = head_of(origin.path.read_bytes())
    return [sender]


def _whose(item: _Item, ret: Return, known: IssuedByAll) -> int | UnplacedFile | None:
    """Say whose something is by what it says itself; None where it does not say it."""
    if isinstance(item, NoticedMail):
        owners = known.of(known.messages, item.notice.ids)
    else:
        named = [one.details["found"] for one in ret.findings if one.code == _OF_ANOTHER]
        if named:
            return _of_named(ret, named[0], known)
        references = _references(item, ret)
        owners = known.of(known.owners, references)
        if not owners and references and known.out:
            why = f"It names a workbook that may be of {_one_of(known.out)}"
            return UnplacedFile(ret.file, f"{why}, which cannot be used now.", _AGAIN, later=True)
        if len(owners) > 1 and isinstance(item, Return):
            return None  # a letter that names several
    if len(owners) > 1:
        return _nobodys(ret)
    return next(iter(owners), None)


def _references(item: _Item, ret: Return) -> set[str]:
    """The references by which something names workbooks."""
    if isinstance(item, Return):
        return set(find_references(words_of(item).upper()))
    told = {ret.reference, *(one.details.get("reference", "") for one in ret.findings)} - {""}
    return told or set(find_references(PurePosixPath(ret.file).name.upper()))


def _of_named(ret: Return, assessment: str, known: IssuedByAll) -> int | UnplacedFile:
    """Say whose a workbook is that names its assessment."""
    if assessment in known.ids:
        return known.ids[assessment]
    if why := known.unusable.get(assessment):
        return UnplacedFile(ret.file, f"It belongs to {why}", _AGAIN, later=True)
    return _of_unknown(ret, assessment, known)


def _of_unknown(ret: Return, assessment: str, known: IssuedByAll) -> UnplacedFile:
    """A workbook of an assessment that is not in the programme, as far as that is known."""
    its = f"It is a workbook of the assessment “{assessment}”"
    names = listed((*known.unopened, *known.gone))
    why = f"{its}. That may be {names}, which cannot be opened, or one outside this programme."
    if known.unopened:
        right = listed(known.unopened)
        remedy = f"Put right {right}, and do this again, or read it in the folder of its own."
        return UnplacedFile(ret.file, why, remedy, later=True)
    if not known.gone:
        why = f"{its}, which is not in this programme."
    remedy = "Read it in the folder of that assessment."
    return UnplacedFile(ret.file, why, remedy, anothers=True)


def _nobodys(ret: Return) -> UnplacedFile:
    told = next((one for one in ret.findings if one.severity == "refuse"), None)
    why = told.message if told else "Nothing in it says whose workbook it is."
    if needs_password(ret):
        return UnplacedFile(ret.file, why, _LOCKED, later=True, locked=True)
    return UnplacedFile(ret.file, why, _BY_HAND)


def _one_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"one of {listed(names)}"


def _name(item: _Item) -> str:
    return item.name if isinstance(item, ReturnedFile) else _returned(item).file


def _returned(item: NoticedMail | Return) -> Return:
    return item.ret if isinstance(item, NoticedMail) else item


def _laid_out(
    items: Sequence[_Item], placed: Mapping[int, int | UnplacedFile],
    origins: Sequence[_Origin], room: Path,
) -> SortedReturns:  # fmt: skip
    """Lay the files of each assessment into a folder of its own.

    What a file came in is handed over whole only where all in it belongs to one assessment: a
    letter to another partnership in the same zip file is none of its business.
    """
    places: dict[int, FilesForOne] = {}
    apart: list[str] = []
    whole: set[int] = set()

    def files_of(owner: int) -> FilesForOne:
        return places.setdefault(owner, FilesForOne(room / str(owner)))

    for one in origins:
        if (owner := _owner_of_all(one, placed)) is not None:
            _put(files_of(owner).folder, one.path, one.name)
            whole.update(one.items)
        elif any(isinstance(placed[place], int) for place in one.items):
            apart.append(one.name)
    for place, item in enumerate(items):
        whose = placed[place]
        if place not in whole and isinstance(item, ReturnedFile) and isinstance(whose, int):
            files = files_of(whose)
            name = _put(files.folder, item.path, item.name)
            if item.mail and item.mail.received:
                files.arrived[name] = item.mail.received
    unplaced = [
        each for place, each in placed.items()
        if place not in whole and isinstance(each, UnplacedFile)
    ]  # fmt: skip
    lost = [
        UnplacedFile(_name(item), "It came with files of other partnerships.", _BY_HAND)
        for place, item in enumerate(items)
        if place not in whole
        and not isinstance(item, ReturnedFile)
        and isinstance(placed[place], int)
    ]
    return SortedReturns(places, (*unplaced, *lost), tuple(apart))


def _owner_of_all(one: _Origin, placed: Mapping[int, int | UnplacedFile]) -> int | None:
    """The assessment that a file is handed over to with all that is in it; None where none may be.

    A message is one sender's: what else is attached to it goes with the workbook, unless it is
    another's, or may turn out to be.
    """
    owners = [placed[place] for place in one.items]
    sure = {each for each in owners if isinstance(each, int)}
    rest = [each for each in owners if isinstance(each, UnplacedFile)]
    if len(sure) != 1 or not all(each.is_nobodys for each in rest) or (rest and not one.is_message):
        return None
    return sure.pop()


def _origins(found: Sequence[tuple[Path, _Item]]) -> Iterator[_Origin]:
    """Yield the files on this computer that were handed over, each with what is in it."""
    origins: dict[Path, _Origin] = {}
    for place, (path, item) in enumerate(found):
        if origin := origin_of(path, _name(item)):
            name, file = origin
            origins.setdefault(file, _Origin(name, file)).items.append(place)
    yield from origins.values()


def _put(place: Path, path: Path, name: str) -> str:
    """Lay a file into a folder under its name, or another of two with one name; return that."""
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..")]
    to, number = place.joinpath(*parts), 2
    # Below the message that it came in, by which that is known.
    at = 0 if len(parts) == 1 or place.joinpath(parts[0]).is_file() else 1
    # A file cannot lie below another file: a zip file handed over whole, and one taken apart.
    while to.exists() or any(above.is_file() for above in to.parents):
        to, number = place.joinpath(*parts[:at], str(number), *parts[at:]), number + 1
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path.resolve(), to)
    except OSError:  # another disk, or none that links
        shutil.copyfile(path, to)
    return to.relative_to(place).as_posix()
