"""Issuing and reissuing: one engine for every kind of workbook that is sealed and sent out.

A kind of workbook says what is wanted (`Wanted`); the engine decides what becomes of it, and
writes. Three rules hold for all kinds:

- A workbook is recorded in the ledger before it is written. Whatever interrupts a run, nothing
  can leave the outbox that the ledger does not know.
- Reference and bytes follow from what is wanted, so a run that was broken off writes the same
  again.
- What was issued is never replaced behind anybody's back: only on request, and then under a
  new reference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Literal, Protocol, TypeVar

from xlassess.contract.seal import reference_for
from xlassess.files.rights import make_folder
from xlassess.ledger.archive import sweep
from xlassess.model.answer import Identity
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.workbooks.outbox import holds, put_aside, write_whole

Outcome = Literal["new", "unchanged", "restored", "reissued", "outdated", "questions", "kept"]
"""What became of one workbook.

new: issued now; unchanged: issued before and in its folder; restored: issued before, missing
from its folder, written again with the same bytes; reissued: issued anew on request; outdated:
issued before with other names, settings or doubts, or by another version of the program, left
as it was; questions: its questions were changed since it was issued, left as it was; kept: the
folder holds a file of that name with other content, left as it was.
"""

UNDECIDED: tuple[Outcome, ...] = ("outdated", "questions", "kept")
"""Outcomes that need a person's decision."""

_MOST_ATTEMPTS = 256
"""Two workbooks share a reference by chance once in a thousand million; so many in a row are a
fault in the program."""


class Recorded(Protocol):
    """What the ledger keeps of a workbook issued, whatever its kind."""

    @property
    def reference(self) -> str:
        """The reference it went out under."""

    @property
    def identity(self) -> Identity:
        """Whose it is, and with which questions."""

    @property
    def file_name(self) -> str:
        """Its name in its folder."""

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""


Record = TypeVar("Record", bound=Recorded)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a workbook, and the files that go beside it under its name.

    ``data`` makes the bytes when they are written: thousands are never held at once. ``beside``
    holds the bytes of further files by their ending.
    """

    sha256: str
    data: Callable[[], bytes]
    beside: Mapping[str, bytes] = field(default_factory=dict)


class Wanted(Protocol[Record]):
    """One workbook that is to be out: what it must be today, and how it is made."""

    @property
    def identity(self) -> Identity:
        """What a workbook issued today would be sealed with."""

    @property
    def earlier(self) -> Record | None:
        """The last one issued for the same purpose, if any."""

    def drafted(self, reference: str) -> tuple[Record, Content]:
        """Return a new workbook under this reference: its record and its content."""

    def as_today(self, earlier: Record) -> Content:
        """Return what an earlier workbook of the same identity would be if made today."""

    def as_then(self, earlier: Record) -> Content | None:
        """Return an outdated workbook again as far as it can still be made; None if not."""


@dataclass(frozen=True, slots=True)
class Issue(Generic[Record]):
    """What became of one workbook: its record, where it is, and what is still to be done.

    ``fresh`` says that the record is new and goes into the ledger first; ``content`` is what is
    to be written after that.
    """

    outcome: Outcome
    record: Record
    path: Path
    fresh: bool = False
    content: Content | None = None


class Issuer(Generic[Record]):
    """Decides workbook by workbook; records nothing itself.

    Args:
        folder: where this kind of workbook is put; made when missing.
        secret: the assessment's secret.
        taken: every reference given out so far, whatever it stands for.
        reissue: issue anew what changed since it was issued.
    """

    def __init__(self, folder: Path, secret: bytes, *, taken: Iterable[str], reissue: bool) -> None:
        self._folder, self._secret, self._reissue = folder, secret, reissue
        self._taken = set(taken)
        make_folder(folder)
        sweep(folder)

    def decide(self, wanted: Wanted[Record]) -> Issue[Record]:
        """Return what is to become of one workbook."""
        earlier = wanted.earlier
        if earlier is None:
            return self._new("new", wanted)
        if earlier.identity == wanted.identity:
            content = wanted.as_today(earlier)
            if content.sha256 == earlier.sha256:
                return self._same(earlier, content)
        if self._reissue:
            return self._new("reissued", wanted)
        changed = earlier.identity.digest != wanted.identity.digest
        return self._left("questions" if changed else "outdated", wanted, earlier)

    def _new(self, outcome: Outcome, wanted: Wanted[Record]) -> Issue[Record]:
        record, content = wanted.drafted(self._free_reference(wanted.identity))
        path = self._folder / record.file_name
        if holds(path, record.sha256) is False:
            # Somebody's file bears the name: not recorded either, or the ledger would vouch for it.
            return Issue("kept", record, path)
        return Issue(outcome, record, path, fresh=True, content=content)

    def _same(self, earlier: Record, content: Content) -> Issue[Record]:
        """Settle a workbook that would come out today as it was issued."""
        path = self._folder / earlier.file_name
        held = holds(path, earlier.sha256)
        if held is False:
            return Issue("kept", earlier, path)
        if held and all(path.with_suffix(ending).exists() for ending in content.beside):
            return Issue("unchanged", earlier, path)
        return Issue("restored", earlier, path, content=content)

    def _left(self, outcome: Outcome, wanted: Wanted[Record], earlier: Record) -> Issue[Record]:
        """Leave a workbook as issued; put it back where it is missing and can be made."""
        path = self._folder / earlier.file_name
        held = holds(path, earlier.sha256)
        if held is False:
            return Issue("kept", earlier, path)
        content = wanted.as_then(earlier) if held is None else None
        exact = content if content and content.sha256 == earlier.sha256 else None
        return Issue(outcome, earlier, path, content=exact)

    def _free_reference(self, identity: Identity) -> str:
        for attempt in range(_MOST_ATTEMPTS):
            reference = reference_for(identity, self._secret, attempt)
            if reference not in self._taken:
                self._taken.add(reference)
                return reference
        raise AssertionError(f"{_MOST_ATTEMPTS} references in a row are taken")


def write(issues: Sequence[Issue[Record]], watch: Watch = silent) -> None:
    """Write what is to be written, once the ledger knows it.

    Raises:
        OSError: a file cannot be written.
    """
    for done, issue in enumerate(issues, start=1):
        write_one(issue)
        watch(done, len(issues))


def write_one(issue: Issue[Record]) -> None:
    """Write what is to be written of one workbook.

    Raises:
        OSError: a file cannot be written.
    """
    if issue.content:
        write_whole(issue.path, issue.content.data())
        for ending, data in issue.content.beside.items():
            write_whole(issue.path.with_suffix(ending), data)


def clear_away(
    folder: Path, earlier: Iterable[Recorded], keep: Collection[str], beside: str = ""
) -> None:
    """Move workbooks that are settled or replaced out of the way, if nobody touched them.

    Args:
        folder: where they are.
        earlier: those issued before this run that may have to go.
        keep: the references of those that stay.
        beside: the ending of a file that goes with each.
    """
    for one in earlier:
        path = folder / one.file_name
        if one.reference not in keep and holds(path, one.sha256):
            companion = path.with_suffix(beside) if beside else None
            if companion and companion.exists():
                # Before the workbook: once that is gone, nothing would lead to it again.
                put_aside(companion)
            put_aside(path)
