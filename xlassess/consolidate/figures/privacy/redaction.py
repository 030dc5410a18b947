"""Taking names out of free text, where answers are not attributed by name.

Names are found as the register has them, in whole words, and so are a person's first name and
surname by themselves, and any e-mail address. A name counts as the same however it is typed:
with accents, apostrophes, hyphens, capitals or spaces of another kind, with "&" for "and", or
with characters in it that nobody sees. A nickname, the name of somebody the register does not
have, or a telling circumstance stays; the Method sheet says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

NAME_TAKEN_OUT = "[name removed]"

# Begins where such a run begins, so that a long run of letters is gone over once only.
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[a-z]+")
_TOKEN = re.compile(r"[^\W_]+|&")
_BREAK = re.compile(r"[,;:!?]")
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
        "\u02bc": "'",
        "\u02bb": "'",
    }
)
_WITHOUT_SPACES = (
    "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN",
)  # fmt: skip
"""Scripts that set no spaces between words, or join endings to names."""

_PART = re.compile(r"[^\W\d_](?:[\w’'-]*[\w])?")
_NO_NAMES = frozenset(
    _WORD.findall(
        "the of for and a an to in on at from by with mr mrs ms miss mx dr prof professor sir "
        "dame lord lady rev revd reverend cllr councillor sgt sergeant insp inspector supt pc "
        "acc chief superintendent executive officer director deputy assistant head team office "
        "board chair chairman chairwoman lead leader manager coordinator clerk secretary "
        "treasurer member person partner partnership respondent service services department "
        "council trust unit group joint working senior front line management staff general "
        "policy public health care social community finance performance development planning "
        "strategy strategic"
    )
)
"""Titles, and words by which an office is named: by themselves they tell nobody's name."""

_ALSO_WORDS = frozenset(
    _WORD.findall(
        "abbey april art august bank banks baker bell best bill bird bishop black bond booth "
        "bright brook brooks brown bush butcher butler carpenter carter case chance chase "
        "christian church clay coach cole cook cooper crisp cross dale dawn dean drew drink "
        "drum duke early east faith farmer field fields finch fish fisher flower ford forest "
        "fox frank freedom frost gale gardener garland glass gold good grace grant gray green "
        "grey hall hand hardy hart harvest hazel heath heather hill hills holly honor hope "
        "house hunt hunter ivy jack jewel joy june justice keen key king knight lake lamb lane "
        "law little long love lily major may march mark marks marsh marshall mason mercy mill "
        "mills miller moon moor moore more nick noble north oak olive page park parks pat "
        "patience peace pearl penny piper pitt pool pope porter price prior pride quill ray "
        "read reed rich rivers rob robin rock rose ruby rush sage sandy savage sharp shepherd "
        "short singer skipper small smart smith south sparks spring stone strange street "
        "strong sue summer summers swan sweet swift tailor tanner temple terry tidy tiller tom "
        "tower trinity turner violet wade walker wall ward water waters weaver webb wells west "
        "white will wise wish wood woods wren young"
    )
)
"""Names that are ordinary words as well: found with a capital only, or "young people" would
lose a word."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stands for a name; ``forms`` are the spellings it is found in, None for any."""

    instead: str
    forms: frozenset[str] | None


def name_parts(name: str) -> tuple[str, ...]:
    """Return the words of a person's name by which the person may be called.

    None for an office, whose name has ordinary words only.
    """
    words = [word for word in _PART.findall(name) if len(word) > 2 and _is_name(word)]
    return tuple(word for word in words if word.casefold() not in _NO_NAMES)


def _is_name(word: str) -> bool:
    """True for a word with a capital, if need be behind an apostrophe ("d'Arcy")."""
    return word[:1].isupper() or (word[1] in "’'" and word[2:3].isupper())


class Redaction:
    """Replaces names in texts.

    Words are looked up in a table, so that hundreds of names cost no more than one and the time
    grows with the text alone.

    Args:
        instead: what to put in place of each name.
        exact: single words, which are found with a capital only where they are also words of
            the language.
    """

    def __init__(self, instead: Mapping[str, str], exact: Collection[str] = ()) -> None:
        self._names: dict[str, _Entry] = {}
        self._inside: dict[str, str] = {}
        for name in sorted(instead, key=lambda each: (-len(each), each)):
            shape = "".join(word for word, _, _ in _words(name))
            if not shape:
                continue
            if not shape.isascii() and any(_joined(char) for char in shape):
                self._inside.setdefault(shape.casefold(), instead[name])
                continue
            plain = shape.casefold()
            bound = len(shape) <= _SHORT and name not in exact
            bound = bound or (name in exact and (plain in _ALSO_WORDS or len(shape) < 3))
            forms = frozenset((shape, shape.upper())) if bound else None
            self._names.setdefault(plain, _Entry(instead[name], forms))
        self._longest = max(map(len, self._names), default=0)
        # Most words begin no name, so that no more than this need be asked of them.
        self._begins = {
            name[:letters] for name in self._names for letters in range(1, _BEGINNING + 1)
        }

    def __call__(self, text: str) -> str:
        """Return the text with every name replaced."""
        if not text or not (self._names or self._inside):
            return text
        if "@" in text:
            text = _ADDRESS.sub(NAME_TAKEN_OUT, text)
        if self._inside:
            text = self._within(text)
        parts: list[str] = []
        done = 0
        words = list(_words(text))
        for place, (word, start, _) in enumerate(words):
            if start < done or word.casefold()[:_BEGINNING] not in self._begins:
                continue
            found = self._at(text, words, place)
            if found:
                end, instead = found
                parts += (text[done:start], instead)
                done = end
        return "".join((*parts, text[done:]))

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
            if len(shape) > self._longest:
                break
            entry = self._names.get(shape.casefold())
            if entry and (entry.forms is None or shape in entry.forms):
                found = (end, entry.instead)
        return found

    def _within(self, text: str) -> str:
        """Replace names in scripts without spaces wherever their letters follow on each other."""
        for name, instead in self._inside.items():
            words = list(_letters(text))
            shape = "".join(char for char, _ in words)
            at = shape.find(name)
            parts: list[str] = []
            done = 0
            while at >= 0:
                parts += (text[done : words[at][1]], instead)
                done = words[at + len(name) - 1][1] + 1
                at = shape.find(name, at + len(name))
            text = "".join((*parts, text[done:]))
        return text


def _goes_on(between: str) -> bool:
    """True where a name may go on after this: spaces, a hyphen, an apostrophe, a full stop."""
    marks = "".join(char for char in between if not (char.isspace() or _unseen(char)))
    return len(marks) <= _GAP and not _BREAK.search(marks)


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word of a text in plain letters, with where it begins and ends in the text."""
    if text.isascii():
        for found in _TOKEN.finditer(text):
            word = found.group()
            yield ("and" if word == "&" else word), found.start(), found.end()
        return
    plain, places = _plain(text)
    for found in _TOKEN.finditer(plain):
        word = found.group()
        end = places[found.end() - 1] + 1
        while end < len(text) and (unicodedata.combining(text[end]) or _unseen(text[end])):
            end += 1
        yield ("and" if word == "&" else word), places[found.start()], end


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
        for each in unicodedata.normalize("NFKD", char).translate(_LETTERS):
            if not unicodedata.combining(each):
                plain.append(each)
                places.append(place)
    return "".join(plain), places


def _unseen(char: str) -> bool:
    """True for characters of no width: joiners, marks of direction, soft hyphens."""
    return unicodedata.category(char) == "Cf"


def _joined(char: str) -> bool:
    return char > "\u0e00" and unicodedata.name(char, "").startswith(_WITHOUT_SPACES)
