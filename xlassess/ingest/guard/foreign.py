"""Files that are not workbooks: what they are, in words, and what to send instead."""

from __future__ import annotations

import codecs
import re
import unicodedata
import zlib
from dataclasses import dataclass

from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_WORKBOOK = "Send the workbook itself, filled in and saved as an Excel workbook (.xlsx)."
_ATTACHED = "Save the attached workbook from the message and hand that over."
_UNPACK = "Unpack it and hand over the workbooks in it."
_EXPORT = "Export it as an Excel workbook (.xlsx) and send that."
_DOWNLOAD = (
    "Ask the sender to open the link, download the file itself as an Excel workbook (.xlsx), and "
    "send that."
)
_SAVE_AS = "Open it in Excel, save it as an Excel workbook (.xlsx), and send that."


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file that cannot be a return."""

    what: str
    send: str = _WORKBOOK

    def finding(self) -> Finding:
        """Return the remark that says so."""
        return found("G03", what=self.what, send=self.send)


_LINK = Foreign("only a link to a file kept elsewhere", _DOWNLOAD)
_MAIL = Foreign("an e-mail message", _ATTACHED)
_OLD_EXCEL = Foreign("a worksheet of Excel 2, 3 or 4", _SAVE_AS)
_GNUMERIC = Foreign("a Gnumeric workbook", _EXPORT)
_OLD_SPREADSHEET = Foreign(
    "a spreadsheet of an older program (Lotus 1-2-3, Quattro Pro or Works)",
    "Open it in the program it was written with, or in LibreOffice, save it as an Excel workbook "
    "(.xlsx), and send that.",
)
_TABLE = Foreign("a table saved for exchange between programs (DIF)", _SAVE_AS)
_UNKNOWN = Foreign("a file of an unknown kind")
_PICTURE = Foreign("a picture")
_RECORDING = Foreign("a recording of sound or film")
_ENCRYPTED = Foreign(
    "an encrypted or signed message",
    "Open it in the mail program it came with, save the workbook attached to it, and hand that "
    "over.",
)

_MAGIC: tuple[tuple[bytes, Foreign], ...] = (
    # a shortcut of Windows ([MS-SHLLINK] 2.1), and an alias of macOS
    (b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00", _LINK),
    (b"book\x00\x00\x00\x00mark\x00\x00\x00\x00", _LINK),
    # files of the versions of Excel before workbooks begin with these records
    (b"\x09\x00\x04\x00", _OLD_EXCEL),
    (b"\x09\x02\x06\x00", _OLD_EXCEL),
    (b"\x09\x04\x06\x00", _OLD_EXCEL),
    (b"ID;P", Foreign("a table saved as a symbolic link file (SYLK)", _SAVE_AS)),
    (b"%PDF-", Foreign("a PDF document")),
    (b"\xff\xd8\xff", Foreign("a picture (JPEG)")),
    (b"\x89PNG\r\n\x1a\n", Foreign("a picture (PNG)")),
    (b"GIF8", Foreign("a picture (GIF)")),
    (b"II*\x00", Foreign("a scanned picture (TIFF)")),
    (b"MM\x00*", Foreign("a scanned picture (TIFF)")),
    (b"BM", Foreign("a picture (bitmap)")),
    (b"{\\rtf", Foreign("a text document (RTF)")),
    (b"7z\xbc\xaf\x27\x1c", Foreign("a 7-Zip archive", _UNPACK)),
    (b"Rar!\x1a\x07", Foreign("a RAR archive", _UNPACK)),
    (b"\x1f\x8b", Foreign("a compressed file (gzip)", _UNPACK)),
    (b"BZh", Foreign("a compressed file (bzip2)", _UNPACK)),
    (b"\xfd7zXZ\x00", Foreign("a compressed file (xz)", _UNPACK)),
    (b"MZ", Foreign("a program for Windows", "Do not start it. " + _WORKBOOK)),
    (b"\x7fELF", Foreign("a program", "Do not start it. " + _WORKBOOK)),
    (b"SQLite format 3\x00", Foreign("a database")),
    (b"bplist", Foreign("a property list or web archive")),
    (b"\x78\x9f\x3e\x22", Foreign("an Outlook attachment bundle (winmail.dat)", _ATTACHED)),
    (b"\x00\x01\x00\x00Standard ", Foreign("an Access database")),
    (b"!BDN", Foreign("a mail folder of Outlook", "Save the message as a file and send that.")),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", Foreign("a section of OneNote")),
    (b"MSCF", Foreign("a cabinet archive", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", Foreign("a compressed file (Zstandard)", _UNPACK)),
    (b"LZIP", Foreign("a compressed file (lzip)", _UNPACK)),
    (b"\x1f\x9d", Foreign("a compressed file", _UNPACK)),
    # the first records of spreadsheets before Excel was everywhere
    (b"\x00\x00\x02\x00", _OLD_SPREADSHEET),
    (b"\x00\x00\x1a\x00", _OLD_SPREADSHEET),
    (b"\xff\x00\x02\x00", _OLD_SPREADSHEET),
    (b"TABLE\r\n0,1", _TABLE),
    (b"TABLE\n0,1", _TABLE),
    (b"-----BEGIN PGP", _ENCRYPTED),
    (b"-----BEGIN PKCS7", _ENCRYPTED),
    (b"8BPS", _PICTURE),
    (b"\x00\x00\x01\x00", _PICTURE),
    (b"\xd7\xcd\xc6\x9a", _PICTURE),
    (b"\xff\x0a", _PICTURE),
    (b"AT&TFORM", Foreign("a scanned document (DjVu)")),
    (b"%!PS", Foreign("a printed document (PostScript)")),
    (b"ID3", _RECORDING),
    (b"OggS", _RECORDING),
    (b"fLaC", _RECORDING),
    (b"\x1a\x45\xdf\xa3", _RECORDING),
)

_WITHIN: tuple[tuple[int, bytes, Foreign], ...] = (
    (257, b"ustar", Foreign("an archive (tar)", _UNPACK)),
    (2, b"-lh", Foreign("an archive (LHA)", _UNPACK)),
    (8, b"WEBP", _PICTURE),
    (8, b"WAVE", _RECORDING),
    (8, b"AVI ", _RECORDING),
    (40, b" EMF", _PICTURE),
)
"""Kinds of files that say what they are further on: where, and how."""

_OLE_STREAMS: tuple[tuple[str, Foreign], ...] = (
    ("worddocument", Foreign("a Word document")),
    ("powerpoint document", Foreign("a PowerPoint presentation")),
    ("__properties_version1.0", Foreign("an Outlook message", _ATTACHED)),
    ("visiodocument", Foreign("a Visio drawing")),
)

_ZIP_PARTS: tuple[tuple[str, Foreign], ...] = (
    ("word/document.xml", Foreign("a Word document")),
    ("ppt/presentation.xml", Foreign("a PowerPoint presentation")),
    ("visio/document.xml", Foreign("a Visio drawing")),
    ("fixeddocseq.fdseq", Foreign("a printed document (XPS)")),
    ("fixeddocumentsequence.fdseq", Foreign("a printed document (XPS)")),
    ("index/document.iwa", Foreign("an Apple Numbers, Pages or Keynote document", _EXPORT)),
    ("index.zip", Foreign("an Apple Numbers, Pages or Keynote document", _EXPORT)),
)

_OURS = Foreign(
    "a Word document that xlassess wrote",
    "Leave it where it is: it is not a return. If somebody wrote something into it, read that "
    "yourself.",
)
_AUTHOR = b"<dc:creator>xlassess<"
"""How the properties of such a document name its author; Word and LibreOffice keep that."""

_MIMETYPES: dict[bytes, Foreign] = {
    b"application/vnd.oasis.opendocument.text": Foreign("a text document (ODT)"),
    b"application/vnd.oasis.opendocument.presentation": Foreign("a presentation (ODP)"),
    b"application/vnd.oasis.opendocument.graphics": Foreign("a drawing (ODG)"),
    b"application/vnd.oasis.opendocument.base": Foreign("a database (ODB)"),
    b"application/vnd.sun.xml.calc": Foreign("a spreadsheet of OpenOffice.org 1", _EXPORT),
    b"application/vnd.sun.xml.writer": Foreign("a text document of OpenOffice.org 1"),
    b"application/epub+zip": Foreign("an electronic book"),
}

_TEXTS: tuple[tuple[re.Pattern[bytes], Foreign], ...] = (
    (
        re.compile(
            # Excel, Chrome and Internet Explorer each say so in words of their own
            rb"\A[!-9;-~]{1,60}:[ \t].{0,4000}?(?:single file web page|^x-document-type:|"
            rb"^snapshot-content-location:|^from: ?[\"<]?saved by )",
            re.I | re.M | re.S,
        ),
        Foreign("a web page saved as one file (a web archive)", _SAVE_AS),
    ),
    (
        re.compile(
            rb"\A(?:from |(?:received|from|return-path|mime-version|delivered-to|subject|to|date|"
            rb"dkim-signature|arc-[a-z-]{1,30}|authentication-results|message-id|reply-to|sender|"
            rb"content-type|x-[a-z0-9-]{1,60}): )",
            re.I,
        ),
        _MAIL,
    ),
    (
        # any other header in front, as long as lines of headers follow each other to a sender
        re.compile(
            rb"\A[!-9;-~]{1,60}[ \t]{0,8}:[ \t].{0,4000}?^(?:from|received|message-id): ",
            re.I | re.M | re.S,
        ),
        _MAIL,
    ),
    (re.compile(rb"\A\[(?:internetshortcut|desktop entry|\{000214a0)", re.I), _LINK),
    (re.compile(rb"<plist\b.{0,300}?<key>url</key>", re.I | re.S), _LINK),
    (re.compile(rb"<gnm:workbook|<gmr:workbook", re.I), _GNUMERIC),
    (
        re.compile(rb'\A\{.{0,400}?"(?:url|doc_id|resource_id)"', re.S),
        Foreign(
            "only a link to a Google document",
            "In Google Sheets choose File, Download, Microsoft Excel (.xlsx), and send the file "
            "itself.",
        ),
    ),
    (
        re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet"),
        Foreign("a spreadsheet in the XML format of Excel 2003", _SAVE_AS),
    ),
    (
        re.compile(rb"<office:document\b"),
        Foreign("an OpenDocument file in plain XML", _EXPORT),
    ),
    (
        re.compile(rb"<(!doctype html|html|head|body|table|meta)\b", re.I),
        Foreign("a web page"),
    ),
    (re.compile(rb"\A<\?xml"), Foreign("an XML document")),
    (re.compile(rb"\ABEGIN:VCALENDAR", re.I), Foreign("a calendar entry")),
    (re.compile(rb"\ABEGIN:VCARD", re.I), Foreign("a contact card")),
    # no text has such characters; without a space or plain letter is seldom a word (see _is_words)
    (re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]|\A[^ -~]*\Z"), _UNKNOWN),
    (re.compile(rb"\A[^\n]*?([,;\t])[^\n]*?\1"), Foreign("a table saved as text (CSV)")),
)


def foreign_ole(streams: frozenset[str]) -> Foreign:
    """Say what an OLE file is that holds no workbook; stream names in lower case."""
    for name, foreign in _OLE_STREAMS:
        if name in streams:
            return foreign
    return Foreign("an Office file of an unknown kind")


def foreign_zip(names: frozenset[str], mimetype: bytes, core: bytes = b"") -> Foreign | None:
    """Say what a zip package is that holds no workbook; names in lower case.

    Args:
        names: those of its parts.
        mimetype: what an OpenDocument file says that it is.
        core: the part with the author of an Office document.

    Returns:
        None for a plain zip file.
    """
    if "word/document.xml" in names and _AUTHOR in core:
        return _OURS
    for name, foreign in _ZIP_PARTS:
        if name in names:
            return foreign
    for kind, foreign in _MIMETYPES.items():
        if mimetype.startswith(kind):  # templates go on with a hyphen
            return foreign
    if _is_in_a_folder(names):
        return _UNPACKED
    if "[content_types].xml" in names or mimetype:
        return Foreign("an Office document without a workbook in it")
    return None


def _is_in_a_folder(names: frozenset[str]) -> bool:
    """True for the parts of one workbook, all of them in a folder."""
    names = frozenset(name for name in names if not name.startswith("__macosx/"))
    folder = min(names, default="").partition("/")[0] + "/"
    inside = frozenset(name.removeprefix(folder) for name in names if name.startswith(folder))
    rest = (name for name in names if not name.startswith(folder))
    books = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
    return bool(inside & books and inside & {"[content_types].xml", "mimetype"}) and not any(rest)


_UNPACKED = Foreign(
    "a workbook that was unpacked and packed again with a folder around its parts",
    "Ask for the workbook as it was saved. If it opens as a folder, it must not be packed again.",
)
_BINARY_LIST, _KEY_OF_ADDRESS, _PAGE = b"bplist", b"\x53URL", b"WebMainResource"
"""How macOS writes what a link leads to, and what only a saved page has beside addresses."""
_OF_ICLOUD = b"NSURLNameKey"
"""What macOS leaves in the place of a file that is kept in iCloud."""
_PKCS7 = re.compile(
    rb"\x30(?:\x80|[\x81-\x84].{1,4})?\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", re.S
)
"""How what is encrypted or signed begins by the standard of certificates (RFC 5652)."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

