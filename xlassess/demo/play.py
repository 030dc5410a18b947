"""Playing the demo through: generate, fill in, ingest, consolidate, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from xlassess.contract.layout import layout
from xlassess.demo.filling import fill_in
from xlassess.demo.letters import BUNDLE, LETTERS, PLAIN, Letter
from xlassess.demo.mistakes import wrong_file, zipped
from xlassess.demo.partnership import BUNDLED, ISSUED, RECEIVED, SILENT, TOOLKITS
from xlassess.demo.scripts import SCRIPTS
from xlassess.demo.setting_up import set_up
from xlassess.demo.voices import voices
from xlassess.desk.clerk import Workbook
from xlassess.desk.consolidate import Consolidated, consolidate
from xlassess.desk.generate import Generated, generate
from xlassess.desk.ingest import Ingested, ingest
from xlassess.desk.register import toolkits_of
from xlassess.desk.status import Status, status
from xlassess.desk.watch import Watch, silent
from xlassess.folder.assessment import AssessmentFolder
from xlassess.folder.problems import did_you_mean
from xlassess.model.errors import UsageError

MARK = ".xlassess-demo"
"""The file by which a folder is known to be a demo."""

INBOX = "inbox"
"""What the partners sent back, as it might stand in a mailbox."""

_MADE = (
    "assessment.yaml", "partners.xlsx", ".secret", "ledger.db", "ledger.db-wal", "ledger.db-shm",
    ".gitignore", "outbox", "returns", "output", INBOX,
)  # fmt: skip
_FIRST_SAVED = datetime(2026, 3, 9, 10, 15, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that did not come back as it should: from whom, what, and how it was read."""

    partner: str
    toolkit: str
    what: str
    state: str


@dataclass(frozen=True, slots=True)
class Played:
    """A demo that was played: where everything is, and what came of it.

    ``replaced`` says that an earlier demo in the folder gave way. ``oddities`` is everything
    that did not come back as it should.
    """

    root: Path
    inbox: Path
    replaced: bool
    generated: Generated
    ingested: Ingested
    consolidated: Consolidated
    status: Status
    oddities: tuple[Oddity, ...]


def choose_toolkits(named: Sequence[str]) -> tuple[str, ...]:
    """Return the toolkits to play: those named, each once, or the usual two where none is.

    Args:
        named: ids of built-in toolkits, several in one text parted by commas, or ``all``.

    Raises:
        UsageError: one of them is no built-in toolkit.
    """
    every = (*TOOLKITS, *(name for name in SCRIPTS if name not in TOOLKITS))
    words = [word.strip() for text in named for word in text.split(",")]
    chosen = dict.fromkeys(word for word in words if word)
    if "all" in chosen:
        return every
    for name in chosen:
        if name not in every:
            raise UsageError(
                f"There is no built-in toolkit {name!r}.", did_you_mean(name, (*every, "all"))
            )
    return tuple(chosen) or TOOLKITS


def play(root: Path, *, toolkits: Sequence[str] = TOOLKITS, watch: Watch = silent) -> Played:
    """Play the demo in this folder, which must be new, empty, or an earlier demo.

    Args:
        root: the folder.
        toolkits: the ids of the built-in toolkits to play, in this order.
        watch: told how many workbooks are filled in.

    Raises:
        UsageError: the folder holds something else.
        OSError: a file cannot be written.
    """
    replaced = _clear(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / MARK).write_text("Made by xlassess demo, which may replace what it made here.\n")
    folder = set_up(root, toolkits)
    generated = generate(folder, now=ISSUED)
    inbox = root / INBOX
    inbox.mkdir()
    for name, data in _Post(folder, generated).files(watch):
        (inbox / name).write_bytes(data)
    received = ingest(folder, [inbox], now=RECEIVED)
    summary = consolidate(folder, now=RECEIVED)
    return Played(
        root=root,
        inbox=inbox,
        replaced=replaced,
        generated=generated,
        ingested=received,
        consolidated=summary,
        status=status(folder, today=RECEIVED.date()),
        oddities=_oddities(generated, received),
    )


def _clear(root: Path) -> bool:
    """Remove what an earlier demo made; True when there was one.

    Raises:
        UsageError: the folder is not an earlier demo and not empty.
    """
    if not root.exists():
        return False
    if not root.is_dir():
        raise UsageError(f"{root} is a file.", "Name a folder with --output DIR.")
    if not any(root.iterdir()):
        return False
    if not (root / MARK).is_file():
        raise UsageError(
            f"{root} holds something that is not a demo; it was left alone.",
            "Name a new or empty folder with --output DIR.",
        )
    for name in _MADE:
        path = root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return True


def _oddities(generated: Generated, ingested: Ingested) -> tuple[Oddity, ...]:
    books = {(book.toolkit, book.respondent): book for book in generated.workbooks}
    states = {file.ret.file: file.ret.state for file in ingested.files}
    odd = [
        Oddity(book.partner, book.toolkit, letter.odd, states[letter.name or book.path.name])
        for book, letters in ((books[key], LETTERS[key]) for key in LETTERS if key in books)
        for letter in letters
    ]
    missing = [
        Oddity(book.partner, book.toolkit, "nothing at all", "")
        for book in generated.workbooks
        if book.partner == SILENT
    ]
    return (*odd, *missing)


class _Post:
    """The partners at work: what each sends back."""

    def __init__(self, folder: AssessmentFolder, generated: Generated) -> None:
        self._people = {(p.partner, p.name): p for p in folder.respondents()}
        self._books = [book for book in generated.workbooks if book.partner != SILENT]
        toolkits = toolkits_of(folder, folder.assessment())
        self._layouts = {name: layout(toolkit) for name, toolkit in toolkits.items()}
        self._voices = voices(toolkits)

    def files(self, watch: Watch) -> Iterator[tuple[str, bytes]]:
        """Yield every file that comes back: its name and its content."""
        bundle: list[tuple[str, bytes]] = []
        for number, book in enumerate(self._books, start=1):
            person = self._people[book.partner, book.respondent]
            saved_at = _FIRST_SAVED + timedelta(hours=5 * number)
            for letter in LETTERS.get((book.toolkit, person.name), PLAIN):
                file = (
                    letter.name or book.path.name,
                    self._file(book, person.name, letter, saved_at),
                )
                if person.partner == BUNDLED:
                    bundle.append(file)
                else:
                    yield file
            watch(number, len(self._books))
        yield BUNDLE, zipped(bundle, _FIRST_SAVED)

    def _file(self, book: Workbook, name: str, letter: Letter, saved_at: datetime) -> bytes:
        if letter.foreign:
            return wrong_file()
        return fill_in(
            book.path.read_bytes(),
            self._layouts[book.toolkit],
            self._voices[book.toolkit, name],
            saved_at + timedelta(days=letter.days_later),
            letter.slip,
        )
