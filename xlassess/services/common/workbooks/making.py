"""Making workbooks: here, or by an executor where there are so many that it pays.

The same function makes a workbook wherever it is made. It has the same bytes where the libraries
below it are the same, which nobody promises of another computer: so whoever makes workbooks makes
a sample too, and is believed only where that is as it is here. What others could not make, or make
otherwise, is made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.generate import Personal, Plate, ShownAnswers, build_plate, build_with_last_time
from xlassess.model.answer import Identity
from xlassess.model.assessment import Assessment
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.progress import Watch
from xlassess.services.common.workbooks.issuing import Issue, Record, write_one
from xlassess.services.common.workbooks.outbox import sha256_of, write_whole
from xlassess.workers import Bounds, Executor, Work, Workers, executor_of

BOUNDS = Bounds(memory=512 << 20, seconds=60)
"""What making one workbook may take."""

_WORTH_IT = 1500
"""Workbooks that are stamped from which on processes pay; to start them takes a second."""

_AS_STAMPED = 50
"""So many workbooks are stamped while one is written with answers of last time."""


@dataclass(frozen=True, slots=True)
class WorkbookToMake:
    """A workbook: its questions, by digest and version, and all that makes it personal.

    ``shows`` is what it shows of last time. ``to`` is where it is written by whoever makes it;
    without, its bytes are handed back.
    """

    digest: str
    version: str
    personal: Personal
    shows: ShownAnswers | None = None
    to: Path | None = None


@dataclass(frozen=True, slots=True)
class MadeWorkbook:
    """What was made: the hash of its bytes, and these unless they were written.

    ``sample`` is the hash of the sample that was made in the same place.
    """

    sha256: str
    sample: str = ""
    data: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class WorkbookMaker:
    """Makes the workbooks of one assessment; a plate per set of questions.

    ``toolkits`` are those by digest and version, ``password`` opens the sheets.
    """

    assessment: Assessment
    password: str = field(repr=False)
    toolkits: dict[tuple[str, str], Toolkit] = field(default_factory=dict)
    _plates: dict[tuple[str, str], Plate] = field(default_factory=dict, repr=False)
    _sampled: tuple[str, str] | None = None
    _sample: str = ""

    def data(self, book: WorkbookToMake) -> bytes:
        """Return the bytes of a workbook.

        Raises:
            SheetError: a text does not fit into a workbook.
        """
        key = book.digest, book.version
        toolkit = self.toolkits[key]
        if book.shows is not None:
            return build_with_last_time(
                toolkit, self.assessment, book.shows, book.personal, self.password
            )
        if key not in self._plates:
            self._plates[key] = build_plate(toolkit, self.assessment, book.digest, self.password)
        return self._plates[key].stamp(book.personal)

    def sample(self) -> str:
        """Return the hash of a workbook of nobody's; the same wherever others would be."""
        if not self._sample:
            digest, version = self._sampled = self._sampled or min(self.toolkits)
            toolkit = self.toolkits[digest, version]
            ours = self.assessment
            who = Identity(
                CONTRACT_VERSION, ours.id, ours.round, "sample", "sample", toolkit.id, version,
                digest, promise=str(ours.promise),
            )  # fmt: skip
            nobody = Personal("0000-0000", "0" * 64, who, "Sample", "", "board")
            self._sample = sha256_of(self.data(WorkbookToMake(digest, version, nobody)))
        return self._sample

    def for_others(self) -> WorkbookMaker:
        """The same for another process, which makes its own plates.

        Its sample is of the same questions, although others may have become known since.
        """
        self._sampled = self._sampled or min(self.toolkits, default=None)
        return WorkbookMaker(
            self.assessment, self.password, dict(self.toolkits), _sampled=self._sampled
        )


def make(book: WorkbookToMake, maker: WorkbookMaker) -> MadeWorkbook:
    """Make a workbook, in a process of its own or on another computer."""
    data = maker.data(book)
    if book.to is None:
        # Stamped anew when it is written: that takes less than to keep thousands.
        return MadeWorkbook(sha256_of(data), maker.sample(), b"" if book.shows is None else data)
    write_whole(book.to, data)
    return MadeWorkbook(sha256_of(data), maker.sample())


def _make_whole(book: WorkbookToMake, maker: WorkbookMaker) -> MadeWorkbook:
    """Make a workbook for another computer to write."""
    data = maker.data(book)
    return MadeWorkbook(sha256_of(data), maker.sample(), data)


def is_worth_it(books: Iterable[WorkbookToMake], workers: Workers) -> bool:
    """True where others make these faster; a cluster that was asked for always works."""
    if executor_of(workers).is_remote:
        return True
    weight = sum(1 if book.shows is None else _AS_STAMPED for book in books)
    return workers != 1 and weight >= _WORTH_IT


def made_by(
    books: Sequence[WorkbookToMake], maker: WorkbookMaker, executor: Executor, *, whole: bool
) -> Iterator[MadeWorkbook | None]:
    """Yield workbooks as an executor made them, in order; None where it could not, or otherwise.

    Args:
        books: the workbooks.
        maker: makes them.
        executor: who works.
        whole: hand back all bytes.
    """
    work = Work(_make_whole if whole else make, BOUNDS)
    coming = executor.map(work, iter(books), maker.for_others(), len(books))
    with closing(coming):
        for made in coming:
            if isinstance(made, MadeWorkbook) and made.sample == maker.sample():
                yield made
            else:
                yield None


@dataclass(frozen=True, slots=True)
class ToBeMade:
    """The bytes of a workbook that are made when they are written (see `issuing.Content`)."""

    maker: WorkbookMaker
    book: WorkbookToMake

    def __call__(self) -> bytes:
        """Make them here."""
        return self.maker.data(self.book)


def write_by(
    issues: Sequence[Issue[Record]], maker: WorkbookMaker, workers: Workers, watch: Watch
) -> None:
    """Write what is to be written, once the ledger knows it, and let others make it.

    Raises:
        XlassessError: there is nobody left to do the work.
        OSError: a file cannot be written.
    """
    executor = executor_of(workers)
    books = [
        replace(issue.content.data.book, to=None if executor.is_remote else issue.path)
        for issue in issues
        if issue.content and isinstance(issue.content.data, ToBeMade)
    ]
    made = made_by(books, maker, executor, whole=executor.is_remote)
    with closing(made):  # type: ignore[type-var]
        for done, issue in enumerate(issues, start=1):
            content = issue.content
            if content and isinstance(content.data, ToBeMade):
                one = next(made)
                if one is None or one.sha256 != content.sha256:
                    write_whole(issue.path, content.data())
                elif one.data:
                    write_whole(issue.path, one.data)
            else:
                write_one(issue)
            watch(done, len(issues))


def hashes_ahead(
    books: Sequence[WorkbookToMake], maker: WorkbookMaker, workers: Workers
) -> Mapping[str, tuple[WorkbookToMake, MadeWorkbook]]:
    """Return, by reference, workbooks that others made before it is known which are wanted."""
    made = made_by(books, maker, executor_of(workers), whole=False)
    return {
        book.personal.reference: (book, one)
        for book, one in zip(books, made, strict=True)
        if one is not None
    }