_LOCK = Foreign(
    "what Excel or LibreOffice leaves beside a workbook while it is open",
    "Close the workbook there, and hand over the workbook itself: the file with the same name, "
    "without the signs in front.",
)
_MOST_IN_A_LOCK = 1024
"""Bytes: a lock file holds little more than the name of who has the workbook open."""


def lock_left(name: str, size: int) -> Foreign | None:
    """Say of a file that a program leaves beside an open workbook that it is that, else nothing.

    Args:
        name: its name.
        size: its bytes.
    """
    return _LOCK if name.startswith(("~$", ".~lock.")) and size <= _MOST_IN_A_LOCK else None


_PLAIN_TEXT = Foreign("a plain text file")
PLAIN_ZIP = Foreign("a zip file", _UNPACK)


def foreign_bytes(data: bytes) -> Foreign:
    """Say what a file is that is neither an OLE nor a zip file, by its first bytes."""
    head = data[:4096]
    marked = _of_another_program(data) or _marked(head)
    if marked:
        return marked
    wide = head.startswith(_UTF_16)
    text = head.decode("utf-16", "replace").encode("utf-8", "replace") if wide else head
    foreign = _foreign_text(text.removeprefix(b"\xef\xbb\xbf").lstrip())
    if foreign is _UNKNOWN and _is_words(head, "utf-16" if wide else "utf-8-sig"):
        return _PLAIN_TEXT
    return foreign


