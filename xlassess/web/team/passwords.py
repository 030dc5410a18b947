"""Passwords: what one must be, and how it is kept and compared (argon2id, RFC 9106)."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
"""Characters of a password. Long ones are hard to guess; without an end, one could keep the server
busy."""

_COMMON = (
    "password", "qwerty", "asdfgh", "letmein", "welcome", "iloveyou", "abcdef", "partnership",
    "xlassess", "assessment", "changeme", "12345", "98765",
)  # fmt: skip
"""What many passwords that are guessed first are made of."""

_DIFFERENT = 5
"""So many different characters a password has at least."""

AT_ONCE = 2
"""Each comparison takes 64 MB for a moment: so many at once, others wait."""

_TURNS = threading.BoundedSemaphore(AT_ONCE)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    """The usual parameters of the library: RFC 9106, section 4, for little memory."""
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that no password fits, made like all others."""
    return keep(secrets.token_urlsafe(32))


def keep(password: str) -> str:
    """Return what is kept of a password."""
    with _TURNS:
        kept: str = _hasher().hash(_plain(password))
    return kept


def holds(kept: str, password: str) -> bool:
    """True when a password is the one that was kept.

    It takes the same work whether or not there is one: who asks learns nothing from the time.

    Args:
        kept: what was kept; empty where there is no account, or no password.
        password: what somebody typed.
    """
    with _TURNS:
        try:
            good: bool = _hasher().verify(kept or _nobodys(), _plain(password[: 2 * LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
    return good and bool(kept)


def is_outdated(kept: str) -> bool:
    """True when a password was kept under parameters that are no longer the usual ones."""
    outdated: bool = _hasher().check_needs_rehash(kept)
    return outdated


def fault_in(password: str, login: str, name: str) -> str:
    """Return what is wrong with a password that somebody chose; empty if nothing is.

    Length counts, not a mixture of signs: NCSC, "Password administration for system owners".

    Args:
        password: the password.
        login: the name that its owner logs in with.
        name: its owner's name.
    """
    plain = _plain(password).casefold()
    if len(plain) < SHORTEST:
        return f"Choose a password of at least {SHORTEST} characters. Three random words do well."
    if len(plain) > LONGEST:
        return f"Choose a password of at most {LONGEST} characters."
    rest = plain
    for known in sorted((*_COMMON, login.casefold(), *name.casefold().split()), key=len)[::-1]:
        rest = rest.replace(known, "") if len(known) > 2 else rest
    if len(rest) < SHORTEST // 2 or len(set(plain)) < _DIFFERENT:
        return "This password is easy to guess. Choose three random words instead."
    return ""


def _plain(password: str) -> str:
    """A password as it is compared: however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)
