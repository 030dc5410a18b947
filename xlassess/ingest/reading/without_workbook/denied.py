"""Whether a sentence denies the nil return, or the refusal, that it speaks of."""

from __future__ import annotations

import re

_OTHER_WORD = (
    r" (?!(?:and|as(?! an?\b)|because|but|hence|however|so|therefore|thus)\b)[\w'’]+(?:-[\w'’]+)*"
)
_BEFORE_NAME = re.compile(
    rf"(?:(?:\b(?:not|never|cannot|nor|neither)|n['’]t)(?:{_OTHER_WORD}){{0,5}}"
    r"|\b(?:no(?: (?:formal|further|intention of an?|need (?:for|of) an?|official|such))?"
    r"|without|rather than|instead of|other than|in place of|against)(?: (?:an?|any|the|our))?)"
    r"[ \"“'‘]*$",
    re.IGNORECASE,
)
"""What denies a nil return right before the word: "no nil return", "this isn't meant as a"."""

_AFTER_NAME = re.compile(
    r"[\"”'’]?(?: (?:for|from|in|of|on|to)(?: (?!(?:and|but|so)\b)[^\s,;:]+){1,4}?)?"
    r" (?:(?:can|does|did|is|must|shall|should|was|will) ?(?:not|n['’]t|never)"
    r"|(?:can|won)['’]t|cannot|(?:is|was) (?:a mistake|an error|wrong))\b",
    re.IGNORECASE,
)
"""What denies it right behind."""

_BEFORE_WORDS = re.compile(
    r"(?:\b(?:not|never|nor|neither)|n['’]t)"
    r"(?: (?:an?|the|to|be|been|correct|going|intend|intending|like|mean|plan|planning|right|said"
    r"|say|that|the case|true|want|wish|wishing|i|we|they|have|there (?:is|are))){0,5} ?$",
    re.IGNORECASE,
)
"""What denies any other words: who has "not done any, and nothing to report" denies nothing."""


def is_denied(sentence: str, said: re.Match[str]) -> bool:
    """True where a sentence denies what it says of a nil return or a refusal.

    Args:
        sentence: the sentence, or a part of it.
        said: the words in it that say so: "nil return", or others that mean one.
    """
    before = sentence[: said.start()]
    if said[0].casefold().startswith("nil"):
        return bool(_BEFORE_NAME.search(before) or _AFTER_NAME.match(sentence, said.end()))
    return bool(_BEFORE_WORDS.search(before))
