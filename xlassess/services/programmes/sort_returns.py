"""Sorting a mixed inbox: each file to the assessment whose workbook it is, and to no other.

A file is looked at in the worker processes that read returns, so that none can do harm. What its
workbook says of itself decides; the assessment that it names then checks the seal, as it does with
every file. Where only the printed reference is left, it is the assessment that issued it. What
comes by e-mail without either belongs to the one assessment that asks whoever it is from.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from xlassess.contract.reference import find_references
from xlassess.ingest import (
    Context,
    NoticedMail,
    ReturnedFile,
    collect_each,
    origin_of,
    read_all,
)
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued, Return
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.offers import sender_of
from xlassess.services.common.opening import open_folder
from xlassess.services.common.phrases import listed, what_is_wrong
from xlassess.services.common.workbooks.asked import people_now, whose_addresses
from xlassess.services.programmes.programme import PartnershipStanding
from xlassess.workers import Workers

_OF_ANOTHER = "I04"
"""The finding of a workbook that says which assessment it is of: here none is the right one."""

_BY_HAND = "If you know whose it is, read it there: xlassess ingest FILE -C FOLDER"


@dataclass(frozen=True, slots=True)
class UnplacedFile:
    """A file that belongs to no assessment of the programme that can be used, and why.

    ``later`` says that it may belong to one of which nobody knows now, as it cannot be used.
    """

    name: str
    why: str
    remedy: str
    later: bool = False


@dataclass(frozen=True, slots=True)
class SortedReturns:
    """A mixed inbox, sorted.

    ``places`` are folders with the files of each assessment, by the place of its partnership in
    the lines that were given. ``apart`` are the zip files, messages and mailboxes that were taken
    apart, because they hold files of several assessments, or of none.
    """

    places: Mapping[int, Path]
    unplaced: tuple[UnplacedFile, ...]
    apart: tuple[str, ...] = ()


@dataclass(slots=True)
class IssuedByAll:
    """What assessments issued: which is meant by an id, a reference, a message or an address.

    Each is known by its place among the lines that were given. ``unopened`` are the names of those
    of which not even the id is known.
    """

    ids: dict[str, int] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    unopened: list[str] = field(default_factory=list)
    owners: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    messages: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    addresses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    issued: dict[str, Issued] = field(default_factory=dict)
    toolkits: dict[str, Toolkit] = field(default_factory=dict)

    def one(self, owners: Iterable[int]) -> int | None:
        """The assessment that is meant, where that is one and no more."""
        found = set(owners)
        return found.pop() if len(found) == 1 else None

    def of_addresses(self, addresses: Iterable[str]) -> int | None:
        """The one in which people with these addresses are asked, if they are in no other."""
        known = (self.addresses.get(each.casefold(), set()) for each in addresses)
        return self.one(set().union(*known))

    def of_text(self, text: str) -> int | None:
        """The one whose reference stands in a text."""
        named = (self.owners.get(each, set()) for each in find_references(text.upper()))
        return self.one(set().union(*named))


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
    known = known or issued_by_all(lines)
    unpacked, sorted_into = room / "unpacked", room / "sorted"
    for each in (unpacked, sorted_into):
        each.mkdir()
    found = list(collect_each(paths, unpacked))
    items = [item for _, item in found]
    placed = _placed(items, known, workers, passwords)
    return _laid_out(items, placed, list(_origins(found)), sorted_into)


def issued_by_all(lines: Sequence[PartnershipStanding]) -> IssuedByAll:
    """Look up what each assessment issued; one that cannot be used is told with its files."""
    known = IssuedByAll()
    for place, line in enumerate(lines):
        if line.trouble or line.place is None:
            if line.id:
                known.unusable[line.id] = f"{line.name}, which cannot be used. {line.trouble}"
            else:
                known.unopened.append(line.name)
            continue
        known.ids[line.id] = place
        try:
            _look_up(known, place, line.place)
        except Exception as error:
            message, _ = what_is_wrong(error)[0]
            known.unusable[line.id] = f"{line.name}, which cannot be used. {message}"
            del known.ids[line.id]
    doubtful = [name for name, owners in known.owners.items() if len(owners) > 1]
    for name in doubtful:
        known.issued.pop(name, None)
    return known


def _look_up(known: IssuedByAll, place: int, root: Path) -> None:
    """Add what one assessment issued; without its round, as none here is the present one."""
    folder = open_folder(root)
    if not Ledger.is_at(folder.ledger):
        return
    with Ledger(folder.ledger) as ledger:
        books = (*ledger.issued(), *ledger.joint())
        further = [one.reference for one in ledger.queries()]
        further += [one.reference for one in ledger.entries()]
        known.toolkits |= ledger.toolkits()
        sent = ledger.register().messages
    for book in books:
        plain = replace(book.identity, assessment="", round="")
        known.issued[book.reference] = replace(book, identity=plain)
        known.owners[book.reference].add(place)
    for reference in further:
        known.owners[reference].add(place)
    for address in whose_addresses(people_now(folder), (one for one in books if one.email)):
        known.addresses[address].add(place)
    for message in sent:
        known.messages[message.id].add(place)


_Item = ReturnedFile | NoticedMail | Return


def _placed(
    items: Sequence[_Item], known: IssuedByAll, workers: Workers, passwords: Sequence[str]
) -> dict[int, int | UnplacedFile]:
    """Say of each item which assessment's it is, or why none's."""
    context = Context("", "", b"", known.toolkits, known.issued, passwords=tuple(passwords))
    files = {place: one for place, one in enumerate(items) if isinstance(one, ReturnedFile)}
    placed: dict[int, int | UnplacedFile] = {}
    read = read_all(tuple(files.values()), context, workers)
    for place, (file, ret) in zip(files, read, strict=True):
        sender = [file.mail.sender] if file.mail else []
        placed[place] = _whose(ret, known, sender)
    for place, item in enumerate(items):
        if isinstance(item, NoticedMail):
            told = set().union(*(known.messages.get(each, set()) for each in item.notice.ids))
            owner = known.one(told) if told else known.of_addresses(item.notice.addresses)
            placed[place] = _nobodys(item.ret) if owner is None else owner
        elif isinstance(item, Return):
            owner = known.of_text(_words(item))
            if owner is None:
                owner = known.of_addresses([sender_of(item)])
            placed[place] = _nobodys(item) if owner is None else owner
    return placed


def _words(ret: Return) -> str:
    """What a message says that came without a workbook."""
    return " ".join(
        text for one in ret.findings for name, text in one.details.items()
        if name in ("said", "subject")
    )  # fmt: skip


def _whose(ret: Return, known: IssuedByAll, sender: Sequence[str]) -> int | UnplacedFile:
    named = [one.details["found"] for one in ret.findings if one.code == _OF_ANOTHER]
    if named:
        if named[0] in known.ids:
            return known.ids[named[0]]
        if why := known.unusable.get(named[0]):
            return UnplacedFile(
                ret.file, f"It belongs to {why}", "Then hand it over again.", later=True
            )
        return _of_unknown(ret, named[0], known.unopened)
    references = {ret.reference, *(one.details.get("reference", "") for one in ret.findings)}
    owners = set[int]().union(*(known.owners.get(each, set()) for each in references))
    owner = known.one(owners) if owners else known.of_addresses(sender)
    return _nobodys(ret) if owner is None else owner


def _of_unknown(ret: Return, assessment: str, unopened: Sequence[str]) -> UnplacedFile:
    """A workbook of an assessment that is not in the programme, as far as that is known."""
    its = f"It is a workbook of the assessment “{assessment}”"
    if not unopened:
        why = f"{its}, which is not in this programme."
        return UnplacedFile(ret.file, why, "Read it in the folder of that assessment.")
    names = listed(unopened)
    why = f"{its}. That may be {names}, which cannot be opened, or one outside this programme."
    remedy = f"Put right {names}, and hand it over again, or read it in the folder of its own."
    return UnplacedFile(ret.file, why, remedy, later=True)


def _nobodys(ret: Return) -> UnplacedFile:
    told = next((one for one in ret.findings if one.severity == "refuse"), None)
    why = told.message if told else "Nothing in it says whose workbook it is."
    return UnplacedFile(ret.file, why, _BY_HAND)


def _name(item: _Item) -> str:
    return item.name if isinstance(item, ReturnedFile) else _returned(item).file


def _returned(item: NoticedMail | Return) -> Return:
    return item.ret if isinstance(item, NoticedMail) else item


@dataclass(frozen=True, slots=True)
class _Origin:
    """A file on this computer, under its name for show, with the items that are in it."""

    name: str
    path: Path
    items: list[int] = field(default_factory=list)


def _laid_out(
    items: Sequence[_Item], placed: Mapping[int, int | UnplacedFile],
    origins: Sequence[_Origin], room: Path,
) -> SortedReturns:  # fmt: skip
    """Lay the files of each assessment into a folder of its own.

    What a file came in is handed over whole only where all in it belongs to one assessment: a
    letter to another partnership in the same zip file is none of its business.
    """
    places: dict[int, Path] = {}
    apart: list[str] = []

    def lay(owner: int, path: Path, name: str) -> None:
        place = places.setdefault(owner, room / str(owner))
        _put(place, path, name)

    whole: set[int] = set()
    for one in origins:
        if (owner := _owner_of_all(one, items, placed)) is not None:
            lay(owner, one.path, one.name)
            whole.update(one.items)
        elif any(isinstance(placed[place], int) for place in one.items):
            apart.append(one.name)
    for place, item in enumerate(items):
        whose = placed[place]
        if place not in whole and isinstance(item, ReturnedFile) and isinstance(whose, int):
            lay(whose, item.path, item.name)
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


def _owner_of_all(
    one: _Origin, items: Sequence[_Item], placed: Mapping[int, int | UnplacedFile]
) -> int | None:
    """The assessment that a file is handed over to with all that is in it; None where none may be.

    A message is one sender's: what else is attached to it goes with the workbook.
    """
    owners = {placed[place] for place in one.items}
    sure = {each for each in owners if isinstance(each, int)}
    inside = [items[place] for place in one.items]
    deep = len(PurePosixPath(one.name).parts) + 1
    message = all(
        isinstance(each, ReturnedFile)
        and each.mail is not None
        and len(PurePosixPath(each.name).parts) == deep
        for each in inside
    )
    return sure.pop() if len(sure) == 1 and (len(owners) == 1 or message) else None


def _origins(found: Sequence[tuple[Path, _Item]]) -> Iterator[_Origin]:
    """Yield the files on this computer that were handed over, each with what is in it."""
    origins: dict[Path, _Origin] = {}
    for place, (path, item) in enumerate(found):
        if origin := origin_of(path, _name(item)):
            name, file = origin
            origins.setdefault(file, _Origin(name, file)).items.append(place)
    yield from origins.values()


def _put(place: Path, path: Path, name: str) -> None:
    """Lay a file into a folder under its name; under another of two with one name."""
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..")]
    to, number = place.joinpath(*parts), 2
    # A file cannot lie below another file: a zip file handed over whole, and one taken apart.
    while to.exists() or any(above.is_file() for above in to.parents):
        to, number = place.joinpath(str(number), *parts), number + 1
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path.resolve(), to)
    except OSError:  # another disk, or none that links
        shutil.copyfile(path, to)
