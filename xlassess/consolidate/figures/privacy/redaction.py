"""Taking names out of free text, where answers are not attributed by name.

Names are found as the register has them, in whole words, and so are a person's first name and
surname by themselves, and any e-mail address. A name counts as the same however it is typed:
with accents, apostrophes, hyphens, capitals or spaces of another kind, with "&" for "and", with
figures for letters, as web pages write it ("&eacute;"), with the surname first, or with characters
in it that nobody sees. A nickname, the name of somebody the register does not
have, or a telling circumstance stays; the Method sheet says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from xlassess.consolidate.figures.privacy.as_read import as_read
from xlassess.consolidate.figures.privacy.person_names import (
    ALSO_WORDS,
    is_called,
    sets_no_spaces,
    spellings,
)

NAME_TAKEN_OUT = "[name removed]"


def _named(name: str) -> str:
    """The character of this name in Unicode; empty where there is none."""
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return ""


# Begins where such a run begins, so that a long run of letters is gone over once only.
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"[^\W_]+|&")
_BREAK = re.compile(r"[,;:!?]")
_FIGURES = str.maketrans({"0": "o", "1": "l"})
"""Figures that are drawn, and typed, as letters."""
_HANGUL = re.compile("[\uac00-\ud7a3]")
"""Syllables. They stay whole, or a name would be found in a syllable that begins as it does."""
_GAP = 2
"""Marks that may stand between two words of a name, beside spaces: "St. John-Smith"."""

_SHORT = 4
"""Names of up to this many letters are found only with their capitals: a partner named "IT" is
not every "it"."""

_BEGINNING = 6
"""Letters of a word by which it is told whether a name may begin with it."""

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "ı": "i",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "\ua78c": "'",
        "\u02bc": "'",
        "\u02bb": "'",
    }
)
_LOOK = "авекмнорстухѕіјһԁԛԝӏѵαβεζηικμνορτυχօս", "abekmhopctyxsijhdqwlvabezhikmnoptyxou"
_ALIKE = str.maketrans(_LOOK[0] + _LOOK[0].upper(), _LOOK[1] + _LOOK[1].upper())
"""Cyrillic, Greek and Armenian letters that are, small or large, drawn as Latin ones (after Unicode
Technical Standard 39, section 4): the same in names and in texts, so that a name typed in the
wrong letters is found, and names in these scripts are found as well."""


_DRAWN = str.maketrans(
    {
        found: letter
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for style in (
            "LATIN LETTER SMALL CAPITAL", "NEGATIVE CIRCLED LATIN CAPITAL LETTER",
            "NEGATIVE SQUARED LATIN CAPITAL LETTER", "REGIONAL INDICATOR SYMBOL LETTER",
        )
        if (found := _named(f"{style} {letter}"))
    }
)  # fmt: skip
"""Letters in a style that Unicode does not take for the letter, though every reader does."""

_Found = tuple[int, int, str]
"""Where a name begins and ends, and what stands for it."""

_FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters of Hangul that stand for none and leave a gap, or nothing, in their place."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stands for a name; ``forms`` are the spellings it is found in, None for any.

    One that stands ``apart`` is not found where its words run together as an ordinary word does.
    """

    instead: str
    forms: frozenset[str] | None
    apart: bool


