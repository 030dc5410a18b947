"""The archive of a closed round: everything of it in files that need no xlassess to be checked.

It is a bag in the sense of BagIt (RFC 8493): the files in ``data/``, and lists of their SHA-256
that any tool for bags, or ``sha256sum -c``, can check. The data of the round is in it as CSV, with
a Frictionless Table Schema that says what each column is.
"""

from __future__ import annotations

import csv
import errno
import io
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from xlassess.assessment.inherited import inherited_text
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import Summary, summarise
from xlassess.consolidate.export import DICTIONARY, data_package, export, guarded, tables_of
from xlassess.ledger import Ledger
from xlassess.ledger.archive import KeptFiles, kept_files
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Assessment
from xlassess.model.days import local_day, written_day
from xlassess.services.papers.consolidate import output_from, present_round

ARCHIVE = "archive"
"""How the names of archives begin, in the folder of their round."""

MANIFEST = "manifest-sha256.txt"
"""The file of an archive that has the hashes of all others."""

_README = """\
{partnership}: round {round}
{line}

The whole of a partnership's self-assessment by workbooks, as it stood when the round was closed
on {day}.

  settings/   the settings and the register of respondents
  issued/     the workbooks that were sent out
  returns/    the files that came back, under the SHA-256 of their bytes; index.csv says which
              workbook each is and what became of it
  output/     summaries and reports
  answers/    the answers as CSV; datapackage.json says what each column is
  ledger.db   the record of all that was issued, returned and decided, of all rounds so far: an
              SQLite database whose table "events" is a chain of SHA-256 hashes

To check that nothing was changed: sha256sum -c manifest-sha256.txt, in the folder above this one.
"""

_INDEX = ("return", "workbook", "toolkit", "partner", "respondent", "file", "state", "received",
          "bytes", "sha256", "path")  # fmt: skip


def write_archive(place: Path, folder: AssessmentFolder, ledger: Ledger, now: datetime) -> int:
    """Write the archive of a round, and return how many files are in it.

    The secret that seals workbooks is not among them: an archive is given away.

    Args:
        place: the folder to make.
        folder: the assessment with the round.
        ledger: its ledger.
        now: the time the data says it was made, in UTC.

    Raises:
        XlassessError: the assessment cannot be used.
        OSError: the archive cannot be written.
    """
    import bagit

    settings = folder.assessment()
    place.mkdir()
    kept = (folder.settings_file, folder.round_file, folder.register_file)
    _copy((path for path in kept if path.is_file()), place / "settings")
    if taken := inherited_text(folder.source()):
        (place / "settings" / "inherited.yaml").write_text(taken, encoding="utf-8", newline="\n")
    _copy_tree(folder.toolkits, place / "settings" / "toolkits")
    _copy_tree(folder.outbox, place / "issued")
    _copy_tree(folder.summary_file(settings.round).parent, place / "output")
    books = (*ledger.issued(settings.round), *ledger.joint(settings.round))
    issued = {one.reference: one for one in books}
    returns = (*ledger.history(settings.round), *ledger.joint_returns(settings.round))
    _write_returns(place / "returns", folder, returns, issued)
    if ledger.overview(settings.round).returned:
        record = present_round(folder)
        summary = summarise(record, now)
        ledger.record_output(settings.round, output_from(record, summary, "export"))
        _write_answers(place / "answers", summary)
    if isinstance(folder.ledger, Path):
        _copy_ledger(folder.ledger, place / "ledger.db")
    else:
        ledger.copy_to(place / "ledger.db")
    title = f"{settings.partnership}: round {settings.round}"
    day = written_day(now.astimezone())
    text = _README.format(
        partnership=settings.partnership, round=settings.round, line="=" * len(title), day=day
    )
    (place / "README.txt").write_text(text, encoding="utf-8", newline="\n")
    bagit.make_bag(str(place), _about(settings, now), checksums=["sha256"])
    return sum(path.is_file() for path in (place / "data").rglob("*"))


def _about(settings: Assessment, now: datetime) -> dict[str, str]:
    """What the bag says of itself (RFC 8493, section 2.2.2)."""
    return {
        "Source-Organization": settings.partnership,
        "Contact-Name": settings.coordinator.name,
        "External-Identifier": f"{settings.id}/{settings.round}",
        "External-Description": f"Partnership self-assessment, round {settings.round}",
        "Bagging-Date": local_day(now).isoformat(),
    }


def _copy(paths: Iterable[Path], to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for path in paths:
        shutil.copy2(path, to / path.name)


def _copy_tree(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns(".*"))


def _write_returns(
    place: Path, folder: AssessmentFolder, returns: Iterable[Return], issued: dict[str, Issued]
) -> None:
    """Write the files that came back, and a list of them."""
    place.mkdir()
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_INDEX)
    some = list(returns)
    with kept_files(folder.files) as files:
        names = {ret.sha256: _kept(place, files, ret.sha256) for ret in some}
    for ret in some:
        name = names[ret.sha256]
        book = issued.get(ret.reference)
        who = (book.identity.toolkit, book.partner, book.respondent) if book else ("", "", "")
        received = f"{ret.received_at:%Y-%m-%d %H:%M:%S}" if ret.received_at else ""
        texts = (ret.reference, *who, ret.file, ret.state)
        row = (ret.number, *map(guarded, texts), received, ret.size, ret.sha256, name)
        writer.writerow(row)
    (place / "index.csv").write_bytes(out.getvalue().encode("utf-8", "backslashreplace"))


def _kept(place: Path, files: KeptFiles, sha256: str) -> str:
    """Copy a file that came back, and return its name; none where it had no bytes."""
    found = files.at_hand(sha256, place)
    if found is None:
        return ""
    to = place / found.name
    if not to.exists():
        shutil.copy2(found, to)
    return to.name


def _write_answers(place: Path, summary: Summary) -> None:
    """Write the answers as CSV with their schema, as far as the attribution shows them."""
    place.mkdir()
    for file in export(summary, "csv"):
        with (place / file.name).open("wb") as to:
            file.write(to)
    settings = summary.assessment
    specs = [*(table.spec for table in tables_of(summary)), DICTIONARY]
    title = f"{settings.partnership}: data of round {settings.round}"
    (place / "datapackage.json").write_bytes(data_package(settings.id, title, specs))


def _copy_ledger(ledger: Path, to: Path) -> None:
    """Copy the ledger as it stands, whoever else is writing to it.

    Raises:
        OSError: there is no room for the copy, or it cannot be written.
    """
    try:
        with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(to)) as copy:
            source.backup(copy)
    except sqlite3.Error as fault:
        raise OSError(errno.EIO, f"the ledger cannot be copied: {fault}", str(to)) from fault
