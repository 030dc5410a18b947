"""What was handed over, file by file: folders walked, zip files unpacked with suspicion.

A name that is not UTF-8 is kept by Python as half a letter per byte, which can be shown nowhere
and stops whatever writes it; so names are repaired at the door.

Nothing from inside a zip file decides where it is written: members get numbers for names on
disk and keep their own name for show only.
"""

from __future__ import annotations

import itertools
import os
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from xlassess.ingest.guard.foreign import foreign_zip, lock_left
from xlassess.ingest.guard.limits import (
    MEGABYTE,
    MOST_BYTES,
    MOST_DEPTH,
    MOST_MEMBERS,
    MOST_PACKED,
    MOST_UNPACKED,
)
from xlassess.ingest.guard.package import (
    USUAL_METHODS,
    ZIP_MAGIC,
    BoundedZipFile,
    LongContentsError,
)
from xlassess.ingest.intake.mail import MailFile, ReadMail, read_message
from xlassess.ingest.intake.mail_files import MailKind, mail_kind, messages_of
from xlassess.ingest.one import fingerprint, in_words, refused
from xlassess.ingest.reading.reading_plan import CoveringMail, NoticedMail, ReturnedFile
from xlassess.model.answer import Return
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding
from xlassess.sheet.saved import PACKAGE_FAULTS

_UNICODE_PATH = 0x7075
"""The extra field in which a zip file keeps a name in UTF-8 (APPNOTE 4.6.9)."""
_UTF8_FLAG = 0x800
_MOST_NAME = 1000
_MARKS = frozenset("–—‘’“”…•€£°·§«»")


def legible(name: str) -> str:
    """Return a name from disk with letters only, whatever bytes it was written in."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return decoded(os.fsencode(name))
    return name


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a file in a zip file, in composed letters.

    A Mac writes UTF-8 without the flag that says so, older programs the letters of their own
    country.
    """
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG and not name.isascii():
        raw = info.orig_filename.encode("cp437", "replace")
        name = _unicode_path(info.extra, raw) or decoded(raw)
    # a longer name is no one's, and putting its marks in order could take long
    return unicodedata.normalize("NFC", name) if len(name) <= _MOST_NAME else name


def decoded(raw: bytes) -> str:
    """Return a name from its bytes: UTF-8 if they are, else the first encoding that fits.

    Of DOS (cp437), Windows (cp1252) and Western Europe under DOS (cp850) the first counts in
    which every letter beyond ASCII is one of Western Europe, unless the whole name or several
    of its words look like another writing taken for it. Such a name is tried as one of a Russian
    or Japanese program, and is Western if it looks like neither; any other is tried as Central
    European, too.
    """
    for encoding, fits in _ENCODINGS:
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if fits(name):
            return name
    return raw.decode("cp1252", "replace")


def _looks_western(name: str) -> bool:
    if not _is_in_western_letters(name) or len(_HALVES.findall(name)) >= _MOST_HALVES:
        return False
    return not any(_looks_mistaken(PurePosixPath(part).stem) for part in name.split("/"))


def _is_in_western_letters(name: str) -> bool:
    return all(_is_western(char) for char in name)


def _looks_mistaken(name: str) -> bool:
    """True where the words of a name, or several, look like Russian ones in Western letters."""
    if not _ACCENTED_WORD.search(name):
        return False
    words = _WORD.findall(name)
    accented = [word for word in words if not any(char.isascii() for char in word)]
    return len(accented) == len(words) or sum(len(word) > 1 for word in accented) > 1


def _looks_russian(name: str) -> bool:
    """True for Cyrillic words, with capitals as words have them, and no Latin letter in them."""
    words = _WORD.findall(name)
    cyrillic = [word for word in words if not word.isascii()]
    return _plain_beside(name, _CYRILLIC) and all(
        _CYRILLIC.issuperset(word) and (word.isupper() or word[1:].islower() or len(word) == 1)
        for word in cyrillic
    )


def _looks_japanese(name: str) -> bool:
    return all(char.isascii() or unicodedata.name(char, "").startswith(_JAPANESE) for char in name)


def _looks_central_european(name: str) -> bool:
    return all(_is_western(char) or (char.isalpha() and char <= "\u017f") for char in name)


def _plain_beside(name: str, letters: frozenset[str]) -> bool:
    return all(char.isascii() or char in letters or char in _MARKS or char == "№" for char in name)