class Redaction:
    """Replaces names in texts.

    Words are looked up in a table, so that hundreds of names cost no more than one and the time
    grows with the text alone.

    Args:
        instead: what to put in place of each name.
        exact: single words, which are found with a capital only where they are also words of
            the language.
        capitals: names that are found with their capitals only.
        apart: names that are found run together only with a capital within: "SunDay" of Sun Mei
            Day, but not "Sunday".
    """

    def __init__(
        self, instead: Mapping[str, str], exact: Collection[str] = (),
        capitals: Collection[str] = (), apart: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._names: dict[str, _Entry] = {}
        self._inside: dict[str, str] = {}
        # Several people of a name ("the Smiths"), or an apostrophe was left out.
        self._several: dict[str, str] = {}
        for name in sorted(instead, key=lambda each: (-len(each), each)):
            shape = _shape(unicodedata.normalize("NFC", name))
            if not shape:
                continue
            if not shape.isascii() and any(map(sets_no_spaces, shape)):
                self._inside.setdefault(shape.casefold(), instead[name])
                continue
            for spelt in spellings(name):
                take = partial(
                    self._take, instead=instead[name], bound=name in capitals, apart=name in apart
                )
                take(spelt, is_exact=name in exact)
                *first, last = spelt.split()
                if first and last in exact:  # a person's: the surname may stand first
                    take(f"{last} {' '.join(first)}", is_exact=False)
                if name in exact and len(shape) >= _SHORT and shape.casefold() not in ALSO_WORDS:
                    self._several[f"{_shape(spelt)}s".casefold()] = instead[name]
        self._longest = max(map(len, self._names), default=0)
        # Most words begin no name, so that no more than this need be asked of them.
        self._begins = {
            name[:letters]
            for name in (*self._names, *self._several)
            for letters in range(1, _BEGINNING + 1)
        }
        self._lengths = sorted(set(map(len, self._inside)), reverse=True)

    def _take(self, name: str, instead: str, *, is_exact: bool, bound: bool, apart: bool) -> None:
        """Take in one spelling of a name; a bound one is found with its capitals only."""
        shape = _shape(name)
        plain = shape.casefold()
        bound = bound or (len(shape) <= _SHORT and not is_exact)
        bound = bound or (is_exact and (plain in ALSO_WORDS or len(shape) < 3))
        forms = frozenset((shape, shape.upper())) if bound else None
        self._names.setdefault(plain, _Entry(instead, forms, apart))

    def __call__(self, text: str) -> str:
        """Return the text with every name replaced."""
        if not text or not (self._names or self._inside):
            return text
        read = as_read(text)
        found = [(*read.typed(start, end), instead) for start, end, instead in self._in(read.text)]
        return _replaced(text, found) if found else text

    def _in(self, text: str) -> list[_Found]:
        """What is to be replaced in a text, in its order."""
        found: list[_Found] = []
        if "@" in text:
            found += ((*each.span(), NAME_TAKEN_OUT) for each in _ADDRESS.finditer(text))
            text = _hidden(text, found)
        if self._inside and (within := list(self._within(text))):
            found += within
            text = _hidden(text, within)
        found += self._of_words(text)
        return sorted(found)

    def _of_words(self, text: str) -> Iterator[_Found]:
        """Yield each name that is made of words."""
        done = 0
        words = list(_words(text))
        for place, (word, start, _) in enumerate(words):
            if start < done or word.casefold()[:_BEGINNING] not in self._begins:
                continue
            found = self._at(text, words, place)
            if found:
                done, instead = found
                yield start, done, instead

    def _at(
        self, text: str, words: list[tuple[str, int, int]], place: int
    ) -> tuple[int, str] | None:
        """Return the end of the longest name that begins at this word, and what stands for it."""
        shape, found, last = "", None, words[place][1]
        for number in range(place, len(words)):
            word, start, end = words[number]
            if shape and not _goes_on(text[last:start]):
                break
            shape, last = shape + word, end
            if len(shape) > self._longest or shape.casefold()[:_BEGINNING] not in self._begins:
                break
            entry = self._names.get(shape.casefold())
            if entry and entry.apart and shape == word and word[1:].islower():
                continue
            if entry and (entry.forms is None or shape in entry.forms):
                found = (end, entry.instead)
        word, _, end = words[place]
        several = self._several.get(word.casefold()) if not found else None
        return (end, several) if several else found

    def _within(self, text: str) -> Iterator[_Found]:
        """Yield names in scripts without spaces, wherever their letters follow on each other."""
        letters = list(_letters(text))
        shape = "".join(char for char, _ in letters)
        at = 0
        while at < len(shape):
            name = self._name_at(text, letters, shape, at)
            if name:
                yield letters[at][1], letters[at + len(name) - 1][1] + 1, self._inside[name]
            at += len(name) or 1

    def _name_at(self, text: str, letters: list[tuple[str, int]], shape: str, at: int) -> str:
        """Return the longest name that begins at this letter, or nothing."""
        for length in self._lengths:
            name = shape[at : at + length]
            if name in self._inside:
                start = letters[at][1]
                return name if length > 1 or is_called(text, start, start + 1) else ""
        return ""


def _hidden(text: str, found: Iterable[_Found]) -> str:
    """The text with marks in place of what is to be replaced: no name goes on over those."""
    return _replaced(text, ((start, end, ";" * (end - start)) for start, end, _ in found))


def _replaced(text: str, found: Iterable[_Found]) -> str:
    """The text with what is to be replaced replaced; what overlaps is one."""
    parts: list[str] = []
    done = 0
    for start, end, instead in found:
        if start >= done:
            parts += (text[done:start], instead)
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _goes_on(between: str) -> bool:
    """True where a name may go on after this: spaces, a hyphen, an apostrophe, a full stop."""
    marks = "".join(char for char in between if not (char.isspace() or _unseen(char)))
    return len(marks) <= _GAP and not _BREAK.search(marks)


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word of a text in plain letters, with where it begins and ends in the text."""
    if text.isascii():
        for found in _TOKEN.finditer(text):
            yield _word(found.group()), found.start(), found.end()
        return
    plain, places = _plain(text)
    for found in _TOKEN.finditer(plain):
        end = places[found.end() - 1] + 1
        while end < len(text) and (unicodedata.combining(text[end]) or _unseen(text[end])):
            end += 1
        yield _word(found.group()), places[found.start()], end


def _word(typed: str) -> str:
    """A word by its letters: "&" as it is said, and figures between letters as what they stand for.

    A first letter is a capital, as in a name.
    """
    if typed == "&":
        return "and"
    if typed.isalpha() or not any(map(str.isalpha, typed)):
        return typed
    word = typed.translate(_FIGURES)
    return word if typed[0] != "0" else f"O{word[1:]}"


def _shape(name: str) -> str:
    """The letters of a name, without what stands between its words."""
    return "".join(word for word, _, _ in _words(name))


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Yield the letters and digits of a text in plain form, with where they stand."""
    plain, places = _plain(text)
    for char, place in zip(plain, places, strict=True):
        if char.isalnum():
            for each in char.casefold():
                yield each, place


def _plain(text: str) -> tuple[str, list[int]]:
    """Return a text without accents and unseen characters, and where each letter came from."""
    plain: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if _unseen(char):
            continue
        apart = char if _HANGUL.match(char) else unicodedata.normalize("NFKD", char)
        for each in apart.translate(_LETTERS).translate(_ALIKE).translate(_DRAWN):
            if not unicodedata.combining(each):
                plain.append(each)
                places.append(place)
    return "".join(plain), places


def _unseen(char: str) -> bool:
    """True for characters of no width: joiners, marks of direction, soft hyphens, fillers."""
    return unicodedata.category(char) == "Cf" or char in _FILLERS
