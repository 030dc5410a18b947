"""The choices of a scale, and which of them a cell names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlassess.ingest.reading.grid import Cell
from xlassess.ingest.reading.text import brief, key, shown
from xlassess.ingest.reading.values import FOR_TEXT, Parsed, queried
from xlassess.model.toolkit import Choice

_NUMBERED = re.compile(r"(\d+)\s*[-.:)=]\s*(\D.*)")
_YES = "yes y true oui ja sí si sì sim tak"
_NO = "no n false non nein nee nej não nao nie"
_NOT_APPLICABLE = ("n/a", "na", "n.a", "not applicable")
_BETWEEN = re.compile(r"\s*(?:/|,|;|\n|&|\+|\bor\b|\band\b|\bto\b)\s*|\s+-\s+|(?<=\d)-(?=\d)")


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a scale, by every way of naming one that is certain."""

    labels: Mapping[str, str]
    certain: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, choices: tuple[Choice, ...]) -> Choices:
        """Work out the names of the choices; a name of two choices is certain for neither."""
        certain: dict[str, tuple[str, str]] = {}
        for names in (_numbers(choices), _remainders(choices), _yes_no(choices)):
            certain.update({name: way for name, way in names.items() if name not in certain})
        certain.update(
            {key(choice.label): (choice.code, "case, spaces or marks") for choice in choices}
        )
        return cls(
            {choice.label: choice.code for choice in choices},
            certain,
            {choice.code: choice.label for choice in choices},
        )

    @property
    def offered(self) -> str:
        """The labels in a row, for a sentence."""
        return ", ".join(self.labels)

    def names_one(self, text: object) -> bool:
        """True for a text that is one of the labels and nothing else."""
        return isinstance(text, str) and text != "" and self.read(text).value is not None

    def read(self, cell: Cell) -> Parsed:
        """Return the code of the choice a cell names."""
        if isinstance(cell, str) and cell in self.labels:
            return Parsed(self.labels[cell])
        text = key(shown(cell))
        for name in (text, text.removeprefix(FOR_TEXT)):
            if name in self.certain:
                code, how = self.certain[name]
                return Parsed(code, how)
        if isinstance(cell, str):
            return self._several(cell) or self._unknown(cell)
        return self._unknown(cell)

    def _several(self, cell: str) -> Parsed | None:
        parts = [key(part) for part in _BETWEEN.split(cell)]
        codes = {self.certain[part][0]: None for part in parts if part in self.certain}
        if len(codes) < 2 or not all(part in self.certain for part in parts):
            return None
        named = " and ".join(f"“{self.names[code]}”" for code in codes)
        return queried("C14", value=brief(cell), choices=named)

    def _unknown(self, cell: Cell) -> Parsed:
        suggestion = self._nearest(key(cell)) if isinstance(cell, str) else ""
        hint = f" Perhaps “{suggestion}” is meant." if suggestion else ""
        return queried("C01", value=brief(cell), suggestion=hint, choices=self.offered)

    def _nearest(self, text: str) -> str:
        """The one label that a text misspells, or an empty text.

        Never another choice, however near: who writes "Mostly agree" is not to be told that
        "Strongly agree" is meant.
        """
        near = [label for label in self.labels if _misspells(text, key(label))]
        return near[0] if len(near) == 1 else ""


_LETTERS_A_SLIP = 4
"""So many letters of a word allow for one slip of the keyboard: "Agre" may be "agree", but
"now" is not to become "no"."""


def _misspells(text: str, label: str) -> bool:
    """True when a text has the words of a label, some of them with a slip of the keyboard."""
    from rapidfuzz.distance import DamerauLevenshtein

    typed, meant = text.split(), label.split()
    return len(typed) == len(meant) and all(
        one == other
        or (
            one.isalpha()
            and DamerauLevenshtein.distance(one, other) <= len(other) // _LETTERS_A_SLIP
        )
        for one, other in zip(typed, meant, strict=True)
    )


def _numbers(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    """Leading numbers, provided that every substantive label has one of its own."""
    numbers: dict[str, tuple[str, str]] = {}
    for choice in choices:
        match = _NUMBERED.fullmatch(key(choice.label))
        if match:
            numbers[match[1]] = (choice.code, "number typed for its label")
        elif not choice.apart and not match:
            return {}
    unique = len(numbers) == sum(not choice.apart for choice in choices)
    return numbers if unique else {}


def _remainders(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    """Labels without the number they begin with, where no two are alike."""
    rest: dict[str, tuple[str, str]] = {}
    seen: list[str] = []
    for choice in choices:
        match = _NUMBERED.fullmatch(key(choice.label))
        if match:
            rest[match[2]] = (choice.code, "label typed without its number")
            seen.append(match[2])
    return rest if len(seen) == len(rest) else {}


def _yes_no(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    by_key = {key(choice.label): choice.code for choice in choices}
    names: dict[str, tuple[str, str]] = {}
    if "not applicable" in by_key or "n/a" in by_key:
        code = by_key.get("not applicable") or by_key["n/a"]
        names.update(dict.fromkeys(_NOT_APPLICABLE, (code, "abbreviation")))
    if "don't know" in by_key:
        code = by_key["don't know"]
        names.update(dict.fromkeys(("dont know", "do not know"), (code, "spelling")))
    if "yes" in by_key and "no" in by_key:
        for words, code in ((_YES, by_key["yes"]), (_NO, by_key["no"])):
            names.update(dict.fromkeys(words.split(), (code, "another word for it")))
    return names