_WORD = re.compile(r"[^\W\d_]+")
_ACCENTED_WORD = re.compile(r"(?<![A-Za-z])[\xc0-\xff]{4}")
"""Few words of Western Europe begin so, and every one of Russian letters taken for Western ones."""
_HALVES, _MOST_HALVES = re.compile(r"[\xe0-\xff][A-Z\[\]\\^@{}|]"), 2
"""What halves of Japanese letters look like, and how often that is no chance."""
_CYRILLIC = frozenset(map(chr, (*range(0x410, 0x450), 0x401, 0x451)))
_JAPANESE = (
    "HIRAGANA",
    "KATAKANA",
    "CJK UNIFIED",
    "FULLWIDTH",
    "IDEOGRAPHIC",
)
_ENCODINGS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("utf-8", lambda _: True),
    ("cp437", _looks_western),
    ("cp1252", _looks_western),
    ("cp850", _looks_western),
    ("cp866", _looks_russian),
    ("cp1251", _looks_russian),
    ("cp932", _looks_japanese),
    ("cp437", _is_in_western_letters),
    ("cp1252", _is_in_western_letters),
    ("cp850", _is_in_western_letters),
    ("cp852", _looks_central_european),
)


def _is_western(char: str) -> bool:
    if char.isascii() or char in _MARKS:
        return True
    return char.isalpha() and "\xc0" <= char <= "\xff"


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name that an extra field gives, if it was made for this name."""
    place = 0
    while place + 9 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == _UNICODE_PATH and length > 5:
            (checksum,) = struct.unpack_from("<I", extra, place + 5)
            if checksum == zlib.crc32(raw):
                return extra[place + 9 : place + 4 + length].decode("utf-8", "replace")
        place += 4 + length
    return ""


Item: TypeAlias = "ReturnedFile | NoticedMail | Return"
"""A file to read, a message about one that was sent, or the return of what was refused already."""

_MOST_MAILS = 5
"""Messages attached to messages that are opened, one in the other."""

_TOO_DEEP = ": it is inside more messages and zip files than are opened"
_PASSED_OVER = ("thumbs.db", "desktop.ini", "__macosx")
_BLOCK = 1 << 16


def collect(paths: Sequence[Path], unpack_into: Path) -> Iterator[Item]:
    """Yield every file handed over, in the order of their names.

    Hidden files, lock files of open workbooks and the leavings of file managers are passed
    over. Links inside folders are not followed.

    Args:
        paths: files, folders and zip files.
        unpack_into: an existing folder for what comes out of zip files; it must stay until
            the files are read.

    Yields:
        A source to read, or the return of a file that was refused already.
    """
    for _, item in collect_each(paths, unpack_into):
        yield item


def head_of(data: bytes) -> tuple[str, str]:
    """Return what a message is about, and the address it is from, as people can read them."""
    mail = read_message(data)
    return legible(mail.subject), legible(mail.sender)


def collect_each(paths: Sequence[Path], unpack_into: Path) -> Iterator[tuple[Path, Item]]:
    """Yield what `collect` does, each with the path that was handed over and that it came in.

    Of two paths whose files have one name, the name does not tell it.
    """
    unpacker = _Unpacker(unpack_into)
    for path in paths:
        if path.is_dir():
            items = _folder(path, unpacker)
        else:
            items = _one(path, legible(path.name), unpacker, named=True)
        for item in items:
            yield path, item


def origin_of(path: Path, name: str) -> tuple[str, Path] | None:
    """Return the file on disk that holds something yielded by `collect`, and its name for show.

    Args:
        path: a path that was handed over.
        name: the name under which something in it was yielded.
    """
    parts = PurePosixPath(name).parts
    if path.is_file():
        return (legible(path.name), path) if parts[:1] == (legible(path.name),) else None
    for at, part in enumerate(parts, start=1):
        below = _called(path, part)
        if below is None or below.is_symlink():
            return None
        if below.is_file():
            return "/".join(parts[:at]), below
        path = below
    return None


def _called(folder: Path, name: str) -> Path | None:
    """What a folder holds under a name, or under one of which that is what can be read."""
    if os.path.lexists(folder / name):
        return folder / name
    try:
        return next((one for one in folder.iterdir() if legible(one.name) == name), None)
    except OSError:
        return None


def _passed_over(name: str) -> bool:
    return name.startswith((".", "~$")) or name.casefold() in _PASSED_OVER


def _folder(folder: Path, unpacker: _Unpacker) -> Iterator[Item]:
    """Yield what is in a folder; one below that cannot be looked into is told, and no more."""
    for path, problem in _walk(folder):
        name = legible(path.relative_to(folder).as_posix())
        if problem:
            yield refused(name, found("G13", problem=problem))
        else:
            yield from _one(path, name, unpacker)


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield files and links below a folder in the order of their names, and what is wrong."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as fault:
        yield folder, in_words(fault)
        return
    for entry in entries:
        if _passed_over(entry.name):
            continue
        path = Path(entry.path)
        if entry.is_symlink() or not entry.is_dir():
            yield path, ""
        else:
            yield from _walk(path)


def _one(path: Path, name: str, unpacker: _Unpacker, *, named: bool = False) -> Iterator[Item]:
    """Yield one path handed over; whatever is wrong with it does not end the run."""
    try:
        if path.is_symlink() and not named:
            yield refused(name, found("G14"))
        elif not path.exists():
            yield refused(name, found("G22"))
        elif not path.is_file():
            yield refused(name, found("G13", problem="it is not a file"))
        else:
            yield from _file(path, name, unpacker)
    except OSError as fault:
        yield refused(name, found("G13", problem=in_words(fault)))


def _file(path: Path, name: str, unpacker: _Unpacker) -> Iterator[Item]:
    """Yield a file, or what is in it. Too large a file is neither hashed nor kept.

    A file that takes no room on disk can claim any size, and would be written out in full.
    """
    size = path.stat().st_size
    if lock := lock_left(path.name, size):
        yield refused(name, lock.finding(), "", size)
        return
    kind = "" if size > MOST_UNPACKED else mail_kind(path)
    archive = size <= MOST_UNPACKED and _is_archive(path)
    if size > MOST_UNPACKED or (size > MOST_BYTES and not (archive or kind == "mailbox")):
        yield _too_large(name, size)
    else:
        unpacker.allow(MOST_PACKED if archive else MOST_MEMBERS)
        yield from unpacker.opened(path, name, _Within())


def _too_large(name: str, size: int) -> Return:
    """The return of a file that is larger than any that is read; sizes are rounded up."""
    limit = str(MOST_BYTES // MEGABYTE)
    return refused(name, found("G02", size=f"{-(-size // MEGABYTE):,}", limit=limit), "", size)


def _is_archive(path: Path) -> bool:
    """True for a zip file that holds files, rather than being a document itself."""
    try:
        with path.open("rb") as file:
            if file.read(4) != ZIP_MAGIC:
                return False
        with BoundedZipFile(path) as bounded, zipfile.ZipFile(bounded) as archive:
            names = frozenset(name.lower() for name in archive.namelist())
    except LongContentsError:
        return True
    except PACKAGE_FAULTS:
        return False
    plain = frozenset(name.replace("\\", "/").removeprefix("./").lstrip("/") for name in names)
    markers = {"mimetype", "xl/workbook.xml", "xl/workbook.bin"}
    return not plain & markers and foreign_zip(plain, b"") is None


@dataclass(frozen=True, slots=True)
class _Within:
    """What a file came in: how many zip files and messages, and the message around it."""

    zips: int = 0
    mails: int = 0
    mail: CoveringMail | None = None


@dataclass(slots=True)
class _Unpacker:
    """Unpacks zip files and e-mail messages into one folder.

    The limit of room holds for all zip files together, that of members for each zip file or
    message with all that is in it: a mailbox may hold thousands of messages.
    """

    folder: Path
    left: int = MOST_UNPACKED
    most: int = MOST_MEMBERS
    members: int = MOST_MEMBERS
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def allow(self, members: int) -> None:
        """Begin anew with a file, which with all that is in it may hold so many."""
        self.most = self.members = members

    def opened(self, path: Path, name: str, within: _Within) -> Iterator[Item]:
        """Yield a file, or what is in it where it is a zip file or a message.

        Args:
            path: the file.
            name: its name for show.
            within: what it came in.
        """
        if _is_archive(path):
            yield from self._unpack(path, name, replace(within, zips=within.zips + 1))
        elif kind := mail_kind(path):
            yield from self._mail(path, name, kind, replace(within, mails=within.mails + 1))
        else:
            yield ReturnedFile(path, name, within.mail)

    def _mail(self, path: Path, name: str, kind: MailKind, within: _Within) -> Iterator[Item]:
        """Yield the files that came with the messages in a file, and what is in those."""
        if within.mails > _MOST_MAILS:
            finding = _without_workbook(ReadMail("", "", "", ()), _TOO_DEEP, "")
            yield refused(name, finding, *fingerprint(path))
            return
        for number, mail in enumerate(messages_of(path, kind), start=1):
            shown = f"{name}/{number:05d}" if kind == "mailbox" else name
            if within.mails == 1 and not within.zips:
                self.allow(MOST_MEMBERS)
            if mail.files and not mail.problem:
                inside = replace(within, mail=_covering(mail, within.mail))
                for file in mail.files:
                    yield from self._attached(file, shown, inside)
                continue
            what = f": {mail.problem}" if mail.problem else ""
            said = f"It says: “{mail.text}”" if mail.text else "It says nothing."
            if mail.files:  # of a report: what it brings back is mostly what we sent
                said += " A file in the message that it brings back was not read."
            own = ("", 0) if kind == "mailbox" else fingerprint(path)
            remark = refused(shown, _without_workbook(mail, what, said), *own)
            remark = replace(remark, received_at=mail.received)
            yield NoticedMail(remark, mail.notice, mail.sha256) if mail.notice else remark

    def _attached(self, file: MailFile, name: str, within: _Within) -> Iterator[Item]:
        shown = f"{name}/{_shown_name(file.name)}"
        # Written out it takes less room than in its message, which was taken from a disk.
        self.members -= 1
        if len(file.content) > MOST_BYTES or self.members < 0:
            yield _too_large(shown, len(file.content))
            return
        target = self._place(file.name)
        target.write_bytes(file.content)
        yield from self.opened(target, shown, within)

    def _place(self, name: str) -> Path:
        """Where something is put: under a number, whatever it is called."""
        return self.folder / f"{next(self.numbers):05d}{_suffix(name)}"

    def _unpack(self, path: Path, name: str, within: _Within) -> Iterator[Item]:
        """Yield the members of a zip file, those of zip files and messages within it too."""
        if within.zips > MOST_DEPTH:
            problem = "it is packed inside more zip files than are opened"
            yield refused(name, found("G15", problem=problem), *fingerprint(path))
            return
        try:
            with BoundedZipFile(path) as file, zipfile.ZipFile(file) as archive:
                infos = [info for info in archive.infolist() if _is_member(info)]
                if problem := self._problem(infos):
                    yield refused(name, found("G15", problem=problem), *fingerprint(path))
                    return
                for info in sorted(infos, key=lambda info: info.filename):
                    yield from self._member(archive, info, name, within)
        except LongContentsError:
            yield refused(name, found("G15", problem=self._too_many()), *fingerprint(path))
        except PACKAGE_FAULTS:
            yield refused(name, found("G15", problem="it is damaged"), *fingerprint(path))

    def _too_many(self) -> str:
        return f"it holds too many files; at most {self.most:,} are unpacked at once"

    def _problem(self, infos: list[zipfile.ZipInfo]) -> str:
        if any(info.flag_bits & 0x1 for info in infos):
            return "it needs a password"
        if len(infos) > self.members:
            return self._too_many()
        if not infos:
            return "there are no files in it"
        if sum(min(info.file_size, MOST_BYTES) for info in infos) > self.left:
            return f"unpacked it would take more than {MOST_UNPACKED // MEGABYTE} MB"
        self.members -= len(infos)
        return ""

    def _member(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, within: _Within
    ) -> Iterator[Item]:
        shown = f"{name}/{_shown_name(member_name(info))}"
        target = self._place(info.filename)
        if info.file_size > MOST_BYTES:
            yield _too_large(shown, info.file_size)
            return
        if info.compress_type not in USUAL_METHODS:
            problem = "it is packed by an unusual method"
            yield refused(shown, found("G06", problem=problem))
            return
        try:
            self._write(archive, info, target)
        except PACKAGE_FAULTS:
            yield refused(shown, found("G06", problem="it cannot be taken out of the zip file"))
            return
        yield from self.opened(target, shown, within)

    def _write(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
        """Write one member, stopping where it outgrows the size it was said to have."""
        with archive.open(info) as packed, target.open("xb") as file:
            while block := packed.read(_BLOCK):
                self.left -= len(block)
                file.write(block)


def _covering(mail: ReadMail, around: CoveringMail | None) -> CoveringMail:
    """The message that files came with; where it was attached to another, both have their say.

    Who sent the outer one handed the files over, and that one came to us.
    """
    if around is None:
        return CoveringMail(mail.sender, mail.text, mail.received, mail.subject, mail.sent)
    said = " / ".join(filter(None, (around.text, mail.text)))
    about = " / ".join(filter(None, (around.subject, mail.subject)))
    return CoveringMail(around.sender, said, around.received, about, around.sent)


def _without_workbook(mail: ReadMail, what: str, said: str) -> Finding:
    sender, subject = mail.sender or "nobody named", mail.subject or "nothing named"
    sent = mail.sent.isoformat() if mail.sent and not mail.received else ""
    return found("G21", what=what, sender=sender, subject=subject, said=said, sent=sent)


def _is_member(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    return not info.is_dir() and not any(_passed_over(part) for part in parts if part != "..")


def _shown_name(name: str) -> str:
    """A member's name for show: without steps out of the folder and unprintable characters."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    kept = "/".join(part for part in parts if part not in ("..", "/"))
    return "".join(char if char.isprintable() else "?" for char in kept) or "unnamed"


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix[1:].isalnum() and len(suffix) < 8 and suffix.isascii() else ""
