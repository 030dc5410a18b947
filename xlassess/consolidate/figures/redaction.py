"""Taking names out of free text, where answers are not attributed by name.

Names are found as the register has them, in whole words, and so are a person's first name and
surname by themselves, and any e-mail address. A nickname, the name of somebody the register does
not have, or a telling circumstance stays; the Method sheet says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

NAME_TAKEN_OUT = "[name removed]"

_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SHORT = 4
"""Names of up to this many letters, and single words of names, are found only in the very same
capitals: a partner named "IT" is not every "it", nor is Mr Young every young person."""

_PART = re.compile(r"[^\W\d_](?:[\w’'-]*[\w])?")
_NO_NAMES = frozenset(
    _WORD.findall(
        "the of for and a an to in on at from by with mr mrs ms miss mx dr prof professor sir dame "
        "lord lady rev revd reverend cllr councillor sgt sergeant insp inspector supt pc acc chief "
        "superintendent executive officer director deputy assistant head team office board chair "
        "chairman chairwoman lead leader manager coordinator clerk secretary treasurer member "
        "person partner partnership respondent service services department council trust unit "
        "group joint working senior front line management staff general policy public health care "
        "social community finance performance development planning strategy strategic"
    )
)
"""Titles, and words by which an office is named: by themselves they tell nobody's name."""


def name_parts(name: str) -> tuple[str, ...]:
    """Return the words of a person's name by which the person may be called.

    None for an office, whose name has ordinary words only.
    """
    words = [word for word in _PART.findall(name) if len(word) > 2 and word[:1].isupper()]
    return tuple(word for word in words if word.casefold() not in _NO_NAMES)


class Redaction:
    """Replaces names in texts.

    Texts are scanned word by word and looked up by a name's first word, so that hundreds of
    names cost no more than one.

    Args:
        instead: what to put in place of each name.
        exact: those that are found only in the very same capitals, beside the short ones.
    """

    def __init__(self, instead: Mapping[str, str], exact: Collection[str] = ()) -> None:
        self._by_word: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        for name in sorted(instead, key=lambda each: (-len(each), each)):
            first = _WORD.search(name)
            if first is None:
                continue
            words = name[first.start() :].split()
            pattern = r"\s+".join(map(re.escape, words)) + r"(?!\w)"
            same = len(name) <= _SHORT or name in exact
            flags = re.RegexFlag(0) if same else re.IGNORECASE
            entry = (re.compile(pattern, flags), instead[name])
            self._by_word.setdefault(first.group().casefold(), []).append(entry)

    def __call__(self, text: str) -> str:
        """Return the text with every name replaced."""
        if not self._by_word or not text:
            return text
        if "@" in text:
            text = _ADDRESS.sub(NAME_TAKEN_OUT, text)
        parts: list[str] = []
        done = 0
        for word in _WORD.finditer(text):
            if word.start() < done:
                continue
            for pattern, instead in self._by_word.get(word.group().casefold(), ()):
                found = pattern.match(text, word.start())
                if found:
                    parts += (text[done : word.start()], instead)
                    done = found.end()
                    break
        return "".join((*parts, text[done:]))
