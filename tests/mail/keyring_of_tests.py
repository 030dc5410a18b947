"""A keyring for tests: what is in it is known, and nobody's own keyring is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class KnownKeyring(KeyringBackend):
    """Holds passwords by service and name; a locked one gives none."""

    priority = 1

    def __init__(self, kept: Mapping[tuple[str, str], str], locked: bool) -> None:
        super().__init__()
        self._kept, self._locked = kept, locked

    def get_password(self, service: str, username: str) -> str | None:
        if self._locked:
            raise KeyringLocked("Nobody unlocked it.")
        return self._kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("Nothing is put into a keyring.")


@contextmanager
def keyring_with(kept: Mapping[tuple[str, str], str], *, locked: bool = False) -> Iterator[None]:
    """Use such a keyring as that of this computer while the test lasts."""
    before = keyring.get_keyring()
    keyring.set_keyring(KnownKeyring(kept, locked))
    try:
        yield
    finally:
        keyring.set_keyring(before)
