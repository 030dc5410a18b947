"""Taking names out of free text, where answers are not attributed by name.

Only names as the register has them are found, in whole words. A nickname or a telling
circumstance stays; the Method sheet says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAME_TAKEN_OUT = "[name removed]"

_WORD = re.compile(r"\w+")
_SHORT = 4
"""Names of up to this many letters are found only in the very same capitals: a partner named
"IT" is not every "it"."""


class Redaction:
    """Replaces names in texts.

    Texts are scanned word by word and looked up by a name's first word, so that hundreds of
    names cost no more than one.

    Args:
        instead: what to put in place of each name.
    """

    def __init__(self, instead: Mapping[str, str]) -> None:
        self._by_word: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        for name in sorted(instead, key=lambda each: (-len(each), each)):
            first = _WORD.search(name)
            if first is None:
                continue
            words = name[first.start() :].split()
            pattern = r"\s+".join(map(re.escape, words)) + r"(?!\w)"
            flags = re.RegexFlag(0) if len(name) <= _SHORT else re.IGNORECASE
            entry = (re.compile(pattern, flags), instead[name])
            self._by_word.setdefault(first.group().casefold(), []).append(entry)

    def __call__(self, text: str) -> str:
        """Return the text with every name replaced."""
        if not self._by_word or not text:
            return text
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
