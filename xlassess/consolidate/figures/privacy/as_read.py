"""A text as it is read, with where each of its characters stands in the text as it was typed.

Web pages write letters as references ("&eacute;"), and what goes through two of them has its
references written so once more ("&amp;eacute;"). Some programs write Korean syllables in their
letters.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.entities import html5

_REFERENCE = re.compile(
    r"&(?:#0*[0-9]{1,7}(?![0-9]);?|#x0*[0-9a-f]{1,6}(?![0-9a-f]);?|[a-z][a-z0-9]{1,31};?)", re.I
)
"""References of numbers, in tens or in sixteens, and of names. Larger numbers stand for nothing."""
_SYLLABLE = re.compile(
    "(?:[\u1100-\u1112][\u1161-\u1175]|[\uac00-\ud7a3])[\u11a8-\u11c2]|[\u1100-\u1112][\u1161-\u1175]"
)
"""The letters of one syllable, which is one character when they are put together (Unicode 3.12)."""
_TIMES = 2
"""How often a reference may have been written as one."""


@dataclass(frozen=True, slots=True)
class AsRead:
    """A text as it is read.

    Attributes:
        text: what is read.
        starts: where what each of its characters was typed as begins; None where nothing differs.
        ends: where that ends.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text as typed a stretch of this one begins and ends.

        Args:
            start: where it begins.
            end: where it ends; after the start.
        """
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def put_together(
        self, pattern: re.Pattern[str], meant: Callable[[str], tuple[str, int]]
    ) -> AsRead:
        """Return this text with what the pattern finds replaced by what it stands for.

        Args:
            pattern: finds what may stand for something else.
            meant: what stands there instead, and how many characters of what was found it is
                meant by; none, where it stands for itself.
        """
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for found in pattern.finditer(self.text):
            instead, length = meant(found[0])
            if not length:
                continue
            before, after = found.start(), found.start() + length
            self._copy(done, before, starts, ends)
            place = self.typed(before, after)
            starts += [place[0]] * len(instead)
            ends += [place[1]] * len(instead)
            parts += (self.text[done:before], instead)
            done = after
        if not done:
            return self
        self._copy(done, len(self.text), starts, ends)
        return AsRead("".join((*parts, self.text[done:])), starts, ends)

    def _copy(self, start: int, end: int, starts: list[int], ends: list[int]) -> None:
        """Add where the characters of a stretch that stays as it is were typed."""
        if self.starts is None or self.ends is None:
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        else:
            starts += self.starts[start:end]
            ends += self.ends[start:end]


def as_read(text: str) -> AsRead:
    """Return a text as it is read; the time it takes grows with the text alone.

    Args:
        text: the text as it was typed.
    """
    read = AsRead(text)
    for _ in range(_TIMES):
        if "&" not in read.text:
            break
        read = read.put_together(_REFERENCE, _referred_to)
    return read if read.text.isascii() else read.put_together(_SYLLABLE, _syllable)


def _referred_to(reference: str) -> tuple[str, int]:
    """Return what a reference stands for, and how many of its characters do so.

    Some names need no semicolon, and more letters may follow on them (HTML, 13.2.5.73).
    """
    if reference[1] == "#":
        begins = "&#x" if reference[2] in "xX" else "&#"
        # thousands of noughts before a number are more than Python reads as one
        number = reference[len(begins) :].lstrip("0")
        return html.unescape(begins + (number if number.strip(";") else "0;")), len(reference)
    for length in range(len(reference), 2, -1):
        if found := html5.get(reference[1:length]):
            return found, length
    return "", 0


def _syllable(letters: str) -> tuple[str, int]:
    return unicodedata.normalize("NFC", letters), len(letters)
