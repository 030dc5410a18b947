"""Playing the demo through: generate, fill in, ingest, consolidate, in a folder of its own."""

from __future__ import annotations

import hashlib
import re
import shutil
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from xlassess.assessment.register import EXAMPLE, HEADINGS, LEAVING, NEW, SHEET, SINCE
from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.starter import enter
from xlassess.contract.layout import layout
from xlassess.demo.answers import EntriesByPerson, made_up_entries
from xlassess.demo.filling import fill_in
from xlassess.demo.partnership import (
    ASSESSMENT,
    BUNDLED,
    ISSUED,
    RECEIVED,
    RESPONDENTS,
    SILENT,
    TOOLKITS,
)
from xlassess.demo.returns import (
    AS_IT_SHOULD_BE,
    BUNDLE,
    RETURNED,
    FileSentBack,
    wrong_file,
    zipped,
)
from xlassess.demo.scripts.all_toolkits import SCRIPTS, asked_of
from xlassess.files.problems import did_you_mean
from xlassess.model.assessment import LEVELS, Assessment, Respondent
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.received import Ingested
from xlassess.services.common.workbooks.asked import toolkits_of
from xlassess.services.generate import Generated, Workbook, generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import Consolidated, consolidate
from xlassess.services.status import Status, status


def set_up(
    root: Path, toolkits: Sequence[str], assessment: Assessment = ASSESSMENT
) -> AssessmentFolder:
    """Begin an assessment with these toolkits in this folder and fill in its two files."""
    (root / MARK).write_text("Made by xlassess demo, which may replace what it made here.\n")
    folder = AssessmentFolder(root)
    folder.create()
    text = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(_settings(text, toolkits, assessment), encoding="utf-8")
    _fill_register(folder.register_file, toolkits)
    # A real assessment's secret is random. The demo's is made from a fixed text, so that its
    # references and files come out the same every time; it protects nothing.
    secret = hashlib.sha256(b"the demo of xlassess").hexdigest()
    folder.secret_file.write_text(f"{secret}\n", encoding="ascii")
    return folder


def _settings(text: str, toolkits: Sequence[str], assessment: Assessment) -> str:
    """Fill in the explained settings of a new assessment, remarks and all."""
    coordinator = assessment.coordinator
    values = {
        "id": assessment.id,
        "partnership": assessment.partnership,
        "round": assessment.round,
        "name": coordinator.name,
        "email": coordinator.email,
        "phone": coordinator.phone,
        "return_by": f"{assessment.return_by}",
        "purpose": assessment.purpose,
    }
    text = enter(text, values)
    chosen = "".join(f"\n  - {name}" for name in toolkits)
    return re.sub(r"(?m)^toolkits:(\n  - .*)+", f"toolkits:{chosen}", text)


def _fill_register(path: Path, toolkits: Sequence[str]) -> None:
    """Enter everybody who is asked into the register, in place of its example rows.

    People who are asked for all toolkits need not have them named.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # openpyxl says which of Excel's extensions it drops; the register can do without.
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    sheet = book[SHEET]
    head = next(row for row in sheet.iter_rows() if row[0].value == HEADINGS[0])
    columns = {str(cell.value): number for number, cell in enumerate(head, start=1)}
    first = int(head[0].row or 0) + 1
    for row in sheet.iter_rows(min_row=first):
        if str(row[0].value or "").startswith(EXAMPLE):
            for cell in row:
                cell.value = None
    people = [person for person in RESPONDENTS if asked_of(person, toolkits)]
    for number, person in enumerate(people, start=first):
        mine = asked_of(person, toolkits)
        named = "" if len(mine) == len(toolkits) else ", ".join(mine)
        entries = (person.partner, person.name, LEVELS[person.level], person.email, named or None)
        for heading, entry in zip(HEADINGS, entries, strict=False):
            sheet.cell(number, columns[heading]).value = entry
    book.save(path)


def change_register(path: Path, leaving: Collection[str], joining: Sequence[Respondent]) -> None:
    """Mark who leaves in the register of a later round, by name, and add who is new below."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    sheet = book[SHEET]
    heads = {str(cell.value): place for place, cell in enumerate(next(sheet.iter_rows()), 1)}
    name, since = heads["Respondent"], heads[SINCE]
    row = 2
    while (who := sheet.cell(row, name).value) is not None and str(who).strip():
        if str(who) in leaving:
            sheet.cell(row, since).value = LEAVING
        row += 1
    for number, person in enumerate(joining, start=row):
        entries = (person.partner, person.name, LEVELS[person.level], person.email, None, NEW)
        for heading, entry in zip((*HEADINGS, SINCE), entries, strict=True):
            sheet.cell(number, heads[heading]).value = entry
    book.save(path)


