"""What the assessments of a programme issued, and whom they ask: whose something is, is told by it.

One that cannot be used leaves a gap: what seems to belong to nobody, or to another by its address
alone, may be for that one. A partnership that is over leaves none: its folder may be in an archive
for good, and nobody is asked in it any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlassess.ledger import Ledger
from xlassess.model.answer import Issued
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import open_folder
from xlassess.services.common.phrases import what_is_wrong
from xlassess.services.common.workbooks.asked import people_now, whose_addresses
from xlassess.services.programmes.programme import PartnershipStanding


@dataclass(slots=True)
class IssuedByAll:
    """What assessments issued: which is meant by an id, a reference, a message or an address.

    Each is known by its place among the lines that were given. ``out`` are the names of those that
    cannot be used and are not over, ``unopened`` of those among them of which not even the id is
    known; ``gone`` are the names of such ones that are over. ``unusable`` is, by id, why no
    workbooks of an assessment can be read.
    """

    ids: dict[str, int] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    unopened: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    owners: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    messages: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    addresses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    issued: dict[str, Issued] = field(default_factory=dict)
    toolkits: dict[str, Toolkit] = field(default_factory=dict)

    def of(self, known: Mapping[str, set[int]], named: Iterable[str]) -> set[int]:
        """The assessments that know one of these: references, messages or addresses."""
        return set[int]().union(*(known.get(each, set()) for each in named))

    def of_addresses(self, addresses: Iterable[str]) -> int | None:
        """The one in which people with these addresses are asked, if they are in no other."""
        found = self.of(self.addresses, (each.casefold() for each in addresses))
        return found.pop() if len(found) == 1 else None


def issued_by_all(lines: Sequence[PartnershipStanding]) -> IssuedByAll:
    """Look up what each assessment issued; one that cannot be used is told with its files."""
    known = IssuedByAll()
    for place, line in enumerate(lines):
        if line.unfilled:  # nothing was issued in it
            continue
        trouble = line.trouble
        if not trouble and line.place is not None:
            try:
                _look_up(known, place, line)
                continue
            except Exception as error:
                trouble, _ = what_is_wrong(error)[0]
        over = line.entry.is_over
        if not over:
            known.out.append(line.name)
        if line.id:
            known.unusable[line.id] = f"{line.name}, which cannot be used. {trouble}"
        else:
            (known.gone if over else known.unopened).append(line.name)
    doubtful = [name for name, owners in known.owners.items() if len(owners) > 1]
    for name in doubtful:
        known.issued.pop(name, None)
    return known


def _look_up(known: IssuedByAll, place: int, line: PartnershipStanding) -> None:
    """Add what one assessment issued; without its round, as none here is the present one.

    Nothing is added before all of it is read.
    """
    assert line.place is not None  # noqa: S101 - others cannot be used
    folder = open_folder(line.place)
    if not Ledger.is_at(folder.ledger):
        known.unusable[line.id] = f"{line.name}, which has no workbook on record."
        return
    with Ledger(folder.ledger) as ledger:
        books = (*ledger.issued(), *ledger.joint())
        further = [one.reference for one in ledger.queries()]
        further += [one.reference for one in ledger.entries()]
        toolkits = ledger.toolkits()
        sent = ledger.register().messages
    addresses = whose_addresses(people_now(folder), (one for one in books if one.email))
    known.ids[line.id] = place
    known.toolkits |= toolkits
    for book in books:
        plain = replace(book.identity, assessment="", round="")
        known.issued[book.reference] = replace(book, identity=plain)
        known.owners[book.reference].add(place)
    for reference in further:
        known.owners[reference].add(place)
    for address in addresses:
        known.addresses[address].add(place)
    for message in sent:
        known.messages[message.id].add(place)
