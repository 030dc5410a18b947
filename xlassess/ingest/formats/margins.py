"""The words of headers and footers, which a person sees on paper only."""

from __future__ import annotations

import html
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from xlassess.ingest.formats.binary import wide_string
from xlassess.ingest.guard.markup import MARKUP_FAULTS, local, stream
from xlassess.ingest.guard.package import Package, UnsafePartError

_GROUP = b"headerFooter"
_LONGEST = 20_000
"""Six texts of 255 characters, their codes and what markup makes of them are far shorter."""
_TEXT = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:odd|even|first)(?:Header|Footer)[^<>/]{0,200}>([^<>]*)")
_CODE = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d{1,3}|(.))', re.S)
_FONT = re.compile(r'\A\s{0,9}[\w .-]{1,40},[\w -]{1,30}"')
"""The name of a font, of which Gnumeric drops the code before it."""
_PARTS = "LCR"
_PICTURE = "G"
_MOST = 24
"""Three parts of the head and three of the foot, on first, even and other pages, and some more."""


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return what headers and footers say, part by part, without their codes.

    Left, middle and right are one part each ([ECMA-376] part 1, 18.3.1.46). What codes put in,
    such as the number of the page, is nobody's words.
    """
    told: dict[str, None] = {}
    for text in texts:
        for part in _CODE.sub(_plainly, text).split("\n"):
            if said := " ".join(_FONT.sub("", part, count=1).split()):
                told[said] = None
    return tuple(told)[:_MOST]


def _plainly(match: re.Match[str]) -> str:
    code = (match[1] or "").upper()
    if code in _PARTS and code:
        return "\n"
    return {"&": "&", _PICTURE: "\na picture\n"}.get(code, " " if code else "")


def of_markup(part: bytes) -> tuple[str, ...]:
    """Return the words of the headers and footers of an Open XML sheet."""
    start = part.find(_GROUP, part.rfind(b"sheetData") + 1)
    return _of_group(part[start : start + _LONGEST]) if start >= 0 else ()


@lru_cache(maxsize=64)
def _of_group(group: bytes) -> tuple[str, ...]:
    """The words of a group of headers and footers; all sheets of a workbook have the same."""
    texts = (match[1].decode("utf-8", "replace") for match in _TEXT.finditer(group))
    return words_of(map(html.unescape, texts))


def of_record(body: bytes) -> tuple[str, ...]:
    """Return the words of the record that holds them in .xlsb ([MS-XLSB] 2.4.58)."""
    texts: list[str] = []
    place = 2
    try:
        while place + 4 <= len(body):
            text, place = wide_string(body, place)
            texts.append(text)
    except struct.error:
        pass
    return words_of(texts)


_FIELDS = frozenset(
    ("sheet-name", "page-number", "page-count", "date", "time", "title", "file-name", "subject",
     "author-name", "creation-date", "modification-date", "keywords")
)  # fmt: skip
_REGIONS = ("region-left", "region-center", "region-right")
_HEADS = tuple(
    f"{what}{which}" for what in ("header", "footer") for which in ("", "-left", "-first")
)


@dataclass(slots=True)
class _Masters:
    """The pass over the common styles of an OpenDocument file: its pages, and what heads them."""

    pages: dict[str, list[str]] = field(default_factory=dict)
    page: str = ""
    within: bool = False
    in_field: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "master-page":
            said = {local(key): value for key, value in attributes.items()}
            self.page = said.get("name", "")
            self.pages[self.page] = []
        elif name in _HEADS:
            said = {local(key): value for key, value in attributes.items()}
            self.within = said.get("display") != "false"
            self.pages.setdefault(self.page, []).append("")
        elif name in _REGIONS or name == "p":
            self._break()
        elif name in _FIELDS:
            self.in_field += 1

    def end(self, tag: str) -> None:
        name = local(tag)
        if name in _HEADS:
            self.within = False
        elif name in _FIELDS:
            self.in_field = max(0, self.in_field - 1)

    def data(self, text: str) -> None:
        if self.within and not self.in_field:
            self.pages[self.page][-1] += text.replace("&", "&&")

    def _break(self) -> None:
        if self.within:
            self.pages[self.page].append("")


def of_pages(package: Package) -> dict[str, tuple[str, ...]]:
    """Return the words of headers and footers of an OpenDocument file, by its master pages.

    Raises:
        UnsafePartError: the styles declare entities.
    """
    masters = _Masters()
    try:
        stream(package.get("styles.xml"), masters.start, masters.end, masters.data)
    except UnsafePartError as unsafe:
        unsafe.tolerate()
        return {}
    except MARKUP_FAULTS:
        return {}  # no answer stands there
    return {page: words_of(texts) for page, texts in masters.pages.items()}