_NO_LETTERS = ("Cc", "Cn", "Co", "Cs")
"""The Unicode categories of what no text has: controls, and what stands for no character."""


def _is_words(head: bytes, encoding: str) -> bool:
    """True for the beginning of a text in whatever letters, such as Japanese or Greek."""
    try:
        # not to its end, which may be in the midst of a character
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return any(map(str.isalpha, text)) and all(
        letter in "\t\n\r\f" or unicodedata.category(letter) not in _NO_LETTERS for letter in text
    )


def _of_another_program(data: bytes) -> Foreign | None:
    """Say what a file is that begins as many do, and says only then what it is."""
    head = data[:4096]
    if head.startswith(b"\x1f\x8b") and _GNUMERIC_TAG.search(_unpacked_head(data)):
        return _GNUMERIC
    leads_on = _KEY_OF_ADDRESS in head or _OF_ICLOUD in head
    if head.startswith(_BINARY_LIST) and leads_on and _PAGE not in head:
        return _LINK
    return _ENCRYPTED if _PKCS7.match(head) else None


def _marked(head: bytes) -> Foreign | None:
    """Say what a file is by the marks of its kind."""
    for magic, foreign in _MAGIC:
        if head.startswith(magic):
            return foreign
    for place, said, foreign in _WITHIN:
        if head.startswith(said, place):
            return foreign
    return Foreign("a picture or film") if head[4:8] == b"ftyp" else None


def is_mail_text(head: bytes) -> bool:
    """True when a file that begins like this is an e-mail message, or a mailbox of them."""
    return foreign_bytes(head) is _MAIL


_GNUMERIC_TAG = re.compile(rb"<(?:gnm|gmr):workbook", re.I)


def _unpacked_head(data: bytes) -> bytes:
    """The beginning of a gzip file as it was before it was packed, which Gnumeric's are."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[:65_536], 4096)
    except zlib.error:
        return b""


def _foreign_text(head: bytes) -> Foreign:
    for pattern, foreign in _TEXTS:
        if pattern.search(head):
            return foreign
    return _PLAIN_TEXT