MARK = ".xlassess-demo"
"""The file by which a folder is known to be a demo."""

INBOX = "inbox"
"""What the partners sent back, as it might stand in a mailbox."""

SENT = "sent"
"""The messages that were sent, where the demo is played by e-mail."""

BEGUN = ".xlassess-demo-begun"
"""The file by which a demo for the desk is known that was broken off."""

PARTNERSHIPS = "partnerships"
"""The folder of the assessments of a programme."""

_MADE = (
    "assessment.yaml", "partners.xlsx", ".secret", "ledger.db", "ledger.db-wal", "ledger.db-shm",
    ".gitignore", "outbox", "drafts", "entries", "returns", "output", "rounds", "jobs", INBOX, SENT,
    "programme.yaml", PARTNERSHIPS, BEGUN, ".settings.lock",
)  # fmt: skip
OWN_TOOLKIT = Path("toolkits", "pat.yaml")
"""The toolkit that a demo of several rounds puts beside those of the user."""

FIRST_SAVED = datetime(2026, 3, 9, 10, 15, tzinfo=timezone.utc)
"""When the first partner saved."""


@dataclass(frozen=True, slots=True)
class UnusualReturn:
    """Something that did not come back as it should: from whom, what, and how it was read."""

    partner: str
    toolkit: str
    what: str
    state: str


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A demo that was played: where everything is, and what came of it.

    ``replaced`` says that an earlier demo in the folder gave way. ``unusual`` is everything
    that did not come back as it should.
    """

    root: Path
    inbox: Path
    replaced: bool
    generated: Generated
    ingested: Ingested
    consolidated: Consolidated
    status: Status
    unusual: tuple[UnusualReturn, ...]


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


def choose_rounds(named: Sequence[str]) -> None:
    """Refuse toolkits with which several rounds cannot be played.

    Args:
        named: as for `choose_toolkits`.

    Raises:
        UsageError: a toolkit is named for which there is no story.
    """
    if named and choose_toolkits(named) != TOOLKITS[:1]:
        raise UsageError(
            f"The demo of several rounds is played with the toolkit {TOOLKITS[0]} alone.",
            "Leave --toolkits out, or leave --rounds out.",
        )


def run_demo(root: Path, *, toolkits: Sequence[str] = TOOLKITS, watch: Watch = silent) -> DemoRun:
    """Play the demo in this folder, which must be new, empty, or an earlier demo.

    Args:
        root: the folder.
        toolkits: the ids of the built-in toolkits to play, in this order.
        watch: told how many workbooks are filled in.

    Raises:
        UsageError: the folder holds something else.
        OSError: a file cannot be written.
    """
    replaced = clear(root)
    folder = set_up(root, toolkits)
    generated = generate(folder, now=ISSUED)
    inbox = root / INBOX
    inbox.mkdir()
    for name, data in Partners(folder, generated, made_up_entries).files(watch):
        (inbox / name).write_bytes(data)
    received = ingest(folder, [inbox], now=RECEIVED)
    summary = consolidate(folder, now=RECEIVED)
    return DemoRun(
        root=root,
        inbox=inbox,
        replaced=replaced,
        generated=generated,
        ingested=received,
        consolidated=summary,
        status=status(folder, today=RECEIVED.date()),
        unusual=_unusual(generated, received),
    )


def clear(root: Path) -> bool:
    """Make the folder, or remove what an earlier demo made in it; True when there was one.

    A folder that is not a demo is never touched: its name may be that of anything.

    Raises:
        UsageError: the folder is not an earlier demo and not empty.
    """
    if not root.exists():
        root.mkdir(parents=True)
        return False
    if not root.is_dir():
        raise UsageError(f"{root} is a file.", "Give a folder with --output DIR.")
    if not any(root.iterdir()):
        return False
    if not (root / MARK).is_file():
        raise UsageError(
            f"{root} has something in it that is not a demo. It was not changed.",
            "Give a new or empty folder with --output DIR.",
        )
    for name in _MADE:
        path = root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    _clear_toolkit(root / OWN_TOOLKIT)
    return True


def _clear_toolkit(path: Path) -> None:
    """Remove the toolkit that a demo made, and its folder where nothing else is in it."""
    if path.parent.is_symlink() or not path.is_file():
        return
    path.unlink()
    if not any(path.parent.iterdir()):
        path.parent.rmdir()


def _unusual(generated: Generated, ingested: Ingested) -> tuple[UnusualReturn, ...]:
    books = {(book.toolkit, book.respondent): book for book in generated.workbooks}
    states = {file.ret.file: file.ret.state for file in ingested.files}
    back = [
        UnusualReturn(book.partner, book.toolkit, file.unusual, states[file.name or book.path.name])
        for book, files in ((books[key], RETURNED[key]) for key in RETURNED if key in books)
        for file in files
    ]
    missing = [
        UnusualReturn(book.partner, book.toolkit, "nothing at all", "")
        for book in generated.workbooks
        if book.partner == SILENT
    ]
    return (*back, *missing)


@dataclass(frozen=True, slots=True)
class SentBack:
    """A workbook that comes back: from whom, which one, and the file as it was saved."""

    person: Respondent
    book: Workbook
    name: str
    content: bytes
    saved_at: datetime


class Partners:
    """The partners at work: what each sends back."""

    def __init__(
        self,
        folder: AssessmentFolder,
        generated: Generated,
        entries: Callable[[Mapping[str, Toolkit]], EntriesByPerson],
        returned: Mapping[tuple[str, str], tuple[FileSentBack, ...]] = RETURNED,
        first_saved: datetime = FIRST_SAVED,
    ) -> None:
        self._people = {(p.partner, p.name): p for p in folder.respondents()}
        toolkits = toolkits_of(folder, folder.assessment())
        self._layouts = {name: layout(toolkit) for name, toolkit in toolkits.items()}
        self._entries = entries(toolkits)
        self._books = [
            book for book in generated.workbooks if (book.toolkit, book.respondent) in self._entries
        ]
        self._returned, self._first_saved = returned, first_saved

    def files(self, watch: Watch) -> Iterator[tuple[str, bytes]]:
        """Yield every file that comes back: its name and its content."""
        bundle: list[tuple[str, bytes]] = []
        for back in self.sent_back(watch):
            if back.person.partner == BUNDLED:
                bundle.append((back.name, back.content))
            else:
                yield back.name, back.content
        yield BUNDLE, zipped(bundle, self._first_saved)

    def sent_back(self, watch: Watch) -> Iterator[SentBack]:
        """Yield every workbook that comes back, with whose it is."""
        for number, book in enumerate(self._books, start=1):
            person = self._people[book.partner, book.respondent]
            saved_at = self._first_saved + timedelta(hours=5 * number)
            for returned in self._returned.get((book.toolkit, person.name), AS_IT_SHOULD_BE):
                content = self._file(book, person.name, returned, saved_at)
                at = saved_at + timedelta(days=returned.days_later)
                yield SentBack(person, book, returned.name or book.path.name, content, at)
            watch(number, len(self._books))

    def _file(self, book: Workbook, name: str, returned: FileSentBack, saved_at: datetime) -> bytes:
        if returned.unrelated:
            return wrong_file()
        return fill_in(
            book.path.read_bytes(),
            self._layouts[book.toolkit],
            self._entries[book.toolkit, name],
            saved_at + timedelta(days=returned.days_later),
            returned.mistake,
        )
